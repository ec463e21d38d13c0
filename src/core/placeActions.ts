import type { AuditAction, AuditLog } from './audit';
import { auditLines, auditOutcome, type Attempt } from './auditLines';
import type { Dossier } from './dossier';
import { toLockError, type LockError } from './lockError';
import type {
  AcquireOutcome,
  LockGateway,
  PrepareOutcome,
  ReadOptions,
  ReleaseOptions,
  ReleaseOutcome,
} from './lockGateway';
import { encodeLockInfo, type LockInfo } from './lockInfo';
import type { HeldLock, LockPlace, LockReading, LockRecord } from './lockPlace';
import type { Clock } from './ports';
import type { StateRef } from './stateRef';

/** What came of an action at one place, for a person. */
export type PlaceResult =
  /** `record`: what was taken, which is what gives it back. */
  | { readonly kind: 'done'; readonly lockId: string; readonly record?: LockRecord }
  /** Somebody holds the lock; nothing was changed. `holder` is missing where it could not be read. */
  | { readonly kind: 'held'; readonly holder?: HeldLock }
  /** The lock is not the one that was shown; nothing was deleted. */
  | { readonly kind: 'changed'; readonly holder?: HeldLock }
  /** The lock is no longer there; nothing was deleted. */
  | { readonly kind: 'gone' }
  /** With reason `uncertain` it may have happened; with any other it did not. */
  | { readonly kind: 'failed'; readonly error: LockError };

/** What the guarded actions on single places work with. */
export interface PlaceActionDeps {
  readonly clock: Clock;
  readonly gateway: LockGateway;
  readonly audit: AuditLog;
  /** `user@host`, as Terraform would write it here. */
  readonly who: string;
  newLockId(): string;
  requestTimeoutMs(): number;
}

/** How a lock is removed. */
export interface RemoveOptions {
  readonly signal: AbortSignal;
  readonly unconditional?: boolean;
  readonly dossier?: Dossier;
}

/** One guarded action on one place: one conditional request, with an audit line before and after it. */
export class PlaceActions {
  constructor(private readonly deps: PlaceActionDeps) {}

  /** Makes what the lock of one place needs before it can be taken. Locks nobody out, so it is not audited. */
  async prepare(place: LockPlace, signal: AbortSignal): Promise<PrepareOutcome> {
    try {
      return await this.deps.gateway.prepare(place, this.options(), signal);
    } catch (error) {
      return { kind: 'failed', error: toLockError(error) };
    }
  }

  /** Takes the lock of one place. */
  take(
    state: StateRef,
    place: LockPlace,
    info: LockInfo,
    signal: AbortSignal,
  ): Promise<PlaceResult> {
    const record = encodeLockInfo(info);
    const attempt: Attempt = { action: 'acquire', state, place, lockId: info.id, record };
    return this.put(attempt, () => this.deps.gateway.acquire(place, info, this.options(), signal));
  }

  /** Puts back a deleted record at one place, if nobody holds the lock. */
  restore(state: StateRef, deleted: HeldLock, signal: AbortSignal): Promise<PlaceResult> {
    const { place, record } = deleted;
    const { id: lockId } = record.info;
    const attempt: Attempt = { action: 'restore', state, place, lockId, record: record.raw };
    return this.put(attempt, () =>
      this.deps.gateway.restore(place, record, this.options(), signal),
    );
  }

  private put(attempt: Attempt, send: () => Promise<AcquireOutcome>): Promise<PlaceResult> {
    const { place, lockId } = attempt;
    return this.audited(attempt, async () => {
      const outcome = await send();
      switch (outcome.kind) {
        case 'acquired':
          return { kind: 'done', lockId, record: outcome.record };
        case 'held':
          return { kind: 'held', ...holderAt(place, outcome.record) };
        case 'failed':
          return this.unlessLost(place, outcome.error, (found) =>
            found?.info.id === lockId ? { kind: 'done', lockId, record: found } : undefined,
          );
      }
    });
  }

