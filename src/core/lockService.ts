import type { LockBoard } from './lockBoard';
import { formatCreated, type LockInfo } from './lockInfo';
import { toLockError, type LockError } from './lockError';
import type { HeldLock, LockPlace } from './lockPlace';
import type { LockPoller } from './lockPoller';
import { isMine, ownLockInfo, type OwnLockStore } from './ownLocks';
import { PlaceActions, type PlaceActionDeps, type PlaceResult } from './placeActions';
import type { StateRef } from './stateRef';

/** What came of an action at one of a state's places. */
export interface PlaceOutcome {
  readonly place: LockPlace;
  readonly result: PlaceResult;
}

/** What came of an action, for a person. After each of them the board has been read again. */
export type ActionResult =
  | PlaceResult
  /** Not the same at every place: one was changed, or may have been, and another was not. */
  | { readonly kind: 'partial'; readonly places: readonly PlaceOutcome[] };

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

  constructor(private readonly deps: ServiceDeps) {
    this.actions = new PlaceActions(deps);
  }

  /** Takes the lock of a state at every place, in Terraform's order, with the person's reason. */
  async acquire(state: StateRef, reason: string, signal: AbortSignal): Promise<ActionResult> {
    if (state.places.length === 0) {
      return failed({ reason: 'unsupported', detail: 'a state without locking' });
    }
    const { deps } = this;
    const info = ownLockInfo({
      lockId: deps.newLockId(),
      who: deps.who,
      version: deps.version,
      reason,
      created: formatCreated(deps.clock.now()),
      path: state.path,
    });
    try {
      await deps.ownLocks.remember({ lockId: info.id, path: state.path, takenAt: info.created });
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
    action: 'release' | 'forceUnlock',
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

function failed(error: LockError): PlaceResult {
  return { kind: 'failed', error };
}

function isUncertain(result: PlaceResult): boolean {
  return result.kind === 'failed' && result.error.reason === 'uncertain';
}

function needsConsent(result: PlaceResult): boolean {
  return result.kind === 'failed' && result.error.reason === 'unsafeStore';
}

function holderId(result: { readonly holder?: HeldLock }): string | undefined {
  return result.holder?.record.info.id;
}

function inOrder(state: StateRef, shown: readonly HeldLock[]): readonly HeldLock[] {
  const index = ({ place }: HeldLock): number =>
    state.places.findIndex((candidate) => candidate.id === place.id);
  return [...shown].sort((a, b) => index(a) - index(b));
}

/** One result where one is enough: deleted and already gone are the same end, and so is nothing at all. */
function combined(outcomes: readonly PlaceOutcome[]): ActionResult {
  const results = outcomes.map(({ result }) => result);
  const notGone = results.find(({ kind }) => kind !== 'gone');
  if (notGone === undefined) {
    return { kind: 'gone' };
  }
  const mayHaveChanged = results.filter((result) => result.kind === 'done' || isUncertain(result));
  if (mayHaveChanged.length === 0 || results.length === 1) {
    return notGone;
  }
  const ended = results.every(({ kind }) => kind === 'done' || kind === 'gone');
  return ended ? notGone : { kind: 'partial', places: outcomes };
}
