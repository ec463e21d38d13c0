import type { AuditAction, AuditEntry, AuditLog } from './audit';
import type { LockBoard, StateView } from './lockBoard';
import { toLockError, type LockError } from './lockError';
import type { LockGateway, ReadOptions, ReleaseOutcome } from './lockGateway';
import { encodeLockInfo, formatCreated, type LockInfo } from './lockInfo';
import type { HeldLock, LockPlace } from './lockPlace';
import type { LockPoller } from './lockPoller';
import { locksOf } from './lockStatus';
import { isMine, ownLockInfo, type OwnLockStore } from './ownLocks';
import type { Clock } from './ports';
import type { StateRef } from './stateRef';

/** What came of an action, for a person. After each of them the board has been read again. */
export type ActionResult =
  | { readonly kind: 'done'; readonly lockId: string }
  /** Somebody holds the lock; nothing was changed. `holder` is missing where it could not be read. */
  | { readonly kind: 'held'; readonly holder?: HeldLock }
  /** The lock is not the one that was shown; nothing was deleted. */
  | { readonly kind: 'changed'; readonly holder?: HeldLock }
  /** The lock is no longer there; nothing was deleted. */
  | { readonly kind: 'gone' }
  /** With reason `uncertain` it may have happened; with any other it did not. */
  | { readonly kind: 'failed'; readonly error: LockError };

interface ServiceDeps {
  readonly clock: Clock;
  readonly gateway: LockGateway;
  readonly board: LockBoard;
  readonly poller: Pick<LockPoller, 'refresh'>;
  readonly ownLocks: OwnLockStore;
  readonly audit: AuditLog;
  /** `user@host`, as Terraform would write it here. */
  readonly who: string;
  /** Of this extension, for the record. */
  readonly version: string;
  newLockId(): string;
  requestTimeoutMs(): number;
}

/** The guarded actions. Each write is one conditional request on exactly what the person was shown. */
export class LockService {
  constructor(private readonly deps: ServiceDeps) {}

  /** Takes the lock of a state, with the person's reason. */
  async acquire(state: StateRef, reason: string, signal: AbortSignal): Promise<ActionResult> {
    const [place] = state.places;
    if (place === undefined) {
      return {
        kind: 'failed',
        error: { reason: 'unsupported', detail: 'a state without locking' },
      };
    }
    const { deps } = this;
    const takenAt = formatCreated(deps.clock.now());
    const info = ownLockInfo({
      lockId: deps.newLockId(),
      who: deps.who,
      version: deps.version,
      reason,
      created: takenAt,
      path: state.path,
    });
    return this.audited('acquire', state, place, info.id, encodeLockInfo(info), async () => {
      const own = { lockId: info.id, path: state.path, takenAt };
      await deps.ownLocks.remember(own);
      const result = await this.take(place, info, signal);
      const mayBeOurs =
        result.kind === 'done' || (result.kind === 'failed' && result.error.reason === 'uncertain');
      if (!mayBeOurs) {
        await this.forget(info.id);
      }
      return result;
    });
  }

  /** Gives back an own lock, if the record is still exactly `shown`. */
  async release(state: StateRef, shown: HeldLock, signal: AbortSignal): Promise<ActionResult> {
    if (!isMine(this.deps.ownLocks, shown, state)) {
      return { kind: 'held', holder: shown };
    }
    return this.remove('release', state, shown, signal);
  }

  /** Removes another's lock, if the record is still exactly `shown`. */
  async forceUnlock(state: StateRef, shown: HeldLock, signal: AbortSignal): Promise<ActionResult> {
    return this.remove('forceUnlock', state, shown, signal);
  }

  private async take(place: LockPlace, info: LockInfo, signal: AbortSignal): Promise<ActionResult> {
    const outcome = await this.deps.gateway.acquire(place, info, this.options(), signal);
    switch (outcome.kind) {
      case 'acquired':
        return { kind: 'done', lockId: info.id };
      case 'held':
        return { kind: 'held', ...holderAt(place, outcome.record) };
      case 'failed':
        return outcome.error.reason === 'uncertain'
          ? this.afterLostAnswer(place, outcome.error, (reading) =>
              reading.record?.info.id === info.id ? { kind: 'done', lockId: info.id } : undefined,
            )
          : outcome;
    }
  }

  private async remove(
    action: 'release' | 'forceUnlock',
    state: StateRef,
    shown: HeldLock,
    signal: AbortSignal,
  ): Promise<ActionResult> {
    const { place, record } = shown;
    return this.audited(action, state, place, record.info.id, record.raw, async () => {
      const outcome = await this.deps.gateway.release(place, record, this.options(), signal);
      const result = await this.afterRelease(outcome, shown);
      const found = result.kind === 'changed' ? result.holder?.record.info.id : undefined;
      const replaced = found !== undefined && found !== record.info.id;
      if (result.kind === 'done' || result.kind === 'gone' || replaced) {
        await this.forget(record.info.id);
      }
      return result;
    });
  }

