import { DisposableStore, Emitter, type Disposable, type Event } from './lifecycle';
import { toleratedSkewMs } from './lockAge';
import type { LockBoard, StateView } from './lockBoard';
import { parseCreated } from './lockInfo';
import type { HeldLock } from './lockPlace';
import { locksOf, ownLocksOf } from './lockStatus';
import type { OwnLock, OwnLockStore } from './ownLocks';
import type { Clock } from './ports';
import type { StateRef } from './stateRef';

/** Something about an own lock that its holder should hear of. */
export interface OwnLockEvent {
  /**
   * `forgotten`: found when this window opened, taken before. `old`: held for longer than is usual.
   * `dueSoon`, `due`: its time limit. `broken`: it is not there any more, and was not given back from here.
   */
  readonly kind: 'forgotten' | 'old' | 'dueSoon' | 'due' | 'broken';
  readonly state: StateRef;
  /** The record as it was last seen. */
  readonly locks: readonly HeldLock[];
  readonly own: OwnLock;
  /** `broken`: who holds the lock now, if anybody. */
  readonly found: readonly HeldLock[];
}

interface WatchDeps {
  readonly clock: Clock;
  readonly board: Pick<LockBoard, 'views' | 'view' | 'onDidChange'>;
  readonly ownLocks: Pick<OwnLockStore, 'find' | 'forget'>;
  /** Whether this editor is changing the state's lock just now. */
  isActing(state: StateRef): boolean;
  /** Looks at what other windows took and gave back. */
  reload(): Promise<unknown>;
  /** Held for this long, an own lock is old. */
  oldAfterMs(): number;
}

interface Seen {
  readonly viewId: string;
  readonly state: StateRef;
  readonly locks: readonly HeldLock[];
}

/** A warning comes this long before a time limit, or when a fifth of it is left, whichever is later. */
const warnBeforeMs = 5 * 60_000;
const warnShare = 0.2;
/** A lock that was given back is forgotten within this time of being gone. */
const releaseGraceMs = 5000;

/** Follows own locks for their holder. Each event comes once for a lock, and for each time limit of it. */
export class OwnLockWatch implements Disposable {
  private readonly store = new DisposableStore();
  private readonly eventEmitter = this.store.add(new Emitter<OwnLockEvent>());
  private readonly told = new Set<string>();
  private readonly seen = new Map<string, Seen>();
  private readonly missing = new Map<string, Disposable>();
  private readonly startedAt: number;

  readonly onDidHappen: Event<OwnLockEvent> = this.eventEmitter.event;

  constructor(private readonly deps: WatchDeps) {
    this.startedAt = deps.clock.now();
    this.store.add(
      deps.board.onDidChange(() => {
        this.look();
      }),
    );
  }

  dispose(): void {
    this.missing.forEach((timer) => {
      timer.dispose();
    });
    this.store.dispose();
  }

  /** Lets a due lock be told again: giving it back failed. */
  retryDue(own: OwnLock): void {
    this.told.delete(markOf('due', own));
  }

  private look(): void {
    for (const view of this.deps.board.views()) {
      const [lock] = ownLocksOf(view.status);
      const own = lock === undefined ? undefined : this.deps.ownLocks.find(lock.record.info.id);
      if (view.state !== undefined && own !== undefined) {
        const seen = { viewId: view.id, state: view.state, locks: ownLocksOf(view.status) };
        this.seen.set(own.lockId, seen);
        this.judge(seen, own);
      }
    }
    for (const [lockId, { viewId }] of this.seen) {
      if (!this.missing.has(lockId) && isGone(this.deps.board.view(viewId), lockId)) {
        this.lookAgain(lockId);
      }
    }
  }

  private judge(seen: Seen, own: OwnLock): void {
    const now = this.deps.clock.now();
    const takenAt = parseCreated(own.takenAt) ?? now;
    const until = own.until === undefined ? undefined : parseCreated(own.until);
    if (until !== undefined && now >= until) {
      this.tell('due', seen, own);
      return;
    }
    const warnAt =
      until === undefined
        ? undefined
        : until - Math.min(warnBeforeMs, Math.max(0, until - takenAt) * warnShare);
    if (warnAt !== undefined && now >= warnAt) {
      this.tell('dueSoon', seen, own);
    } else if (takenAt < this.startedAt - toleratedSkewMs / 60) {
      this.tell('forgotten', seen, own);
    }
    if (until === undefined && now - takenAt >= this.deps.oldAfterMs()) {
      this.tell('old', seen, own);
    }
  }

  private tell(kind: OwnLockEvent['kind'], seen: Seen, own: OwnLock): void {
    const mark = markOf(kind, own);
    if (!this.told.has(mark)) {
      this.told.add(mark);
      const found = locksOf(this.deps.board.view(seen.viewId)?.status ?? { kind: 'notLockable' });
      const { state, locks } = seen;
      this.eventEmitter.fire({ kind, state, locks, own, found: kind === 'broken' ? found : [] });
    }
  }

  /** A lock that was given back is gone, too: waits until whoever did that has written it down. */
  private lookAgain(lockId: string): void {
    const timer = this.deps.clock.after(releaseGraceMs, () => {
      void this.deps.reload().finally(() => {
        this.missing.delete(lockId);
        this.decide(lockId);
      });
    });
    this.missing.set(lockId, timer);
  }

  private decide(lockId: string): void {
    const seen = this.seen.get(lockId);
    if (seen === undefined || !isGone(this.deps.board.view(seen.viewId), lockId)) {
      return;
    }
    if (this.deps.isActing(seen.state)) {
      this.lookAgain(lockId);
      return;
    }
    this.seen.delete(lockId);
    const own = this.deps.ownLocks.find(lockId);
    if (own !== undefined) {
      this.tell('broken', seen, own);
      void this.deps.ownLocks.forget(lockId).catch(() => undefined);
    }
  }
}

/** Whether a successful read says that this lock is held nowhere. A state that is not shown any more says nothing. */
function isGone(view: StateView | undefined, lockId: string): boolean {
  return (
    view !== undefined &&
    view.status.kind !== 'unknown' &&
    !locksOf(view.status).some(({ record }) => record.info.id === lockId)
  );
}

function markOf(kind: OwnLockEvent['kind'], own: OwnLock): string {
  const limit = kind === 'due' || kind === 'dueSoon' ? (own.until ?? '') : '';
  return `${kind}\n${own.lockId}\n${limit}`;
}
