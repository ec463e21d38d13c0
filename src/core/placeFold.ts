import { lockAge } from './lockAge';
import type { HeldLock, LockPlace } from './lockPlace';
import type { KnownStatus, Locks, PlaceMemory, StatusRules } from './lockStatus';
import type { StateRef } from './stateRef';

/** A place of a state and what is remembered of it. */
export interface RememberedPlace {
  readonly place: LockPlace;
  readonly memory: PlaceMemory | undefined;
}

/** Answers that came within this time of each other are one look at the state. */
const oneLookMs = 1000;

/** The lock that was last read at a place, if any. */
export function heldAt(place: LockPlace, memory: PlaceMemory | undefined): readonly HeldLock[] {
  const record = memory?.lastGood?.record;
  return record === undefined ? [] : [{ place, record }];
}

/** What the last successful answers of a state's places say together; undefined where they say nothing. */
export function foldPlaces(
  state: StateRef,
  places: readonly RememberedPlace[],
  rules: StatusRules,
): KnownStatus | undefined {
  const at = Math.min(...places.map(({ memory }) => memory?.lastGood?.at ?? Infinity));
  const held = places.filter(({ memory }) => memory?.lastGood?.record !== undefined);
  const free = places.filter(({ memory }) => isFree(memory));
  const [first, ...rest] = held.flatMap(({ place, memory }) => heldAt(place, memory));
  if (first === undefined) {
    return free.length === places.length ? { kind: 'free', at, ...leftoversAt(places) } : undefined;
  }
  const locks: Locks = [first, ...rest];
  const mine = locks.filter((lock) => rules.isMine(lock, state));
  const together = held.every((one) => held.every((other) => overlap(one, other)));
  if (together && byHolder(locks).length > 1) {
    return { kind: 'conflict', at, locks, mine };
  }
  const [missing, ...others] = free
    .filter((place) => held.every((other) => overlap(place, other)))
    .map(({ place }) => place);
  if (missing !== undefined) {
    return { kind: 'half', at, locks, missing: [missing, ...others], mine };
  }
  if (mine.length === locks.length) {
    return { kind: 'mine', at, locks };
  }
  return { kind: held.some((place) => isStale(place, rules)) ? 'stale' : 'held', at, locks };
}

/**
 * Locks of one holder: the same lock ID. A record that tells no ID (it cannot be decrypted, say) counts as
 * the only known holder's, because a pair is taken by one run; each is shown and guarded by itself anyway.
 */
export function byHolder(locks: readonly HeldLock[]): readonly Locks[] {
  const ids = new Set(locks.map(({ record }) => record.info.id).filter((id) => id !== ''));
  const groups = new Map<string, [HeldLock, ...HeldLock[]]>();
  for (const lock of locks) {
    const key = ids.size > 1 ? lock.record.info.id : '';
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [lock]);
    } else {
      group.push(lock);
    }
  }
  return [...groups.values()];
}

function leftoversAt(places: readonly RememberedPlace[]): { readonly leftovers?: Locks } {
  const [first, ...rest] = places.flatMap(({ place, memory }) => {
    const record = memory?.lastGood?.leftover;
    return record === undefined ? [] : [{ place, record }];
  });
  return first === undefined ? {} : { leftovers: [first, ...rest] };
}

function isFree(memory: PlaceMemory | undefined): boolean {
  return memory?.lastGood !== undefined && memory.lastGood.record === undefined;
}

/**
 * Whether two answers were true at the same time. Places are read by timers of their own, so while a run
 * takes or gives back its two locks, the last answers can lie on either side of that and prove nothing:
 * one must have been seen both before and after the other was, or both in one look.
 */
function overlap(one: RememberedPlace, other: RememberedPlace): boolean {
  const [a, b] = [seenDuring(one.memory), seenDuring(other.memory)];
  const inOneLook = Math.abs(a.to - b.to) <= oneLookMs;
  return inOneLook || Math.max(a.from, b.from) <= Math.min(a.to, b.to);
}

function seenDuring(memory: PlaceMemory | undefined): {
  readonly from: number;
  readonly to: number;
} {
  const to = memory?.lastGood?.at ?? NaN;
  return { from: memory?.unchangedSince ?? memory?.freeSince ?? to, to };
}

function isStale({ place, memory }: RememberedPlace, rules: StatusRules): boolean {
  return heldAt(place, memory).some((lock) => {
    // Whoever is proved to be alive is not stale, however long it takes.
    if (lock.record.liveness?.kind === 'alive') {
      return false;
    }
    const age = lockAge(lock, rules.now, memory?.unchangedSince);
    return age !== undefined && age.ms >= rules.staleAfterMs(lock.record.info.operation);
  });
}
