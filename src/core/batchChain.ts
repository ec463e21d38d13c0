import type { Disposable } from './lifecycle';
import type { LockPlace } from './lockPlace';
import type { Clock, Random } from './ports';

/** Reads the places of one batch; `failed` asks for back-off. */
export type BatchRead = (
  places: readonly LockPlace[],
  userStarted: boolean,
  signal: AbortSignal,
) => Promise<{ readonly failed: boolean }>;

/** Waits for a change at the places of one batch, and takes in what is there then. */
export type BatchWatch = (
  places: readonly LockPlace[],
  signal: AbortSignal,
) => Promise<'answered' | 'broken' | 'unsupported'>;

interface ChainDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** 0 means paused. */
  intervalMs(): number;
  readonly read: BatchRead;
  readonly watch: BatchWatch;
}

/** Back-off doubles the interval up to this. */
const maxBackOffMs = 5 * 60_000;
/** Delays vary by this share either way, so that many editors do not ask in step. */
const jitter = 0.1;
/** On focus, windows that wake together spread their reads over this time. */
const readSoonMs = 300;
/** After so many watches in a row that broke, something on the way does not let long requests be. */
const maxBrokenWatches = 3;
/** Watching is tried again after this long. */
const watchAgainMs = 10 * 60_000;

/**
 * The timer chain of one batch: read, wait, read; where the store tells of changes, the wait is a watch. One
 * read at a time; whoever asks during a read gets one more after it. Silent after `dispose`.
 */
export class BatchChain implements Disposable {
  private places: readonly LockPlace[] = [];
  private timer: Disposable | undefined;
  private failures = 0;
  private running: Promise<void> | undefined;
  private trailing: { promise: Promise<void>; userStarted: boolean } | undefined;
  private watching: AbortController | undefined;
  private brokenWatches = 0;
  private noWatchUntil = 0;
  private readonly stop = new AbortController();

  constructor(private readonly deps: ChainDeps) {}

  /** Replaces the places. One that is new is read at once. */
  setPlaces(places: readonly LockPlace[]): void {
    const known = new Set(this.places.map((place) => place.id));
    const hasNew = places.some((place) => !known.has(place.id));
    const isFewer = places.length < this.places.length;
    this.places = places;
    if (hasNew) {
      void this.readNow(false);
    } else if (isFewer && this.watching !== undefined) {
      this.arm();
    }
  }

  /** Reads now, or once more after the read under way, which may have begun before what the caller did. */
  readNow(userStarted: boolean): Promise<void> {
    // A read that is still to come is looked for first: in the moment a read ends, none is running.
    if (this.trailing !== undefined) {
      this.trailing.userStarted ||= userStarted;
      return this.trailing.promise;
    }
    if (this.running === undefined) {
      return this.start(userStarted);
    }
    const trailing = { promise: Promise.resolve(), userStarted };
    this.trailing = trailing;
    trailing.promise = this.running.then(() => {
      this.trailing = undefined;
      return this.start(trailing.userStarted);
    });
    return trailing.promise;
  }

  /** The interval has changed. */
  reschedule(options: { readonly readSoon: boolean }): void {
    if (this.running !== undefined) {
      return;
    }
    if (options.readSoon || this.watching === undefined || this.deps.intervalMs() === 0) {
      this.arm(options.readSoon ? readSoonMs * this.deps.random() : undefined);
    }
  }

  dispose(): void {
    this.stop.abort();
    this.endWait();
  }

  private start(userStarted: boolean): Promise<void> {
    this.endWait();
    if (this.stop.signal.aborted) {
      return Promise.resolve();
    }
    const running = this.run(userStarted).finally(() => {
      this.running = undefined;
      this.arm();
    });
    this.running = running;
    return running;
  }

  private async run(userStarted: boolean): Promise<void> {
    try {
      const { failed } = await this.deps.read(this.places, userStarted, this.stop.signal);
      this.failures = failed ? this.failures + 1 : 0;
    } catch {
      // The gateway answers failures as readings; a throw is a fault of ours, logged where it was thrown.
      this.failures += 1;
    }
  }

  private arm(delayMs?: number): void {
    this.endWait();
    const interval = this.deps.intervalMs();
    if (this.stop.signal.aborted || interval === 0 || this.places.length === 0) {
      return;
    }
    if (delayMs === undefined && this.canWatch()) {
      void this.watch();
      return;
    }
    const backOff = Math.min(interval * 2 ** this.failures, Math.max(interval, maxBackOffMs));
    const varied = backOff * (1 + jitter * (2 * this.deps.random() - 1));
    this.timer = this.deps.clock.after(delayMs ?? varied, () => {
      void this.readNow(false);
    });
  }

  private endWait(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.watching?.abort();
    this.watching = undefined;
  }

  private canWatch(): boolean {
    return (
      this.failures === 0 &&
      this.deps.clock.now() >= this.noWatchUntil &&
      this.places.every((place) => place.watchable === true)
    );
  }

  /** Waits by watching: again after every answer, with a read of its own after every break. */
  private async watch(): Promise<void> {
    const watching = new AbortController();
    this.watching = watching;
    const outcome = await this.deps
      .watch(this.places, AbortSignal.any([this.stop.signal, watching.signal]))
      .catch(() => 'broken' as const);
    if (this.watching !== watching) {
      // A read, other places or the end came in between.
      return;
    }
    this.watching = undefined;
    switch (outcome) {
      case 'answered':
        this.brokenWatches = 0;
        this.arm();
        return;
      case 'broken':
        this.brokenWatches += 1;
        if (this.brokenWatches >= maxBrokenWatches) {
          this.brokenWatches = 0;
          this.noWatchUntil = this.deps.clock.now() + watchAgainMs;
        }
        void this.readNow(false);
        return;
      case 'unsupported':
        this.noWatchUntil = Infinity;
        this.arm();
        return;
    }
  }
}
