import { holdEnds, type HoldTable } from './holdTable';
import { spannedMs } from './spans';

/** What of a history is looked at. */
export interface ActivityFilter {
  readonly from: number;
  readonly to: number;
  /** By number of the state; missing: every state. */
  isShown?(state: number): boolean;
}

/** A length of time that is only known within bounds, in ms. */
export interface LengthBounds {
  readonly least: number;
  readonly most: number;
}

export interface StateActivity {
  readonly state: number;
  readonly holds: number;
  /** Time in which somebody held the lock. `most` counts ends that nobody saw as the last look. */
  readonly locked: LengthBounds;
  /** Holds whose end nobody saw: how long they went on is not known. */
  readonly openEnds: number;
  readonly watchedMs: number;
  readonly refusals: number;
}

export interface HolderActivity {
  readonly who: number;
  readonly holds: number;
  readonly leastMs: number;
  /** How many states. */
  readonly states: number;
}

export interface OperationActivity {
  readonly operation: number;
  /** Holds whose end was seen: what the percentiles are made of. */
  readonly ended: number;
  /** Holds left out, because nobody saw when they began or ended. */
  readonly leftOut: number;
  readonly p50: LengthBounds;
  readonly p95: LengthBounds;
}

export interface ActivityStats {
  readonly holds: number;
  /** Most locked first. */
  readonly states: readonly StateActivity[];
  /** Longest first. */
  readonly holders: readonly HolderActivity[];
  /** Most holds first. */
  readonly operations: readonly OperationActivity[];
  /** Rows of the refusal table, oldest first. */
  readonly refusals: readonly number[];
  /** Mean share of the range in which the shown states were watched, 0 to 1. */
  readonly watchedShare: number;
}

interface StateSums {
  holds: number;
  least: number;
  most: number;
  leastUntil: number;
  mostUntil: number;
  openEnds: number;
  refusals: number;
}

const unknownEnd = holdEnds.indexOf('unknown');

/** Adds up what happened in a range of time. One pass over the columns. */
export function activityStats(table: HoldTable, filter: ActivityFilter): ActivityStats {
  const states = new Map<number, StateSums>();
  const holders = new Map<number, { holds: number; leastMs: number; states: Set<number> }>();
  const lengths = new Map<number, { least: number[]; most: number[]; leftOut: number }>();
  let holds = 0;
  for (let row = 0; row < table.count; row++) {
    const state = table.state[row] ?? 0;
    const from = table.startFrom[row] ?? NaN;
    const startTo = table.startTo[row] ?? 0;
    const lastSeen = table.lastSeen[row] ?? 0;
    const gone = table.gone[row] ?? NaN;
    const until = Number.isNaN(gone) ? lastSeen : gone;
    const start = Number.isNaN(from) ? startTo : from;
    if (until < filter.from || start >= filter.to || filter.isShown?.(state) === false) {
      continue;
    }
    holds += 1;
    const sums = entry(states, state, newSums);
    sums.holds += 1;
    sums.openEnds += Number.isNaN(gone) ? 1 : 0;
    addLocked(sums, filter, { start, startTo, lastSeen, until });
    const holder = entry(holders, table.who[row] ?? 0, () => ({
      holds: 0,
      leastMs: 0,
      states: new Set<number>(),
    }));
    holder.holds += 1;
    holder.leastMs += Math.max(0, Math.min(lastSeen, filter.to) - Math.max(startTo, filter.from));
    holder.states.add(state);
    const length = entry(lengths, table.operation[row] ?? 0, () => ({
      least: [],
      most: [],
      leftOut: 0,
    }));
    const isKnown = gone <= filter.to && !Number.isNaN(from) && table.end[row] !== unknownEnd;
    if (isKnown) {
      length.least.push(Math.max(0, lastSeen - startTo));
      length.most.push(gone - from);
    } else {
      length.leftOut += 1;
    }
  }
  const refusals = refusalsIn(table, filter, states);
  const watched = watchedMs(table, filter);
  return {
    holds,
    states: [...states]
      .map(([state, sums]) => ({
        state,
        holds: sums.holds,
        locked: { least: sums.least, most: Math.max(sums.least, sums.most) },
        openEnds: sums.openEnds,
        watchedMs: watched.byState.get(state) ?? 0,
        refusals: sums.refusals,
      }))
      .sort((a, b) => b.locked.least - a.locked.least || b.holds - a.holds || a.state - b.state),
    holders: [...holders]
      .map(([who, sums]) => ({ ...sums, who, states: sums.states.size }))
      .sort((a, b) => b.leastMs - a.leastMs || b.holds - a.holds || a.who - b.who),
    operations: [...lengths]
      .map(([operation, { least, most, leftOut }]) => {
        const [p50, p95] = [bounds(least, most, 0.5), bounds(least, most, 0.95)];
        return { operation, ended: least.length, leftOut, p50, p95 };
      })
      .sort((a, b) => b.ended + b.leftOut - a.ended - a.leftOut || a.operation - b.operation),
    refusals,
    watchedShare: watched.share,
  };
}

/** The smallest value that at least this share of all values does not exceed (nearest rank); `NaN` of none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

function bounds(least: readonly number[], most: readonly number[], share: number): LengthBounds {
  const of = (values: readonly number[]): number =>
    percentile(Float64Array.from(values).sort(), share);
  return { least: of(least), most: of(most) };
}

/** Adds the time that no earlier hold of the state has covered: two locks of one state are one locked state. */
function addLocked(
  sums: StateSums,
  range: ActivityFilter,
  hold: {
    readonly start: number;
    readonly startTo: number;
    readonly lastSeen: number;
    readonly until: number;
  },
): void {
  const add = (from: number, until: number, covered: number): number =>
    Math.max(0, Math.min(until, range.to) - Math.max(from, range.from, covered));
  sums.least += add(hold.startTo, hold.lastSeen, sums.leastUntil);
  sums.leastUntil = Math.max(sums.leastUntil, hold.lastSeen);
  sums.most += add(hold.start, hold.until, sums.mostUntil);
  sums.mostUntil = Math.max(sums.mostUntil, hold.until);
}

function refusalsIn(
  { refusals }: HoldTable,
  filter: ActivityFilter,
  states: Map<number, StateSums>,
): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < refusals.at.length; row++) {
    const at = refusals.at[row] ?? 0;
    const state = refusals.state[row] ?? 0;
    if (at >= filter.from && at < filter.to && filter.isShown?.(state) !== false) {
      rows.push(row);
      entry(states, state, newSums).refusals += 1;
    }
  }
  return rows;
}

function watchedMs(
  { watched }: HoldTable,
  filter: ActivityFilter,
): { readonly byState: ReadonlyMap<number, number>; readonly share: number } {
  const byState = new Map<number, number>();
  let sum = 0;
  for (const { states, spans } of watched) {
    const ms = spannedMs(spans, filter.from, filter.to);
    for (const state of states) {
      if (filter.isShown?.(state) !== false) {
        byState.set(state, ms);
        sum += ms;
      }
    }
  }
  const whole = byState.size * (filter.to - filter.from);
  return { byState, share: whole > 0 ? Math.min(1, sum / whole) : 0 };
}

function newSums(): StateSums {
  return {
    holds: 0,
    least: 0,
    most: 0,
    leastUntil: -Infinity,
    mostUntil: -Infinity,
    openEnds: 0,
    refusals: 0,
  };
}

function entry<V>(map: Map<number, V>, key: number, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
