import type { Attribute, BackendBlock } from '../core/backendBlock';

/**
 * Typed access to a block's attributes, converting as Terraform does (`"true"` is a bool, `"3"` a number)
 * and collecting what cannot be told: an expression, a value of another type.
 */
export class AttributeReader {
  private readonly attributes: ReadonlyMap<string, Attribute>;

  constructor(
    block: Pick<BackendBlock, 'attributes'>,
    private readonly problemTexts: string[] = [],
    private readonly prefix = '',
  ) {
    this.attributes = new Map(block.attributes.map((attribute) => [attribute.name, attribute]));
  }

  /** Sentences about attributes that were asked for and could not be read. */
  get problems(): readonly string[] {
    return [...new Set(this.problemTexts)];
  }

  /** Adds a problem that is not one of a single value. */
  report(problem: string): void {
    this.problemTexts.push(problem);
  }

  /** Whether the block has the attribute at all, with whatever value but null. */
  has(name: string): boolean {
    const value = this.attributes.get(name)?.value;
    return value !== undefined && !(value.kind === 'literal' && value.value === null);
  }

  string(name: string): string | undefined {
    return this.convert(name, 'a string', toText);
  }

  number(name: string): number | undefined {
    return this.convert(name, 'a number', toNumber);
  }

  /** A set or list of strings, without the nulls. */
  strings(name: string): readonly string[] | undefined {
    return this.convert(name, 'a list of strings', toTexts);
  }

  /** A reader of an object attribute: `assume_role = { role_arn = "…" }`. */
  object(name: string): AttributeReader | undefined {
    const members = this.convert(name, 'an object', (value) =>
      isObject(value) ? value : undefined,
    );
    return members === undefined
      ? undefined
      : new AttributeReader({ attributes: membersOf(members) }, this.problemTexts, `${name}.`);
  }

  /** A map of strings. */
  map(name: string): Readonly<Record<string, string>> | undefined {
    return this.convert(name, 'a map of strings', (value) => {
      if (!isObject(value)) {
        return undefined;
      }
      const entries = Object.entries(value).filter(([, inner]) => inner !== null);
      const texts = entries.map(([key, inner]) => [key, toText(inner)] as const);
      return texts.every((entry): entry is [string, string] => entry[1] !== undefined)
        ? Object.fromEntries(texts)
        : undefined;
    });
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
      this.problemTexts.push(
        secretAttributes.has(name)
          ? `${this.prefix}${name} is not a constant`
          : `${this.prefix}${name} = ${value.text}${why}`,
      );
      return undefined;
    }
    const converted = to(value.value);
    if (converted === undefined) {
      this.problemTexts.push(`${this.prefix}${name} is not ${expected}`);
      return undefined;
    }
    return converted === absent ? undefined : converted;
  }
}

const absent = Symbol('absent');

/** Attributes whose text is never shown, not even as an expression: it may be half a secret. */
const secretAttributes: ReadonlySet<string> = new Set([
  'access_key',
  'secret_key',
  'token',
  'password',
  'sse_customer_key',
  'assume_role',
  'assume_role_with_web_identity',
  'external_id',
  'http_proxy',
  'https_proxy',
  'access_token',
  'http_auth',
]);

function membersOf(value: Readonly<Record<string, unknown>>): Attribute[] {
  const range = { start: 0, end: 0 };
  return Object.entries(value).map(([name, inner]) => ({
    name,
    range,
    value: { kind: 'literal', value: inner },
  }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function toTexts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) {
    return undefined;
  }
  const texts = value.filter((inner) => inner !== null).map(toText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

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
