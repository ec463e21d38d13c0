import type { LockError } from './lockError';
import type { HeldLock, LockPlace } from './lockPlace';
import type { PlaceResult } from './placeActions';
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

export function failed(error: LockError): PlaceResult {
  return { kind: 'failed', error };
}

export function isUncertain(result: PlaceResult): boolean {
  return result.kind === 'failed' && result.error.reason === 'uncertain';
}

export function needsConsent(result: PlaceResult): boolean {
  return result.kind === 'failed' && result.error.reason === 'unsafeStore';
}

export function holderId(result: { readonly holder?: HeldLock }): string | undefined {
  return result.holder?.record.info.id;
}

export function inOrder(state: StateRef, shown: readonly HeldLock[]): readonly HeldLock[] {
  const index = ({ place }: HeldLock): number =>
    state.places.findIndex((candidate) => candidate.id === place.id);
  return [...shown].sort((a, b) => index(a) - index(b));
}

/** One result where one is enough: deleted and already gone are the same end, and so is nothing at all. */
export function combined(outcomes: readonly PlaceOutcome[]): ActionResult {
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
