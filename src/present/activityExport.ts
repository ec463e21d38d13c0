import type { Advice } from '../core/activityAdvice';
import type { ActivityFacts } from '../core/activityMessages';
import type { ActivityFilter, ActivityStats } from '../core/activityStats';
import type { HoldTable } from '../core/holdTable';
import {
  adviceText,
  counted,
  endText,
  hoursText,
  lengthText,
  samplingText,
  stateNames,
} from './activityWords';
import { markdown, plain } from './untrusted';

/** What is exported: what the view shows. */
export interface ActivityExport {
  readonly table: HoldTable;
  readonly facts: ActivityFacts;
  readonly filter: ActivityFilter;
  readonly stats: ActivityStats;
  readonly advice: readonly Advice[];
}

const csvHeader = [
  'state',
  'holder',
  'operation',
  'taken_here',
  'started_not_before',
  'started_not_after',
  'last_seen_held',
  'found_gone',
  'end',
  'seconds_at_least',
  'seconds_at_most',
];

const maxRows = 50;

/** One line for each hold, as RFC 4180 writes it. */
export function activityCsv({ table, filter }: ActivityExport): string {
  const lines = [csvHeader.join(',')];
  for (let row = 0; row < table.count; row++) {
    if (isIn(table, row, filter)) {
      lines.push(csvLine(table, row));
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** A summary to paste: the same figures as in the charts, and how far they can be trusted. */
export function activityMarkdown(content: ActivityExport): string {
  const { table, facts, filter, stats, advice } = content;
  const names = stateNames(table.states).map((name) => markdown(name));
  const person = (index: number): string => markdown(table.people[index] ?? '');
  const sections = [
    `# Lock activity\n\n${isoTime(filter.from)} to ${isoTime(filter.to)}: ${counted(stats.holds, 'hold')}.`,
    ...samplingText(stats, facts),
    ...adviceSection(advice, table),
    `## States\n\n${markdownTable(
      ['State', 'Holds', 'Hours locked, at least', 'Hours watched', 'Refused attempts'],
      stats.states
        .slice(0, maxRows)
        .map(({ state, holds, locked, watchedMs, refusals }) => [
          names[state] ?? '',
          String(holds),
          hoursText(locked.least),
          hoursText(watchedMs),
          String(refusals),
        ]),
    )}`,
    `## Holders\n\n${markdownTable(
      ['Holder', 'Holds', 'States', 'Hours, at least'],
      stats.holders
        .slice(0, maxRows)
        .map(({ who, holds, states, leastMs }) => [
          person(who),
          String(holds),
          String(states),
          hoursText(leastMs),
        ]),
    )}`,
    `## Operations\n\n${markdownTable(
      ['Operation', 'Holds seen to end', 'Half took up to', '95% took up to', 'Left out'],
      stats.operations.map(({ operation, ended, p50, p95, leftOut }) => [
        markdown(table.operations[operation] ?? ''),
        String(ended),
        ended === 0 ? '' : lengthText(p50),
        ended === 0 ? '' : lengthText(p95),
        String(leftOut),
      ]),
    )}`,
    `## Refused attempts\n\n${markdownTable(
      ['When', 'State', 'Held by'],
      stats.refusals
        .slice(-maxRows)
        .reverse()
        .map((row) => [
          isoTime(table.refusals.at[row] ?? NaN),
          names[table.refusals.state[row] ?? 0] ?? '',
          person(table.refusals.holder[row] ?? 0),
        ]),
    )}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Whether a hold overlaps what is shown. */
export function isIn(table: HoldTable, row: number, filter: ActivityFilter): boolean {
  const gone = table.gone[row] ?? NaN;
  const until = Number.isNaN(gone) ? (table.lastSeen[row] ?? 0) : gone;
  return (
    until >= filter.from &&
    (table.startTo[row] ?? 0) < filter.to &&
    filter.isShown?.(table.state[row] ?? 0) !== false
  );
}

/**
 * A cell of a CSV file. Spreadsheets run what begins with one of these characters as a formula; an apostrophe
 * makes it text.
 */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvLine(table: HoldTable, row: number): string {
  const [from, to] = [table.startFrom[row] ?? NaN, table.startTo[row] ?? 0];
  const [last, gone] = [table.lastSeen[row] ?? 0, table.gone[row] ?? NaN];
  const seconds = (ms: number): string => (Number.isNaN(ms) ? '' : (ms / 1000).toFixed(0));
  const outside = (text: string | undefined): string => csvCell(plain(text ?? '', 500));
  return [
    outside(table.states[table.state[row] ?? 0]),
    outside(table.people[table.who[row] ?? 0]),
    outside(table.operations[table.operation[row] ?? 0]),
    table.mine[row] === 1 ? 'yes' : 'no',
    isoTime(from),
    isoTime(to),
    isoTime(last),
    isoTime(gone),
    csvCell(endText(table, row)),
    seconds(Math.max(0, last - to)),
    seconds(gone - from),
  ].join(',');
}

function adviceSection(advice: readonly Advice[], table: HoldTable): readonly string[] {
  if (advice.length === 0) {
    return [];
  }
  const names = stateNames(table.states);
  const lines = advice.map((one) => {
    const { title, reason } = adviceText(one, table, names);
    return `- ${markdown(title, 600)}: ${markdown(reason, 600)}`;
  });
  return [`## Advice\n\n${lines.join('\n')}`];
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) {
    return 'None.';
  }
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function isoTime(at: number): string {
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}
