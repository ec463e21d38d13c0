import type { HistoryEvent, Hold, HoldEnd } from './holdHistory';
import { holdKey, keptName } from './holdHistory';
import { toleratedSkewMs } from './lockAge';
import { parseCreated } from './lockInfo';
import type { StateView } from './lockBoard';
import type { HeldLock } from './lockPlace';
import { ownLocksOf, type KnownStatus } from './lockStatus';
import { shortOperation } from './operations';
import type { StateRef } from './stateRef';
import { WatchedTime } from './watchedTime';

interface Watched {
  /** Time of the last look, by which nothing goes back. */
  readonly at: number;
  /** Time of the reading that it saw. */
  readonly read: number;
  /** When its status was last known, however old the reading behind it. */
  knownAt: number;
  readonly holds: ReadonlyMap<string, Hold>;
}

/** Whoever ends a lock from here says so before it is seen gone. */
export type EndedHere = Extract<HoldEnd, 'releasedHere' | 'brokenHere'>;

/**
 * Derives holds from successive looks at the board. A hold is known by the looks around it: the last that
 * did not find it, the first and the last that did, and the first that did not any more.
 */
export class HoldObserver {
  private readonly states = new Map<string, Watched>();
  private readonly endedHere = new Map<string, EndedHere>();
  private readonly watched = new WatchedTime();

  /** Somebody released or broke this lock from here. */
  noteEnd(path: string, lockId: string, how: EndedHere): void {
    this.endedHere.set(`${path}\n${lockId}`, how);
  }

  /** It was tried, and nothing came of it. */
  forgetEnd(path: string, lockId: string): void {
    this.endedHere.delete(`${path}\n${lockId}`);
  }

  /**
   * What is new. Only looks at the truth count: a status that is unknown says nothing.
   * `gapMs`: from how long between two looks on nobody was watching.
   */
  look(views: readonly StateView[], now: number, gapMs: number): readonly HistoryEvent[] {
    const events: HistoryEvent[] = [];
    const present = new Set<string>();
    for (const { state, status } of views) {
      if (state === undefined) {
        continue;
      }
      present.add(state.path);
      if (status.kind !== 'unknown' && status.kind !== 'notLockable') {
        this.lookAt(state, status, { now, gapMs }, events);
      }
    }
    for (const path of this.states.keys()) {
      if (!present.has(path)) {
        this.leave(path, events);
      }
    }
    return events;
  }

  /** Notes where things stand, so that little is lost if nothing more comes. */
  checkpoint(): readonly HistoryEvent[] {
    const held = [...this.states.values()].flatMap(({ holds }) => [...holds.values()]);
    return [
      ...held.map((hold): HistoryEvent => ({ kind: 'hold', hold })),
      ...this.watched.checkpoint(),
    ];
  }

  private lookAt(
    state: StateRef,
    status: KnownStatus,
    { now, gapMs }: { readonly now: number; readonly gapMs: number },
    events: HistoryEvent[],
  ): void {
    const before = this.states.get(state.path);
    // A reading that is so old and still the truth is confirmed by a watch, just now.
    const isConfirmed = now - status.at > gapMs;
    const seen = isConfirmed ? now : status.at;
    if (before?.read === status.at && seen <= before.at) {
      before.knownAt = now;
      return;
    }
    if (before !== undefined && seen < before.at - toleratedSkewMs) {
      // The clock was set back: what is known from before cannot be compared with what is seen now.
      this.leave(state.path, events);
      this.begin(state, status, { at: seen, now }, undefined, events);
      return;
    }
    // A request that began a little before a watch was last known to run ends after it.
    const at = Math.max(seen, before?.at ?? seen);
    const lastKnown = isConfirmed ? before?.knownAt : before?.at;
    const isContinuous = lastKnown !== undefined && at - lastKnown <= gapMs;
    this.begin(state, status, { at, now }, before, events);
    this.endGone(state, before, { at, isContinuous, isHeld: status.kind !== 'free' }, events);
    events.push(...this.watched.look(state.path, at, isContinuous));
  }

  /** Takes in the locks that are there now. */
  private begin(
    state: StateRef,
    status: KnownStatus,
    { at, now }: { readonly at: number; readonly now: number },
    before: Watched | undefined,
    events: HistoryEvent[],
  ): void {
    const holds = new Map<string, Hold>();
    const own = new Set<HeldLock>(ownLocksOf(status));
    for (const lock of status.kind === 'free' ? [] : status.locks) {
      const seen = holdOf(state, lock, at, own.has(lock));
      const key = holdKey(seen);
      const known = holds.get(key) ?? before?.holds.get(key);
      if (known !== undefined) {
        holds.set(key, { ...known, lastSeenAt: at, mine: known.mine || seen.mine });
        continue;
      }
      const hold = before === undefined ? seen : { ...seen, absentAt: before.at };
      holds.set(key, hold);
      events.push({ kind: 'hold', hold });
    }
    this.states.set(state.path, { at, read: status.at, knownAt: now, holds });
  }

  private endGone(
    state: StateRef,
    before: Watched | undefined,
    now: { readonly at: number; readonly isContinuous: boolean; readonly isHeld: boolean },
    events: HistoryEvent[],
  ): void {
    const holds = this.states.get(state.path)?.holds;
    for (const [key, hold] of before?.holds ?? []) {
      if (holds?.has(key) === true) {
        continue;
      }
      const id = `${state.path}\n${hold.lockId}`;
      const end = this.endedHere.get(id) ?? endOf(hold, now);
      this.endedHere.delete(id);
      events.push({ kind: 'hold', hold: { ...hold, goneAt: now.at, end } });
    }
  }

  private leave(path: string, events: HistoryEvent[]): void {
    for (const hold of this.states.get(path)?.holds.values() ?? []) {
      events.push({ kind: 'hold', hold });
    }
    events.push(...this.watched.leave(path));
    this.states.delete(path);
  }
}

function endOf(
  hold: Hold,
  now: { readonly isContinuous: boolean; readonly isHeld: boolean },
): HoldEnd {
  if (!now.isContinuous) {
    return 'unknown';
  }
  if (hold.mine) {
    return 'brokenByOther';
  }
  return now.isHeld ? 'replaced' : 'released';
}

function holdOf(state: StateRef, { record }: HeldLock, at: number, mine: boolean): Hold {
  const { id, who, operation, created } = record.info;
  const createdAt = parseCreated(created);
  return {
    path: keptName(state.path),
    lockId: keptName(id),
    who: keptName(who),
    operation: keptName(shortOperation(operation)),
    mine,
    ...(createdAt === undefined ? {} : { createdAt }),
    firstSeenAt: at,
    lastSeenAt: at,
  };
}
