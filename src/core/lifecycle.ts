/** Something that holds listeners, timers or other resources until it is disposed. */
export interface Disposable {
  dispose(): void;
}

/** A subscription function with the shape of `vscode.Event`, so that adapters pass it through. */
export type Event<T> = (listener: (value: T) => unknown) => Disposable;

/** Owns disposables. `add` returns its argument, so creation and ownership are one expression. */
export class DisposableStore implements Disposable {
  private readonly items = new Set<Disposable>();
  private disposed = false;

  /** Takes ownership of `item`; after `dispose()` the item is disposed at once. */
  add<T extends Disposable>(item: T): T {
    if (this.disposed) {
      item.dispose();
    } else {
      this.items.add(item);
    }
    return item;
  }

  dispose(): void {
    this.disposed = true;
    for (const item of this.items) {
      item.dispose();
    }
    this.items.clear();
  }
}

/** The one who fires. Keep it private and expose `event`. A throwing listener does not stop the others. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => unknown>();

  constructor(private readonly onListenerError?: (error: unknown) => void) {}

  readonly event: Event<T> = (listener) => {
    // A wrapper of its own, so that the same function subscribed twice is two subscriptions.
    const entry = (value: T): unknown => listener(value);
    this.listeners.add(entry);
    return { dispose: () => this.listeners.delete(entry) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.onListenerError?.(error);
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
