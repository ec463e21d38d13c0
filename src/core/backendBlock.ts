/** Offsets into a document's text, in UTF-16 code units, `end` exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The value of one attribute of a backend block.
 * `expression` is anything that is not a plain constant (`var.x`, `"${local.y}"`, `1 + 1`): its text is kept.
 */
export type AttributeValue =
  | { readonly kind: 'literal'; readonly value: unknown }
  | {
      readonly kind: 'expression';
      readonly text: string;
      /** Why it has no value, as half a sentence: `var.env has no value here`. Holds names, never values. */
      readonly why?: string;
    };

export interface Attribute {
  readonly name: string;
  /** The attribute's whole range, from its name to the end of its value. */
  readonly range: TextRange;
  readonly value: AttributeValue;
}

/** A `backend "TYPE" { … }` block, evaluated. Plain data: it crosses thread boundaries. */
export interface BackendBlock {
  /** The label: `s3`, `consul`, … */
  readonly type: string;
  /** From the word `backend` to the closing brace (or to where the scanner gave up). */
  readonly range: TextRange;
  readonly attributes: readonly Attribute[];
  /**
   * `lastGood`: the text does not parse just now (somebody is typing) and the attributes are those
   * of the last version that did; `unparsed`: it does not parse and never did.
   */
  readonly parse: 'current' | 'lastGood' | 'unparsed';
  /** Whose rules gave values to attributes that are no literals; missing where all of them are. */
  readonly evaluatedBy?: 'OpenTofu' | 'Terragrunt';
  /**
   * Set where it cannot be told from the text what Terragrunt makes of its configuration: the expression, and
   * why it has no value. The attributes, if there are any, are those of the file that Terragrunt wrote last.
   */
  readonly unknown?: { readonly text: string; readonly why: string };
}
