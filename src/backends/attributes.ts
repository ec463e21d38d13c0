import type { Attribute, BackendBlock } from '../core/backendBlock';

/**
 * Typed access to a block's attributes, converting as Terraform does (`"true"` is a bool, `"3"` a number)
 * and collecting what cannot be told: an expression, a value of another type.
 */
export class AttributeReader {
  private readonly attributes: ReadonlyMap<string, Attribute>;
  private readonly problemTexts: string[] = [];

  constructor(block: BackendBlock) {
    this.attributes = new Map(block.attributes.map((attribute) => [attribute.name, attribute]));
  }

  /** Sentences about attributes that were asked for and could not be read. */
  get problems(): readonly string[] {
    return [...new Set(this.problemTexts)];
  }

  /** Whether the block has the attribute at all, with whatever value but null. */
  has(name: string): boolean {
    const value = this.attributes.get(name)?.value;
    return value !== undefined && !(value.kind === 'literal' && value.value === null);
  }

  string(name: string): string | undefined {
    return this.convert(name, 'a string', toText);
  }

  bool(name: string): boolean | undefined {
    return this.convert(name, 'true or false', toBool);
  }

  /** A string inside an object attribute: `endpoints = { dynamodb = "…" }`. */
  stringIn(name: string, key: string): string | undefined {
    return this.convert(name, 'an object of strings', (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return undefined;
      }
      const inner = (value as Record<string, unknown>)[key];
      return inner === undefined || inner === null ? absent : toText(inner);
    });
  }

  private convert<T>(
    name: string,
    expected: string,
    to: (value: unknown) => T | typeof absent | undefined,
  ): T | undefined {
    const value = this.attributes.get(name)?.value;
    if (value === undefined || (value.kind === 'literal' && value.value === null)) {
      return undefined;
    }
    if (value.kind === 'expression') {
      const why = value.why === undefined ? '' : ` (${value.why})`;
      this.problemTexts.push(`${name} = ${value.text}${why}`);
      return undefined;
    }
    const converted = to(value.value);
    if (converted === undefined) {
      this.problemTexts.push(`${name} is not ${expected}`);
      return undefined;
    }
    return converted === absent ? undefined : converted;
  }
}

const absent = Symbol('absent');

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return value;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function toBool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') {
    return value;
  }
  return value === 'true' ? true : value === 'false' ? false : undefined;
}
