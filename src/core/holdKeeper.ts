import { DisposableStore, Emitter, type Disposable, type Event } from './lifecycle';
import type { LockBoard } from './lockBoard';
import type { LockError } from './lockError';
import type { LockGateway } from './lockGateway';
import type { LeaseTerms } from './liveness';
import type { HeldLock } from './lockPlace';
import { ownLocksOf } from './lockStatus';
import type { Clock, Log } from './ports';
import type { StateRef } from './stateRef';

/** What happens to an own lock that lasts only while it is renewed. */
export interface HoldEvent {
  /**
   * `atRisk`: not renewed for so long that it may end before the next try; nobody else can have it yet.
   * `safe`: renewed after that. `lost`: its session or lease has ended.
   */
  readonly kind: 'atRisk' | 'safe' | 'lost';
  readonly state: StateRef;
  readonly lock: HeldLock;
  /** Until when nobody else can have the lock, by this clock: `atRisk` only. */
  readonly safeUntil?: number;
  readonly error?: LockError;
}

interface KeeperDeps {
  readonly clock: Clock;
  readonly board: Pick<LockBoard, 'views' | 'onDidChange'>;
  readonly gateway: Pick<LockGateway, 'renew'>;
  readonly log: Log;
  readonly requestTimeoutMs: () => number;
  /** Reads a state's places again. */
  refresh(state: StateRef): Promise<void>;
  /** Whether the lock is still remembered as ours: a lock that was just given back is not. */
  isMine(lock: HeldLock, state: StateRef): boolean;
}

/** Renewed this often within its time to live, so that two tries may fail. */
const renewalsPerTtl = 3;
/** The holder is told after this share of the time to live without a renewal. */
const riskShare = 0.6;

/**
 * Keeps own locks of sessions and leases for as long as this window lives: finds them on the board, also
 * those that were taken before a reload, and renews each until it is given back or lost. A window that ends
 * renews nothing any more, so its locks end after their time to live.
 */
export class HoldKeeper implements Disposable {
  private readonly store = new DisposableStore();
  private readonly eventEmitter = this.store.add(new Emitter<HoldEvent>());
  private readonly holds = new Map<string, Hold>();

  readonly onDidChange: Event<HoldEvent> = this.eventEmitter.event;

  constructor(private readonly deps: KeeperDeps) {
    this.store.add(deps.board.onDidChange(() => this.sync()));
    this.sync();
  }

  dispose(): void {
    this.holds.forEach((hold) => hold.dispose());
    this.holds.clear();
    this.store.dispose();
  }

  /** Holds what the board shows as ours, and nothing else. */
  private sync(): void {
    const wanted = new Set<string>();
    for (const { state, status } of this.deps.board.views()) {
      for (const lock of state === undefined ? [] : ownLocksOf(status)) {
        const { lease } = lock.place;
        if (state === undefined || lease === undefined) {
          continue;
        }
        const key = `${lock.place.id}\n${lock.record.guard}`;
        wanted.add(key);
        if (!this.holds.has(key)) {
          this.holds.set(key, new Hold(state, lock, lease, this.deps, this.eventEmitter));
        }
      }
    }
    for (const [key, hold] of this.holds) {
      if (!wanted.has(key)) {
        this.holds.delete(key);
        hold.dispose();
      }
    }
  }
}

/** One own lock that is being renewed. */
class Hold implements Disposable {
  private readonly stop = new AbortController();
  private timer: Disposable | undefined;
  private riskTimer: Disposable | undefined;
  private isAtRisk = false;
  private lastError: LockError | undefined;

  constructor(
    private readonly state: StateRef,
    private readonly lock: HeldLock,
    private readonly lease: LeaseTerms,
    private readonly deps: KeeperDeps,
    private readonly events: Emitter<HoldEvent>,
  ) {
    // When it was renewed last is not known after a reload: the board has just shown it to be there.
    this.watchRisk(deps.clock.now());
    void this.renew();
  }

  dispose(): void {
    this.stop.abort();
    this.timer?.dispose();
    this.riskTimer?.dispose();
  }

  private async renew(): Promise<void> {
    const { clock, gateway, log } = this.deps;
    const every = this.lease.ttlMs / renewalsPerTtl;
    const timeoutMs = Math.min(this.deps.requestTimeoutMs(), every);
    // The time to live counts from when the service renewed it, which is not before it was asked to.
    const askedAt = clock.now();
    const { place, record } = this.lock;
    const outcome = await gateway.renew(
      place,
      record,
      { userStarted: false, timeoutMs },
      this.stop.signal,
    );
    if (this.stop.signal.aborted) {
      return;
    }
    switch (outcome.kind) {
      case 'renewed':
        this.lastError = undefined;
        this.watchRisk(askedAt);
        if (this.isAtRisk) {
          this.isAtRisk = false;
          this.fire('safe');
        }
        break;
      case 'lost':
        log.warn(`The ${this.lease.name} of the lock in ${place.label} has ended.`);
        this.dispose();
        await this.deps.refresh(this.state);
        if (this.deps.isMine(this.lock, this.state)) {
          this.fire('lost');
        }
        return;
      case 'failed':
        log.warn(`The ${this.lease.name} of the lock in ${place.label} could not be renewed.`);
        this.lastError = outcome.error;
        break;
    }
    const failedAt = outcome.kind === 'failed' ? every / renewalsPerTtl : every;
    this.timer = clock.after(failedAt, () => {
      void this.renew();
    });
  }

  /** Tells the holder in time, whatever the requests under way are waiting for. */
  private watchRisk(renewedAt: number): void {
    this.riskTimer?.dispose();
    const dueAt = renewedAt + this.lease.ttlMs * riskShare;
    this.riskTimer = this.deps.clock.after(Math.max(0, dueAt - this.deps.clock.now()), () => {
      this.isAtRisk = true;
      this.fire('atRisk', renewedAt + this.lease.ttlMs + this.lease.graceMs);
    });
  }

  private fire(kind: HoldEvent['kind'], safeUntil?: number): void {
    this.events.fire({
      kind,
      state: this.state,
      lock: this.lock,
      ...(safeUntil === undefined ? {} : { safeUntil }),
      ...(this.lastError === undefined ? {} : { error: this.lastError }),
    });
  }
}
