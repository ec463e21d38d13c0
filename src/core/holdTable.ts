import { holdStart, type Hold, type HoldEnd } from './holdHistory';
import type { MergedHistory } from './historyMerge';
import { joinSpans } from './spans';

/** In the order of their numbers in a table. `undefined`: not known to have ended. */
export const holdEnds: readonly (HoldEnd | undefined)[] = [
  undefined,
  'released',
  'replaced',
  'releasedHere',
  'brokenHere',
  'brokenByOther',
  'unknown',
];

/** States that were watched at the same times, by their numbers. */
export interface WatchedGroup {
  readonly states: Uint32Array;
  readonly spans: Float64Array;
}

/**
 * Holds as columns, in the order of their starts: 100,000 of them are two megabytes that cross from thread to
 * thread and to the view without being taken apart. A bound that is not known is `NaN`.
 */
export interface HoldTable {
  readonly count: number;
  readonly states: readonly string[];
  readonly people: readonly string[];
  readonly operations: readonly string[];
  readonly state: Uint32Array;
  readonly who: Uint32Array;
  readonly operation: Uint32Array;
  readonly mine: Uint8Array;
  /** Not before; `NaN` where nobody had looked before it was seen. */
  readonly startFrom: Float64Array;
  /** Not after. */
  readonly startTo: Float64Array;
  /** Held at least until. */
  readonly lastSeen: Float64Array;
  /** Found gone; `NaN` where it was not. */
  readonly gone: Float64Array;
  /** Index into `holdEnds`. */
  readonly end: Uint8Array;
  readonly refusals: RefusalTable;
  readonly watched: readonly WatchedGroup[];
}

/** The columns of a table that have one value for each hold. */
export const rowColumns = [
  'state',
  'who',
  'operation',
  'mine',
  'startFrom',
  'startTo',
  'lastSeen',
  'gone',
  'end',
] as const satisfies readonly (keyof HoldTable)[];

export type RowColumns = Pick<HoldTable, (typeof rowColumns)[number]>;

export interface RefusalTable {
  readonly at: Float64Array;
  readonly state: Uint32Array;
  /** Who was in the way. */
  readonly holder: Uint32Array;
  /** 1: seen in a terminal; 0: an acquire in this editor. */
  readonly terminal: Uint8Array;
}

/** Columns for so many holds, to be filled. */
export function emptyColumns(count: number): RowColumns {
  return {
    state: new Uint32Array(count),
    who: new Uint32Array(count),
    operation: new Uint32Array(count),
    mine: new Uint8Array(count),
    startFrom: new Float64Array(count),
    startTo: new Float64Array(count),
    lastSeen: new Float64Array(count),
    gone: new Float64Array(count),
    end: new Uint8Array(count),
  };
}

/** Gives each text a number. */
class Names {
  readonly list: string[] = [];
  private readonly numbers = new Map<string, number>();

  of(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.list.length;
      this.numbers.set(text, number);
      this.list.push(text);
    }
    return number;
  }
}

/** The columns of a merged history. */
export function tableOf(history: MergedHistory): HoldTable {
  const [states, people, operations] = [new Names(), new Names(), new Names()];
  const { holds, refusals } = history;
  const count = holds.length;
  const columns = emptyColumns(count);
  holds.forEach((hold: Hold, index) => {
    const start = holdStart(hold);
    columns.state[index] = states.of(hold.path);
    columns.who[index] = people.of(hold.who);
    columns.operation[index] = operations.of(hold.operation);
    columns.mine[index] = hold.mine ? 1 : 0;
    columns.startFrom[index] = start.from ?? NaN;
    columns.startTo[index] = start.to ?? hold.firstSeenAt;
    columns.lastSeen[index] = hold.lastSeenAt;
    columns.gone[index] = hold.goneAt ?? NaN;
    columns.end[index] = Math.max(0, holdEnds.indexOf(hold.end));
  });
  const refused: RefusalTable = {
    at: Float64Array.from(refusals, ({ at }) => at),
    state: Uint32Array.from(refusals, ({ path }) => states.of(path)),
    holder: Uint32Array.from(refusals, ({ holder }) => people.of(holder)),
    terminal: Uint8Array.from(refusals, ({ source }) => (source === 'terminal' ? 1 : 0)),
  };
  const watched = watchedGroups(history, states);
  return {
    count,
    states: states.list,
    people: people.list,
    operations: operations.list,
    ...columns,
    refusals: refused,
    watched,
  };
}

/** States of the same sets were watched at the same times, and are told of once. */
function watchedGroups({ watched }: MergedHistory, states: Names): readonly WatchedGroup[] {
  const setsOf = new Map<number, number[]>();
  watched.forEach(({ set }, index) => {
    for (const path of set.paths) {
      const state = states.of(path);
      const sets = setsOf.get(state) ?? [];
      sets.push(index);
      setsOf.set(state, sets);
    }
  });
  const groups = new Map<
    string,
    { readonly sets: readonly number[]; readonly members: number[] }
  >();
  for (const [state, sets] of setsOf) {
    const key = sets.join();
    const group = groups.get(key) ?? { sets, members: [] };
    group.members.push(state);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ sets, members }) => ({
    states: Uint32Array.from(members),
    spans: Float64Array.from(joinSpans(sets.flatMap((index) => watched[index]?.spans ?? []))),
  }));
}