  private async afterRelease(outcome: ReleaseOutcome, shown: HeldLock): Promise<ActionResult> {
    const { place, record } = shown;
    switch (outcome.kind) {
      case 'released':
        return { kind: 'done', lockId: record.info.id };
      case 'gone':
        return { kind: 'gone' };
      case 'changed':
        return { kind: 'changed', ...holderAt(place, outcome.record) };
      case 'failed':
        return outcome.error.reason === 'uncertain'
          ? this.afterLostAnswer(place, outcome.error, (reading) =>
              reading.record === undefined ? { kind: 'done', lockId: record.info.id } : undefined,
            )
          : outcome;
    }
  }

  /**
   * The answer to a write was lost. Looks, without writing again, whether the wanted end is there; if it
   * is not, the request may still be on its way, so the result stays uncertain.
   */
  private async afterLostAnswer(
    place: LockPlace,
    error: LockError,
    reached: (reading: { readonly record?: HeldLock['record'] }) => ActionResult | undefined,
  ): Promise<ActionResult> {
    // Not the caller's signal: somebody who cancelled a write wants to know what became of it.
    const signal = AbortSignal.timeout(this.deps.requestTimeoutMs());
    const [reading] = await this.deps.gateway.readMany([place], this.options(), signal);
    return (reading?.ok ? reached(reading) : undefined) ?? { kind: 'failed', error };
  }

  /** Writes the attempt before and the outcome after; without an audit line nothing is attempted. */
  private async audited(
    action: AuditAction,
    state: StateRef,
    place: LockPlace,
    lockId: string,
    record: string,
    act: () => Promise<ActionResult>,
  ): Promise<ActionResult> {
    const { audit, poller } = this.deps;
    const attempt = this.deps.newLockId();
    const entry = (outcome: AuditEntry['outcome'], result?: ActionResult): AuditEntry => ({
      at: formatCreated(this.deps.clock.now()),
      attempt,
      action,
      outcome,
      by: this.deps.who,
      state: state.path,
      workspace: state.workspace,
      place: place.label,
      lockId,
      record,
      ...(result !== undefined && 'holder' in result ? { found: result.holder.record.raw } : {}),
      ...(result?.kind === 'failed' ? { error: result.error } : {}),
    });
    try {
      await audit.append(entry('attempt'));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', error: { reason: 'auditFailed', detail } };
    }
    const result = await act().catch((error: unknown): ActionResult => ({
      kind: 'failed',
      error: toLockError(error),
    }));
    // The outcome of what already happened: a full disk must not turn a done action into a failed one.
    // The audit log itself reports what it could not write.
    await audit.append(entry(auditOutcome(result), result)).catch(() => undefined);
    await poller.refresh({ userStarted: true, places: state.places });
    return result;
  }

  /** An own lock that stays remembered does no harm, and must not make a done action look failed. */
  private async forget(lockId: string): Promise<void> {
    await this.deps.ownLocks.forget(lockId).catch(() => undefined);
  }

  private options(): ReadOptions {
    return { userStarted: true, timeoutMs: this.deps.requestTimeoutMs() };
  }
}

function auditOutcome(result: ActionResult): AuditEntry['outcome'] {
  switch (result.kind) {
    case 'done':
      return 'done';
    case 'held':
    case 'changed':
    case 'gone':
      return 'refused';
    case 'failed':
      return result.error.reason === 'uncertain' ? 'uncertain' : 'failed';
  }
}

function holderAt(place: LockPlace, record: HeldLock['record'] | undefined): { holder?: HeldLock } {
  return record === undefined ? {} : { holder: { place, record } };
}

/** What a person may do about a state just now. The same answer for palette, tree, hover and status bar. */
export interface AllowedActions {
  readonly acquire: boolean;
  readonly release: boolean;
  readonly forceUnlock: boolean;
}

/**
 * Acquire needs a state with a lock place; the conditional write decides the rest. Release and force
 * unlock need a lock that was read and is shown.
 */
export function allowedActions(view: StateView): AllowedActions {
  const { status } = view;
  const [lock] = locksOf(status);
  const effective = status.kind === 'unknown' ? status.last?.kind : status.kind;
  const mine = effective === 'mine';
  const reachable = view.state !== undefined && view.state.places.length > 0;
  return {
    acquire: reachable && lock === undefined,
    release: lock !== undefined && mine,
    forceUnlock: lock !== undefined && !mine,
  };
}
