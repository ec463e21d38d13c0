/** A value that is known without running anything. Objects are maps, so that no key is special. */
export type StaticValue =
  string | number | boolean | null | readonly StaticValue[] | ReadonlyMap<string, StaticValue>;

/** An expression has no value that is known here. The message is half a sentence that holds no values. */
export class Unresolvable extends Error {}

/** Ends an evaluation that would take too long or grow too large, whatever it was given. */
export class Budget {
  constructor(
    private steps = 20_000,
    private chars = 200_000,
  ) {}

  /** One more node was looked at, this deep. */
  step(depth: number): void {
    if (--this.steps < 0 || depth > maxDepth) {
      throw new Unresolvable('it is too large to be evaluated here');
    }
  }

  /** So many characters were read or written. */
  text(chars: number): void {
    this.chars -= chars;
    if (this.chars < 0) {
      throw new Unresolvable('it is too large to be evaluated here');
    }
  }
}

/** How deep expressions and the references between them may be, together. */
export const maxDepth = 256;

export function isList(value: StaticValue): value is readonly StaticValue[] {
  return Array.isArray(value);
}

export function isObject(value: StaticValue): value is ReadonlyMap<string, StaticValue> {
  return value instanceof Map;
}

/** A primitive as text, as a template shows it. Null and collections have none. */
export function toText(value: StaticValue): string {
  if (typeof value === 'string') {
    return value;
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw new Unresolvable(value === null ? 'a part of it is null' : 'a part of it is no text');
}

/** HCL keeps every string in this normal form. */
export function text(value: string): string {
  return value.normalize('NFC');
}

/** As plain data, for other threads. */
export function toPlain(value: StaticValue, budget: Budget, depth = 0): unknown {
  budget.step(depth);
  if (isList(value)) {
    return value.map((item) => toPlain(item, budget, depth + 1));
  }
  return isObject(value)
    ? Object.fromEntries([...value].map(([key, item]) => [key, toPlain(item, budget, depth + 1)]))
    : value;
}

/** What is not read here may be HCL all the same. */
export function unreadable(): Unresolvable {
  return new Unresolvable(
    'it uses more than references, templates, conditionals and simple functions',
  );
}
