import type { HistoryLine } from './historyLines';
import { mergedLines, type MergedHistory } from './historyMerge';

/**
 * The lines of a merged history by the month in which they end, so that whoever wants the last weeks need not
 * read the last half year. `2026-10`; each month is whole by itself.
 */
export function byMonth(history: MergedHistory): ReadonlyMap<string, readonly HistoryLine[]> {
  const months = new Map<string, HistoryLine[]>();
  const sets = new Map<string, Extract<HistoryLine, { kind: 'set' }>>();
  const named = new Set<string>();
  for (const line of mergedLines(history)) {
    if (line.kind === 'set') {
      sets.set(line.set.id, line);
      continue;
    }
    const month = monthOf(endOf(line));
    const lines = months.get(month) ?? [];
    months.set(month, lines);
    if (line.kind === 'watched') {
      const set = sets.get(line.setId);
      const key = `${month} ${line.setId}`;
      if (set !== undefined && !named.has(key)) {
        named.add(key);
        lines.push(set);
      }
    }
    lines.push(line);
  }
  return months;
}

/** The end of the month that a name says, in ms since the epoch. */
export function monthIn(name: string): number | undefined {
  const [, year, month] = /^merged-(\d{4})-(\d{2})-/.exec(name) ?? [];
  return year === undefined || month === undefined
    ? undefined
    : Date.UTC(Number(year), Number(month), 1);
}

function endOf(line: Exclude<HistoryLine, { kind: 'set' }>): number {
  switch (line.kind) {
    case 'hold':
      return Math.max(line.hold.lastSeenAt, line.hold.goneAt ?? 0);
    case 'refusal':
      return line.refusal.at;
    case 'watched':
      return line.until;
  }
}

function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
