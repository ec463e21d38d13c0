import { percentile, type ActivityFilter, type ActivityStats } from './activityStats';
import { holdEnds, type HoldTable } from './holdTable';

/** What the data suggests. Only said where there is enough of it; the numbers are the reason. */
export type Advice =
  | {
      readonly kind: 'splitState';
      readonly state: number;
      /** Share of the watched time in which it was locked, 0 to 1. */
      readonly lockedShare: number;
      readonly holders: number;
      readonly refusals: number;
    }
  | {
      readonly kind: 'shortenJob';
      readonly state: number;
      readonly who: number;
      readonly operation: number;
      readonly holds: number;
      /** Of the time in which the state was locked, 0 to 1. */
      readonly shareOfLocked: number;
      /** Median of the least lengths. */
      readonly usualMs: number;
    }
  | {
      readonly kind: 'raiseLockTimeout';
      readonly state: number;
      readonly minutes: number;
      /** Refusals whose lock was gone within `minutes`. */
      readonly waitedOut: number;
      readonly refusals: number;
    };

const leastHolds = 10;
const leastRefusals = 3;
const busyShare = 0.25;
const longJobMs = 20 * 60_000;
const longestTimeoutMinutes = 30;
const mostAdvice = 6;
const unknownEnd = holdEnds.indexOf('unknown');

interface Job {
  readonly who: number;
  readonly operation: number;
  readonly least: number[];
  sum: number;
}

/** The few things most worth doing, those about the most locked states first. */
export function adviceOn(
  table: HoldTable,
  stats: ActivityStats,
  filter: ActivityFilter,
): readonly Advice[] {
  const busiest = stats.states.slice(0, 20);
  const jobs = jobsOf(table, filter, new Set(busiest.map(({ state }) => state)));
  const advice = busiest.flatMap((activity): Advice[] => {
    const { state, holds, refusals, locked, watchedMs } = activity;
    if (holds < leastHolds) {
      return [];
    }
    const ofState = [...(jobs.get(state)?.values() ?? [])];
    const holders = new Set(ofState.map(({ who }) => who)).size;
    const lockedShare = watchedMs > 0 ? Math.min(1, locked.least / watchedMs) : 0;
    const isContended = lockedShare >= busyShare && holders >= 3 && refusals >= leastRefusals;
    return [
      ...(isContended
        ? [{ kind: 'splitState' as const, state, lockedShare, holders, refusals }]
        : []),
      ...longJobs(state, ofState),
    ];
  });
  return [...advice, ...timeouts(table, stats)].slice(0, mostAdvice);
}

function jobsOf(
  table: HoldTable,
  filter: ActivityFilter,
  states: ReadonlySet<number>,
): ReadonlyMap<number, ReadonlyMap<string, Job>> {
  const jobs = new Map<number, Map<string, Job>>();
  for (let row = 0; row < table.count; row++) {
    const state = table.state[row] ?? 0;
    const [from, until] = [table.startTo[row] ?? 0, table.lastSeen[row] ?? 0];
    if (!states.has(state) || until < filter.from || from >= filter.to) {
      continue;
    }
    const [who, operation] = [table.who[row] ?? 0, table.operation[row] ?? 0];
    const ofState = jobs.get(state) ?? new Map<string, Job>();
    const key = `${String(who)} ${String(operation)}`;
    const job = ofState.get(key) ?? { who, operation, least: [], sum: 0 };
    job.least.push(Math.max(0, until - from));
    job.sum += Math.max(0, until - from);
    ofState.set(key, job);
    jobs.set(state, ofState);
  }
  return jobs;
}

/** One holder's job that is half of why the state is locked, and long each time. */
function longJobs(state: number, jobs: readonly Job[]): readonly Advice[] {
  const all = jobs.reduce((sum, job) => sum + job.sum, 0);
  return jobs.flatMap((job): Advice[] => {
    const usualMs = percentile(Float64Array.from(job.least).sort(), 0.5);
    const shareOfLocked = all > 0 ? job.sum / all : 0;
    if (job.least.length < 5 || shareOfLocked < 0.5 || usualMs < longJobMs) {
      return [];
    }
    const { who, operation } = job;
    const holds = job.least.length;
    return [{ kind: 'shortenJob', state, who, operation, holds, shareOfLocked, usualMs }];
  });
}

/** States where most who were refused would only have had to wait. */
function timeouts(table: HoldTable, stats: ActivityStats): readonly Advice[] {
  const refused = new Map<number, number[]>();
  for (const row of stats.refusals) {
    const state = table.refusals.state[row] ?? 0;
    const times = refused.get(state) ?? [];
    times.push(table.refusals.at[row] ?? 0);
    refused.set(state, times);
  }
  const rows = rowsOf(table, refused);
  const advice = [...refused].flatMap(([state, times]): (Advice & { waitedOut: number })[] => {
    const waits = times.map((at) => waitOf(table, rows.get(state) ?? [], at));
    const known = waits.filter((ms) => !Number.isNaN(ms)).sort((a, b) => a - b);
    const minutes = Math.max(1, Math.ceil(percentile(known, 0.8) / 60_000));
    if (known.length < leastRefusals || !(minutes <= longestTimeoutMinutes)) {
      return [];
    }
    const waitedOut = known.filter((ms) => ms <= minutes * 60_000).length;
    return [{ kind: 'raiseLockTimeout', state, minutes, waitedOut, refusals: times.length }];
  });
  return advice.sort((a, b) => b.waitedOut - a.waitedOut).slice(0, 3);
}

/** The holds of these states, in the order of their starts. */
function rowsOf(
  table: HoldTable,
  states: ReadonlyMap<number, unknown>,
): ReadonlyMap<number, readonly number[]> {
  const rows = new Map<number, number[]>();
  for (let row = 0; row < table.count; row++) {
    const state = table.state[row] ?? 0;
    if (states.has(state)) {
      const list = rows.get(state) ?? [];
      list.push(row);
      rows.set(state, list);
    }
  }
  return rows;
}

/** How long after a refusal the lock was found gone; `NaN` where nobody saw that. */
function waitOf(table: HoldTable, rows: readonly number[], at: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((table.startTo[rows[middle] ?? 0] ?? 0) <= at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const row = rows[low - 1];
  const gone = row === undefined ? NaN : (table.gone[row] ?? NaN);
  const isSeen = row !== undefined && table.end[row] !== unknownEnd;
  return gone >= at && isSeen ? gone - at : NaN;
}
