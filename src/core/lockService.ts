import {
  combined,
  failed,
  holderId,
  inOrder,
  isUncertain,
  needsConsent,
  type ActionResult,
  type PlaceOutcome,
} from './actionResults';
import type { AuditAction } from './audit';
import type { LockBoard } from './lockBoard';
import { formatCreated, type LockInfo } from './lockInfo';
import { toLockError } from './lockError';
import type { HeldLock } from './lockPlace';
import type { LockPoller } from './lockPoller';
import { isMine, ownLockInfo, type OwnLockStore } from './ownLocks';
import { PlaceActions, type PlaceActionDeps, type PlaceResult } from './placeActions';
import type { StateRef } from './stateRef';

interface ServiceDeps extends PlaceActionDeps {
  readonly board: LockBoard;
  readonly poller: Pick<LockPoller, 'refresh'>;
  readonly ownLocks: OwnLockStore;
  /** Of this extension, for the record. */
  readonly version: string;
}

/** What a person has agreed to beside the action itself. */
export interface Consent {
  /** The store ignores conditions (`unsafeStore`): delete all the same, right after a last comparison. */
  readonly unconditional?: boolean;
}

/** The guarded actions. Each write is one conditional request on exactly what the person was shown. */
export class LockService {
  private readonly actions: PlaceActions;
  /** States whose lock is being changed from here just now. */
  private readonly acting = new Set<string>();

  constructor(private readonly deps: ServiceDeps) {
    this.actions = new PlaceActions(deps);
  }

  /** Whether this editor is changing the state's lock just now: what is read meanwhile is half a change. */
  isActing(state: StateRef): boolean {
    return this.acting.has(state.id);
  }

  /** Takes the lock of a state at every place, in Terraform's order, with the person's reason. */
  async acquire(
    state: StateRef,
    reason: string,
    signal: AbortSignal,
    options: { readonly until?: string } = {},
  ): Promise<ActionResult> {
    if (state.places.length === 0) {
      return failed({ reason: 'unsupported', detail: 'a state without locking' });
    }
    const { deps } = this;
    const [first] = state.places;
    const prepared = first === undefined ? undefined : await this.actions.prepare(first, signal);
    if (prepared?.kind === 'failed') {
      return failed(prepared.error);
    }
    const info = ownLockInfo({
      lockId: prepared?.lockId ?? deps.newLockId(),
      who: deps.who,
      version: deps.version,
      reason,
      created: formatCreated(deps.clock.now()),
      path: state.path,
    });
    try {
      await deps.ownLocks.remember({
        lockId: info.id,
        path: state.path,
        takenAt: info.created,
        ...options,
      });
    } catch (error) {
      return failed(toLockError(error));
    }
    const { result, mayBeOurs } = await this.takeAll(state, info, signal);
    if (!mayBeOurs) {
      await this.forget(info.id);
    }
    await this.refresh(state, result);
    return result;
  }

  /** Gives back own locks, each if its record is still exactly as it is in `shown`. */
  async release(
    state: StateRef,
    shown: readonly HeldLock[],
    signal: AbortSignal,
    consent: Consent = {},
  ): Promise<ActionResult> {
    const foreign = shown.find((lock) => !isMine(this.deps.ownLocks, lock, state));
    if (foreign !== undefined) {
      return { kind: 'held', holder: foreign };
    }
    return this.removeAll('release', state, shown, signal, consent);
  }

  /** Removes another's locks, each if its record is still exactly as it is in `shown`. */
  async forceUnlock(
    state: StateRef,
    shown: readonly HeldLock[],
    signal: AbortSignal,
    consent: Consent = {},
  ): Promise<ActionResult> {
    return this.removeAll('forceUnlock', state, shown, signal, consent);
  }

  /** Removes what holders left behind and what locks nobody out, each if it is still exactly as in `shown`. */
  async cleanUp(
    state: StateRef,
    shown: readonly HeldLock[],
    signal: AbortSignal,
  ): Promise<ActionResult> {
    return this.removeAll('cleanUp', state, shown, signal, {});
  }

