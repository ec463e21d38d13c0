import { parseCreated, type LockInfo } from './lockInfo';
import type { HeldLock, LockReading } from './lockPlace';
import type { LockError } from './lockError';
import type { StateRef } from './stateRef';

/** What was read last, and when. Only ever made from a successful, consistent read of every place. */
export type KnownStatus =
  | { readonly kind: 'free'; readonly at: number }
  /** `mine`: acquired here. `stale`: another's, and older than is usual for its operation. */
  | {
      readonly kind: 'held' | 'mine' | 'stale';
      readonly at: number;
      readonly locks: readonly [HeldLock, ...HeldLock[]];
    };

/** The status of a state's lock. There is no way from an error to `free`. */
export type LockStatus =
  | KnownStatus
  /** The truth is not known just now. `last` is what was true when it was last known. */
  | { readonly kind: 'unknown'; readonly error: LockError; readonly last?: KnownStatus }
  /** The configuration has no lock, so everybody may write at any time. */
  | { readonly kind: 'notLockable' };

/** What is remembered of one place: the last answer, and the last successful one. */
export interface PlaceMemory {
  readonly reading: LockReading;
  readonly lastGood?: Extract<LockReading, { ok: true }>;
  /** When this very record (same guard) was first seen by this editor, by this editor's clock. */
  readonly unchangedSince?: number;
}

export interface StatusRules {
  readonly now: number;
  /** A reading older than this is no longer called the truth. */
  readonly freshForMs: number;
  /** Age from which a lock of this operation is called stale. */
  staleAfterMs(operation: string): number;
  isMine(lock: HeldLock, state: StateRef): boolean;
}

/** How long a lock has been held, in ms, as far as it can be told. */
export interface LockAge {
  readonly ms: number;
  /** `record`: by the record's `Created`. `observed`: at least this long, by this editor's own clock. */
  readonly from: 'record' | 'observed';
  /** `Created` lies in the future by more than clocks usually differ: one of the clocks is wrong. */
  readonly inFuture: boolean;
}

/** What can be told about a lock from what its record says alone. */
export interface ReadableLock {
  readonly record: { readonly info: LockInfo };
}

const toleratedSkewMs = 60_000;

/**
 * The age of a lock. A missing, unreadable or future `Created` is never trusted: then only what this
 * editor has itself observed counts.
 */
export function lockAge(
  lock: ReadableLock,
  now: number,
  unchangedSince?: number,
): LockAge | undefined {
  const createdAt = parseCreated(lock.record.info.created);
  const inFuture = createdAt !== undefined && createdAt > now + toleratedSkewMs;
  if (createdAt !== undefined && !inFuture) {
    return { ms: Math.max(0, now - createdAt), from: 'record', inFuture };
  }
  if (unchangedSince === undefined) {
    return undefined;
  }
  return { ms: Math.max(0, now - unchangedSince), from: 'observed', inFuture };
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
  const memories = state.places.map((place) => memoryOf(place.id));
  const error = memories.map((memory) => currentError(memory, rules)).find((e) => e !== undefined);
  const known = foldKnown(state, memories, rules);
  if (error === undefined && known !== undefined) {
    return known;
  }
  return {
    kind: 'unknown',
    error: error ?? { reason: 'notReady' },
    ...(known === undefined ? {} : { last: known }),
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
  return age > rules.freshForMs || age < -toleratedSkewMs ? { reason: 'stale' } : undefined;
}

function foldKnown(
  state: StateRef,
  memories: readonly (PlaceMemory | undefined)[],
  rules: StatusRules,
): KnownStatus | undefined {
  const locks: HeldLock[] = [];
  let oldest = Number.POSITIVE_INFINITY;
  let complete = true;
  let stale = false;
  for (const [index, place] of state.places.entries()) {
    const memory = memories[index];
    if (memory?.lastGood === undefined) {
      complete = false;
      continue;
    }
    oldest = Math.min(oldest, memory.lastGood.at);
    if (memory.lastGood.record !== undefined) {
      const lock = { place, record: memory.lastGood.record };
      locks.push(lock);
      const age = lockAge(lock, rules.now, memory.unchangedSince);
      stale ||= age !== undefined && age.ms >= rules.staleAfterMs(lock.record.info.operation);
    }
  }
  const [first, ...rest] = locks;
  if (first === undefined) {
    return complete ? { kind: 'free', at: oldest } : undefined;
  }
  const mine = locks.every((lock) => rules.isMine(lock, state));
  return { kind: mine ? 'mine' : stale ? 'stale' : 'held', at: oldest, locks: [first, ...rest] };
}

/** The locks that a status shows, whether known to be current or last known. */
export function locksOf(status: LockStatus): readonly HeldLock[] {
  switch (status.kind) {
    case 'held':
    case 'mine':
    case 'stale':
      return status.locks;
    case 'unknown':
      return status.last === undefined ? [] : locksOf(status.last);
    case 'free':
    case 'notLockable':
      return [];
  }
}
