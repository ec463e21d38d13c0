import { toleratedSkewMs } from './lockAge';
import type { HeldLock, LockPlace, LockReading } from './lockPlace';
import { byHolder, foldPlaces, heldAt } from './placeFold';
import type { LockError } from './lockError';
import type { StateRef } from './stateRef';

/** At least one lock, in the order in which Terraform takes them. */
export type Locks = readonly [HeldLock, ...HeldLock[]];

/** What was read last, and when. Only ever made from a successful, consistent read of every place. */
export type KnownStatus =
  | {
      readonly kind: 'free';
      readonly at: number;
      /** What holders left behind that locks nobody out, with its place. */
      readonly leftovers?: Locks;
    }
  /** `mine`: acquired here. `stale`: another's, and older than is usual for its operation. */
  | { readonly kind: 'held' | 'mine' | 'stale'; readonly at: number; readonly locks: Locks }
  /** A state with two locks has only one of them: everybody is refused, and nobody holds both. */
  | {
      readonly kind: 'half';
      readonly at: number;
      readonly locks: Locks;
      /** The places where the other half is not. */
      readonly missing: readonly [LockPlace, ...LockPlace[]];
      /** Those of `locks` that were acquired here. */
      readonly mine: readonly HeldLock[];
    }
  /** A state's two locks are held under different lock IDs: two holders, each of whom may be writing. */
  | {
      readonly kind: 'conflict';
      readonly at: number;
      readonly locks: Locks;
      readonly mine: readonly HeldLock[];
    };

/** The status of a state's lock. There is no way from an error to `free`. */
export type LockStatus =
  | KnownStatus
  /** The truth is not known just now. `last` is what was true when it was last known. */
  | {
      readonly kind: 'unknown';
      readonly error: LockError;
      readonly last?: KnownStatus;
      /** Locks at those of several places that could be read just now: the state is locked in any case. */
      readonly seen?: Locks;
    }
  /** The configuration has no lock, so everybody may write at any time. */
  | { readonly kind: 'notLockable' };

/** What is remembered of one place: the last answer, and the last successful one. */
export interface PlaceMemory {
  readonly reading: LockReading;
  readonly lastGood?: Extract<LockReading, { ok: true }>;
  /** When this very record (same guard) was first seen by this editor, by this editor's clock. */
  readonly unchangedSince?: number;
  /** A watch that runs confirms the last reading until then, in ms since the epoch: a change ends it. */
  readonly confirmedUntil?: number;
  /** When the place was first seen free, of the successful reads up to now that all found it free. */
  readonly freeSince?: number;
}

export interface StatusRules {
  readonly now: number;
  /** A reading older than this is no longer called the truth. */
  readonly freshForMs: number;
  /** Age from which a lock of this operation is called stale. */
  staleAfterMs(operation: string): number;
  isMine(lock: HeldLock, state: StateRef): boolean;
}

/** Folds what is known of a state's places into its status. */
export function foldStatus(
  state: StateRef,
  memoryOf: (placeId: string) => PlaceMemory | undefined,
  rules: StatusRules,
): LockStatus {
  if (state.places.length === 0) {
    return { kind: 'notLockable' };
  }
  const memories = state.places.map((place) => ({ place, memory: memoryOf(place.id) }));
  const errors = memories.map(({ memory }) => currentError(memory, rules));
  const error = errors.find((entry) => entry !== undefined);
  const known = foldPlaces(state, memories, rules);
  if (error === undefined && known !== undefined) {
    return known;
  }
  const readable = memories.filter((_entry, index) => errors[index] === undefined);
  const [first, ...rest] = readable.flatMap(({ place, memory }) => heldAt(place, memory));
  return {
    kind: 'unknown',
    error: error ?? { reason: 'notReady' },
    ...(known === undefined ? {} : { last: known }),
    ...(first === undefined ? {} : { seen: [first, ...rest] }),
  };
}

function currentError(memory: PlaceMemory | undefined, rules: StatusRules): LockError | undefined {
  if (memory === undefined) {
    return { reason: 'notReady' };
  }
  if (!memory.reading.ok) {
    return memory.reading.error;
  }
  // A clock set back makes a reading look as if it came from the future: that proves nothing either.
  const age = rules.now - memory.reading.at;
  const isWatched = rules.now <= (memory.confirmedUntil ?? 0);
  const isOld = age > rules.freshForMs && !isWatched;
  return isOld || age < -toleratedSkewMs ? { reason: 'stale' } : undefined;
}

/** The locks that a status shows, whether known to be current or last known. */
export function locksOf(status: LockStatus): readonly HeldLock[] {
  switch (status.kind) {
    case 'held':
    case 'mine':
    case 'stale':
    case 'half':
    case 'conflict':
      return status.locks;
    case 'unknown':
      return status.last === undefined ? [] : locksOf(status.last);
    case 'free':
    case 'notLockable':
      return [];
  }
}

/** What was left behind at the places of a state that is free, and can be cleaned up. */
export function leftoversOf(status: LockStatus): readonly HeldLock[] {
  return status.kind === 'free' ? (status.leftovers ?? []) : [];
}

/** Those of the shown locks that were acquired here: what a release gives back. */
export function ownLocksOf(status: LockStatus): readonly HeldLock[] {
  switch (status.kind) {
    case 'mine':
      return status.locks;
    case 'half':
    case 'conflict':
      return status.mine;
    case 'unknown':
      return status.last === undefined ? [] : ownLocksOf(status.last);
    case 'held':
    case 'stale':
    case 'free':
    case 'notLockable':
      return [];
  }
}

/**
 * The shown locks that are not ours, one group per holder: the two locks of one run are broken together,
 * those of two runs never.
 */
export function foreignLocksOf(status: LockStatus): readonly Locks[] {
  const own = new Set(ownLocksOf(status));
  return byHolder(locksOf(status).filter((lock) => !own.has(lock)));
}
