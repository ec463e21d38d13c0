import type { StaticValue } from '../static/staticValue';

/**
 * An object whose values are evaluated when somebody asks: of a file's locals one is used, and another cannot
 * be told. Throws `Unresolvable` from wherever a value is taken.
 */
export class LazyObject extends Map<string, StaticValue> {
  private readonly names: ReadonlySet<string>;

  constructor(
    names: Iterable<string>,
    private readonly evaluate: (name: string) => StaticValue,
  ) {
    super();
    this.names = new Set(names);
  }

  override get size(): number {
    return this.names.size;
  }

  override has(name: string): boolean {
    return this.names.has(name);
  }

  override get(name: string): StaticValue | undefined {
    return this.has(name) ? this.evaluate(name) : undefined;
  }

  override *keys(): MapIterator<string> {
    yield* this.names;
  }

  override *values(): MapIterator<StaticValue> {
    for (const name of this.names) {
      yield this.evaluate(name);
    }
  }

  override *entries(): MapIterator<[string, StaticValue]> {
    for (const name of this.names) {
      yield [name, this.evaluate(name)];
    }
  }

  override [Symbol.iterator](): MapIterator<[string, StaticValue]> {
    return this.entries();
  }
}