  /** Deletes the lock of one place, if it is still exactly `shown`. */
  remove(
    action: Exclude<AuditAction, 'acquire' | 'restore'>,
    state: StateRef,
    shown: HeldLock,
    options: RemoveOptions,
  ): Promise<PlaceResult> {
    const { place, record } = shown;
    const { signal, dossier, ...how } = options;
    const attempt: Attempt = {
      action,
      state,
      place,
      lockId: record.info.id,
      record: record.raw,
      ...(dossier === undefined ? {} : { dossier }),
    };
    return this.audited(attempt, () => this.delete(shown, { ...this.options(), ...how }, signal));
  }

  /**
   * Gives back a lock that was taken a moment ago. Unlike all else this happens even where the audit file
   * cannot be written: the lock would stay and keep everybody out.
   */
  async undo(state: StateRef, taken: HeldLock): Promise<PlaceResult> {
    const { place, record } = taken;
    const attempt = {
      action: 'release',
      state,
      place,
      lockId: record.info.id,
      record: record.raw,
    } as const;
    const log = this.lines(attempt);
    await this.deps.audit.append(log('attempt')).catch(() => undefined);
    // Not the caller's signal: somebody who cancelled wants nothing to be left behind.
    const result = await settled(() => this.delete(taken, this.options(), this.timeout()));
    await this.deps.audit.append(log(auditOutcome(result), result)).catch(() => undefined);
    return result;
  }

  /** Reads places now, whatever has been cancelled. */
  async read(places: readonly LockPlace[]): Promise<readonly LockReading[]> {
    return places.length === 0
      ? []
      : this.deps.gateway.readMany(places, this.options(), this.timeout());
  }

  private async delete(
    shown: HeldLock,
    options: ReleaseOptions,
    signal: AbortSignal,
  ): Promise<PlaceResult> {
    const { place, record } = shown;
    const outcome: ReleaseOutcome = await this.deps.gateway.release(place, record, options, signal);
    switch (outcome.kind) {
      case 'released':
        return { kind: 'done', lockId: record.info.id };
      case 'gone':
        return { kind: 'gone' };
      case 'changed':
        return { kind: 'changed', ...holderAt(place, outcome.record) };
      case 'failed':
        return this.unlessLost(place, outcome.error, (found) =>
          found === undefined ? { kind: 'done', lockId: record.info.id } : undefined,
        );
    }
  }

  /**
   * A write failed. Where its answer was lost: looks, without writing again, whether the wanted end is there;
   * if it is not, the request may still be on its way, so the result stays uncertain.
   */
  private async unlessLost(
    place: LockPlace,
    error: LockError,
    reached: (found: LockRecord | undefined) => PlaceResult | undefined,
  ): Promise<PlaceResult> {
    const failed: PlaceResult = { kind: 'failed', error };
    if (error.reason !== 'uncertain') {
      return failed;
    }
    const [reading] = await this.read([place]);
    return (reading?.ok ? reached(reading.record) : undefined) ?? failed;
  }

  /** Writes the attempt before and the outcome after; without an audit line nothing is attempted. */
  private async audited(attempt: Attempt, act: () => Promise<PlaceResult>): Promise<PlaceResult> {
    const { audit } = this.deps;
    const line = this.lines(attempt);
    try {
      await audit.append(line('attempt'));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', error: { reason: 'auditFailed', detail } };
    }
    const result = await settled(act);
    // The outcome of what already happened: a full disk must not turn a done action into a failed one.
    // The audit log itself reports what it could not write.
    await audit.append(line(auditOutcome(result), result)).catch(() => undefined);
    return result;
  }

  /** The audit lines of one attempt. */
  private lines(attempt: Attempt): ReturnType<typeof auditLines> {
    const { deps } = this;
    return auditLines(attempt, deps.newLockId(), deps.who, () => deps.clock.now());
  }

  private timeout(): AbortSignal {
    return AbortSignal.timeout(this.deps.requestTimeoutMs());
  }

  private options(): ReadOptions {
    return { userStarted: true, timeoutMs: this.deps.requestTimeoutMs() };
  }
}

async function settled(act: () => Promise<PlaceResult>): Promise<PlaceResult> {
  try {
    return await act();
  } catch (error) {
    return { kind: 'failed', error: toLockError(error) };
  }
}

function holderAt(place: LockPlace, record: LockRecord | undefined): { holder?: HeldLock } {
  return record === undefined ? {} : { holder: { place, record } };
}
