/** Values that are made when they are first asked for, each once. */
export class OnceEach<K, V> {
  private readonly made = new Map<K, V>();
  private readonly making = new Set<K>();

  /** @param onCycle what to do about a value that is asked for while it is being made. */
  get(key: K, make: () => V, onCycle: () => V): V {
    const known = this.made.get(key);
    if (known !== undefined) {
      return known;
    } else if (this.making.has(key)) {
      return onCycle();
    }
    this.making.add(key);
    try {
      const value = make();
      this.made.set(key, value);
      return value;
    } finally {
      this.making.delete(key);
    }
  }
}
