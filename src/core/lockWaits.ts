import type { ActionResult } from './actionResults';
import { DisposableStore, Emitter, type Disposable, type Event } from './lifecycle';
import type { LockBoard, StateView } from './lockBoard';
import type { LockErrorReason } from './lockError';
import type { LockPoller } from './lockPoller';
import type { LockService } from './lockService';
import { locksOf } from './lockStatus';
import type { Clock } from './ports';

/** Somebody waits until a lock is given back. Plain data: it outlives a reload of the window. */
export interface LockWait {
  /** Of the state's view on the board. */
  readonly viewId: string;
  /** The state's key, for people. */
  readonly title: string;
  /** What is to happen then. */
  readonly then: 'acquire' | 'notify';
  /** `acquire`: the person's words. */
  readonly reason?: string;
  /** `acquire`: how long the lock may be held, in ms. */
  readonly limitMs?: number;
}

/** How a wait ended. */
export type WaitEnd =
  | { readonly kind: 'free'; readonly wait: LockWait; readonly view: StateView }
  /** What came of the acquire that was waited for. */
  | {
      readonly kind: 'acted';
      readonly wait: LockWait;
      readonly view: StateView;
      readonly result: ActionResult;
    }
  | { readonly kind: 'cancelled'; readonly wait: LockWait };

/** Where waits are kept across reloads of the window. */
export interface WaitStore {
  load(): readonly LockWait[];
  save(waits: readonly LockWait[]): void;
}

interface WaitsDeps {
  readonly clock: Clock;
  readonly board: Pick<LockBoard, 'view' | 'onDidChange'>;
  readonly poller: Pick<LockPoller, 'refresh'>;
  readonly service: Pick<LockService, 'acquire'>;
  readonly store: WaitStore;
  /** RFC 3339, this many ms from now. */
  readonly untilOf: (limitMs: number) => string;
}

/** Terraform's own waits between two tries (`-lock-timeout`): 1, 2, 4, 8, 16, 16, … seconds. */
const firstDelayMs = 1000;
const maxDelayMs = 16_000;

/** A try that failed for one of these is made again; for anything else waiting does not help. */
const passing: ReadonlySet<LockErrorReason> = new Set([
  'network',
  'timeout',
  'throttled',
  'busy',
  'stale',
]);

/** Waits for locks: looks as often as Terraform would, and takes the lock with one conditional write. */
export class LockWaits implements Disposable {
  private readonly lifetime = new DisposableStore();
  private readonly changeEmitter = this.lifetime.add(new Emitter<void>());
  private readonly endEmitter = this.lifetime.add(new Emitter<WaitEnd>());
  private readonly running = new Map<string, Waiting>();

  /** Fires when a wait begins or ends, and after each look. */
  readonly onDidChange: Event<void> = this.changeEmitter.event;
  readonly onDidEnd: Event<WaitEnd> = this.endEmitter.event;

  constructor(private readonly deps: WaitsDeps) {
    this.lifetime.add(
      deps.board.onDidChange(() => {
        for (const waiting of this.running.values()) {
          if (deps.board.view(waiting.wait.viewId)?.status.kind === 'free') {
            waiting.lookSoon();
          }
        }
      }),
    );
  }

  /** Goes on with what was waited for before a reload. */
  resume(): void {
    for (const wait of this.deps.store.load()) {
      this.begin(wait);
    }
  }

  list(): readonly LockWait[] {
    return [...this.running.values()].map(({ wait }) => wait);
  }

  /** One wait per state: a new one takes the place of the old. */
  start(wait: LockWait): void {
    this.running.get(wait.viewId)?.dispose();
    this.begin(wait);
    this.save();
  }

  cancel(viewId: string): void {
    const waiting = this.running.get(viewId);
    if (waiting !== undefined) {
      this.end({ kind: 'cancelled', wait: waiting.wait });
    }
  }

  /** Ends nothing: what is waited for is resumed by the next window. */
  dispose(): void {
    this.running.forEach((waiting) => {
      waiting.dispose();
    });
    this.lifetime.dispose();
  }

  private begin(wait: LockWait): void {
    const waiting = new Waiting(wait, this.deps.clock, (signal) => this.look(wait, signal));
    this.running.set(wait.viewId, waiting);
    this.changeEmitter.fire();
  }

  private end(end: WaitEnd): void {
    this.running.get(end.wait.viewId)?.dispose();
    this.running.delete(end.wait.viewId);
    this.save();
    this.changeEmitter.fire();
    this.endEmitter.fire(end);
  }

  private save(): void {
    this.deps.store.save(this.list());
  }

  /** One look, and one try where the lock is free. */
  private async look(wait: LockWait, signal: AbortSignal): Promise<void> {
    const { board, poller } = this.deps;
    const places = board.view(wait.viewId)?.state?.places;
    if (places !== undefined) {
      await poller.refresh({ userStarted: false, places });
    }
    const view = board.view(wait.viewId);
    if (signal.aborted) {
      return;
    }
    if (view?.state !== undefined && view.status.kind === 'free') {
      if (wait.then === 'notify') {
        this.end({ kind: 'free', wait, view });
        return;
      }
      await this.take(wait, view, signal);
    }
    this.changeEmitter.fire();
  }

  private async take(wait: LockWait, view: StateView, signal: AbortSignal): Promise<void> {
    const { service, untilOf } = this.deps;
    if (view.state === undefined) {
      return;
    }
    const limit = wait.limitMs === undefined ? {} : { until: untilOf(wait.limitMs) };
    const result = await service.acquire(view.state, wait.reason ?? '', signal, limit);
    const isPassing = result.kind === 'failed' && passing.has(result.error.reason);
    if (result.kind === 'held' || isPassing) {
      return;
    }
    const end: WaitEnd = { kind: 'acted', wait, view, result };
    if (!signal.aborted) {
      this.end(end);
    } else if (result.kind !== 'failed' || result.error.reason !== 'cancelled') {
      // Cancelled half-way, but it was done all the same, or may have been: whoever cancelled must hear of it.
      this.endEmitter.fire(end);
    }
  }
}

/** The looks of one wait: one at a time, further and further apart. */
class Waiting implements Disposable {
  private readonly stop = new AbortController();
  private timer: Disposable | undefined;
  private delayMs = firstDelayMs;
  private isLooking = false;

  constructor(
    readonly wait: LockWait,
    private readonly clock: Clock,
    private readonly look: (signal: AbortSignal) => Promise<void>,
  ) {
    this.arm(0);
  }

  /** The board shows a free lock: no need to wait for the next look. */
  lookSoon(): void {
    if (!this.isLooking) {
      this.arm(0);
    }
  }

  dispose(): void {
    this.stop.abort();
    this.timer?.dispose();
  }

  private arm(delayMs: number): void {
    this.timer?.dispose();
    if (!this.stop.signal.aborted) {
      this.timer = this.clock.after(delayMs, () => {
        void this.run();
      });
    }
  }

  private async run(): Promise<void> {
    this.isLooking = true;
    try {
      await this.look(this.stop.signal);
    } finally {
      this.isLooking = false;
      this.arm(this.delayMs);
      this.delayMs = Math.min(maxDelayMs, this.delayMs * 2);
    }
  }
}

/** Who holds what is waited for, as the board shows it. */
export function holderOf(
  view: StateView | undefined,
): ReturnType<typeof locksOf>[number] | undefined {
  return view === undefined ? undefined : locksOf(view.status)[0];
}