  /** Takes place after place; where one refuses, gives back exactly what was taken before it. */
  private async takeAll(
    state: StateRef,
    info: LockInfo,
    signal: AbortSignal,
  ): Promise<{ readonly result: ActionResult; readonly mayBeOurs: boolean }> {
    const taken: HeldLock[] = [];
    for (const place of state.places) {
      const result = await this.actions.take(state, place, info, signal);
      if (result.kind !== 'done' || result.record === undefined) {
        const left = await this.undoAll(state, taken);
        const mayBeOurs = left.length > 0 || isUncertain(result);
        const places = [...left, { place, result }];
        return { result: left.length > 0 ? { kind: 'partial', places } : result, mayBeOurs };
      }
      taken.push({ place, record: result.record });
    }
    return { result: { kind: 'done', lockId: info.id }, mayBeOurs: true };
  }

  /** What is still taken, or may be, after everything was given back that could be. */
  private async undoAll(state: StateRef, taken: readonly HeldLock[]): Promise<PlaceOutcome[]> {
    const left: PlaceOutcome[] = [];
    for (const lock of taken) {
      const result = await this.actions.undo(state, lock);
      const stillThere: PlaceResult = {
        kind: 'done',
        lockId: lock.record.info.id,
        record: lock.record,
      };
      if (result.kind === 'failed') {
        left.push({ place: lock.place, result: isUncertain(result) ? result : stillThere });
      } else if (result.kind === 'changed' && holderId(result) === lock.record.info.id) {
        left.push({ place: lock.place, result: stillThere });
      }
    }
    return left;
  }

  private async removeAll(
    action: Exclude<AuditAction, 'acquire'>,
    state: StateRef,
    shown: readonly HeldLock[],
    signal: AbortSignal,
    consent: Consent,
  ): Promise<ActionResult> {
    this.acting.add(state.id);
    try {
      return await this.removeEach(action, state, shown, signal, consent);
    } finally {
      this.acting.delete(state.id);
    }
  }

  private async removeEach(
    action: Exclude<AuditAction, 'acquire'>,
    state: StateRef,
    shown: readonly HeldLock[],
    signal: AbortSignal,
    consent: Consent,
  ): Promise<ActionResult> {
    const outcomes: PlaceOutcome[] = [];
    // In Terraform's order, and each attempted whatever became of the one before: what is left is less.
    for (const lock of inOrder(state, shown)) {
      const result = await this.actions.remove(action, state, lock, { signal, ...consent });
      outcomes.push({ place: lock.place, result });
      if (outcomes.length === 1 && needsConsent(result)) {
        // Nothing was changed so far, and a person is going to be asked first.
        break;
      }
    }
    for (const id of new Set(shown.map(({ record }) => record.info.id))) {
      await this.forgetIfGone(state, shown, outcomes, id);
    }
    const result = combined(outcomes);
    await this.refresh(state, result);
    return result;
  }

  /** Forgets an own lock once no place of its state can still hold it. */
  private async forgetIfGone(
    state: StateRef,
    shown: readonly HeldLock[],
    outcomes: readonly PlaceOutcome[],
    lockId: string,
  ): Promise<void> {
    const ofId = new Set(
      shown.filter(({ record }) => record.info.id === lockId).map(({ place }) => place.id),
    );
    const isGone = ({ result }: PlaceOutcome): boolean => {
      const found = result.kind === 'changed' ? holderId(result) : undefined;
      const replaced = found !== undefined && found !== lockId;
      return result.kind === 'done' || result.kind === 'gone' || replaced;
    };
    const asked = outcomes.filter(({ place }) => ofId.has(place.id));
    if (asked.length < ofId.size || !asked.every(isGone)) {
      return;
    }
    const others = state.places.filter((place) => !ofId.has(place.id));
    const readings = await this.actions.read(others).catch(() => undefined);
    const elsewhere = readings?.some(
      (reading) => !reading.ok || reading.record?.info.id === lockId,
    );
    if (elsewhere === false) {
      await this.forget(lockId);
    }
  }

  /** An own lock that stays remembered does no harm, and must not make a done action look failed. */
  private async forget(lockId: string): Promise<void> {
    await this.deps.ownLocks.forget(lockId).catch(() => undefined);
  }

  private async refresh(state: StateRef, result: ActionResult): Promise<void> {
    if (result.kind === 'failed' && result.error.reason === 'auditFailed') {
      // Nothing was asked.
      return;
    }
    await this.deps.poller.refresh({ userStarted: true, places: state.places });
  }
}
