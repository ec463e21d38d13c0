import type { ActivityStats } from '../core/activityStats';
import type { HoldTable } from '../core/holdTable';
import {
  counted,
  duration,
  hoursText,
  lengthText,
  nameOf,
  percentText,
} from '../present/activityWords';
import type { SectionContent } from './barSection';
import { fullTime } from './timelineChart';

const mostBars = 12;
const hourMs = 3_600_000;

interface Shown {
  readonly table: HoldTable;
  readonly stats: ActivityStats;
  readonly names: readonly string[];
  readonly rangeMs: number;
}

/** Which states were locked longest. */
export function statesContent({ stats, names, rangeMs }: Shown): SectionContent {
  const all = stats.states.filter(({ holds }) => holds > 0);
  const top = all.slice(0, mostBars);
  const [first] = top;
  const summary =
    first === undefined
      ? ''
      : `${names[first.state] ?? ''} was locked longest, at least ${duration(first.locked.least)}. ` +
        among(top.length, all.length, 'state');
  return {
    summary,
    chart: {
      lying: true,
      labels: top.map(({ state }) => names[state] ?? ''),
      series: [{ label: 'locked at least', values: top.map((one) => one.locked.least / hourMs) }],
      unit: 'hours locked, at least',
      valueText: (hours) => duration(hours * hourMs),
    },
    header: [
      'State',
      'Holds',
      'Hours, at least',
      'Hours, at most',
      'Ends not seen',
      'Watched',
      'Refused',
    ],
    rows: all.map(({ state, holds, locked, openEnds, watchedMs, refusals }) => [
      names[state] ?? '',
      String(holds),
      hoursText(locked.least),
      openEnds > 0 ? 'not known' : hoursText(locked.most),
      String(openEnds),
      percentText(watchedMs / rangeMs),
      String(refusals),
    ]),
    numeric: [1, 2, 3, 4, 5, 6],
    empty: 'No lock was seen in this time.',
  };
}

/** Who held locks longest. */
export function holdersContent({ stats, table }: Shown): SectionContent {
  const top = stats.holders.slice(0, mostBars);
  const [first] = top;
  const who = (index: number): string => nameOf(table.people[index] ?? '');
  return {
    summary:
      first === undefined
        ? ''
        : `${who(first.who)} held locks longest, at least ${duration(first.leastMs)} in ` +
          `${counted(first.holds, 'hold')}. ${among(top.length, stats.holders.length, 'holder')}`,
    chart: {
      lying: true,
      labels: top.map((one) => who(one.who)),
      series: [{ label: 'held at least', values: top.map(({ leastMs }) => leastMs / hourMs) }],
      unit: 'hours held, at least',
      valueText: (hours) => duration(hours * hourMs),
    },
    header: ['Holder', 'Holds', 'States', 'Hours, at least'],
    rows: stats.holders.map((one) => [
      who(one.who),
      String(one.holds),
      String(one.states),
      hoursText(one.leastMs),
    ]),
    numeric: [1, 2, 3],
    empty: 'No lock was seen in this time.',
  };
}

/** How long holds last. */
export function operationsContent({ stats, table }: Shown): SectionContent {
  const ended = stats.operations.filter((one) => one.ended > 0);
  const top = ended.slice(0, 8);
  const name = (index: number): string => nameOf(table.operations[index] ?? '');
  const leftOut = stats.operations.reduce((sum, one) => sum + one.leftOut, 0);
  const [first] = ended;
  return {
    summary:
      first === undefined
        ? ''
        : `Half of all ${name(first.operation)} holds ended within ${lengthText(first.p50)}, ` +
          `95 of 100 within ${lengthText(first.p95)}. ` +
          `${counted(leftOut, 'hold')} whose beginning or end nobody saw are left out.`,
    chart: {
      lying: true,
      labels: top.map(({ operation }) => name(operation)),
      series: [
        { label: 'p50: half ended within', values: top.map(({ p50 }) => p50.most / 60_000) },
        { label: 'p95: 95 of 100 ended within', values: top.map(({ p95 }) => p95.most / 60_000) },
      ],
      unit: 'minutes held, at most',
      valueText: (minutes) => duration(minutes * 60_000),
    },
    header: ['Operation', 'Holds seen to end', 'p50', 'p95', 'Left out'],
    rows: stats.operations.map((one) => [
      name(one.operation),
      String(one.ended),
      one.ended === 0 ? '' : lengthText(one.p50),
      one.ended === 0 ? '' : lengthText(one.p95),
      String(one.leftOut),
    ]),
    numeric: [1, 4],
    empty: 'No hold was seen from its beginning to its end in this time.',
  };
}

/** When people were turned away. */
export function blockedContent({ stats, table, names }: Shown): SectionContent {
  const byHour = Array.from({ length: 24 }, () => 0);
  for (const row of stats.refusals) {
    const hour = new Date(table.refusals.at[row] ?? 0).getHours();
    byHour[hour] = (byHour[hour] ?? 0) + 1;
  }
  const worst = byHour.indexOf(Math.max(...byHour));
  const hourName = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
  return {
    summary:
      `${counted(stats.refusals.length, 'refused attempt')} seen from here, most of them after ` +
      `${hourName(worst)}. Attempts of others elsewhere cannot be seen.`,
    chart: {
      lying: false,
      labels: byHour.map((_count, hour) => hourName(hour)),
      series: [{ label: 'refused attempts', values: byHour }],
      unit: 'refused attempts by hour of day',
      valueText: (count) => String(count),
    },
    header: ['When', 'State', 'Held by', 'Seen in'],
    rows: [...stats.refusals]
      .reverse()
      .map((row) => [
        fullTime(table.refusals.at[row] ?? NaN),
        names[table.refusals.state[row] ?? 0] ?? '',
        nameOf(table.people[table.refusals.holder[row] ?? 0] ?? ''),
        table.refusals.terminal[row] === 1 ? 'a terminal' : 'this editor',
      ]),
    numeric: [],
    empty: 'No refused attempt was seen from here in this time. Those of others cannot be seen.',
  };
}

function among(shown: number, all: number, noun: string): string {
  return all > shown ? `The ${String(shown)} longest of ${counted(all, noun)}.` : '';
}
