import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeLine, linesOf } from '../../src/core/historyLines';
import type { HistoryEvent, Hold, HoldEnd } from '../../src/core/holdHistory';
import { randomOf } from './randomOf';

export interface LongHistoryOptions {
  /** Holds and refusals together. */
  readonly events: number;
  /** When it ends, in ms since the epoch. */
  readonly until: number;
  readonly days: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;
const bucket = 'acme-terraform-state';
const layers = ['network', 'dns', 'cluster', 'database', 'payments', 'search', 'monitoring', 'iam'];
const stages = ['dev', 'test', 'staging', 'production'];
const regions = ['eu-west-1', 'eu-central-1', 'us-east-1'];
const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];
/** Operation, how often, and how many minutes it usually takes. */
const operations: readonly (readonly [string, number, number])[] = [
  ['plan', 0.55, 2],
  ['apply', 0.3, 9],
  ['refresh', 0.06, 1.5],
  ['destroy', 0.04, 14],
  ['import', 0.03, 1],
  ['state-mv', 0.02, 0.3],
];

/**
 * What a team of ten and its build machines leave behind on 96 states: on workdays, more on some states than on
 * others, looked at every 15 s. The same for the same options.
 */
export function longHistory({ events, until, days }: LongHistoryOptions): readonly HistoryEvent[] {
  const random = randomOf(7);
  const paths = stages.flatMap((stage) =>
    regions.flatMap((region) =>
      layers.map((layer) => `${bucket}/${stage}/${region}/${layer}/terraform.tfstate`),
    ),
  );
  const begin = until - days * dayMs;
  const refusals = Math.floor(events / 20);
  const history: HistoryEvent[] = [];
  for (let day = 0; day < days; day++) {
    const from = Math.ceil((begin + day * dayMs) / dayMs) * dayMs + 7 * hourMs;
    const weekday = new Date(from).getUTCDay();
    if (weekday !== 0 && weekday !== 6 && from + 11 * hourMs < until) {
      history.push({ kind: 'watched', span: { from, until: from + 11 * hourMs, paths } });
    }
  }
  const spans = history.flatMap((event) => (event.kind === 'watched' ? [event.span] : []));
  const holds: Hold[] = [];
  for (let index = 0; index < events - refusals; index++) {
    const span = spans[Math.floor(random() * spans.length)];
    if (span === undefined) throw new Error('The history is too short for a day.');
    // A few states are wanted by everybody.
    const path_ = paths[Math.floor(random() ** 2.2 * paths.length)] ?? '';
    holds.push(holdOf(index, path_, span.from + (0.05 + 0.85 * random()) * 11 * hourMs, random));
  }
  holds.sort((a, b) => a.firstSeenAt - b.firstSeenAt);
  keepApart(holds);
  history.push(...holds.map((hold): HistoryEvent => ({ kind: 'hold', hold })));
  for (let index = 0; index < refusals; index++) {
    const hold = holds[Math.floor(random() * holds.length)];
    if (hold !== undefined) {
      const at = hold.firstSeenAt + random() * (hold.lastSeenAt - hold.firstSeenAt);
      const { path: held, lockId, who } = hold;
      const source = random() < 0.7 ? 'terminal' : 'acquire';
      const refusal = { at: Math.round(at), path: held, source, lockId, holder: who } as const;
      history.push({ kind: 'refusal', refusal });
    }
  }
  return history;
}

/**
 * Writes it as windows would have: a file for each week, last written when the week ended. Returns how many
 * lines there are.
 */
export function writeLongHistory(directory: string, options: LongHistoryOptions): number {
  mkdirSync(directory, { recursive: true });
  const weeks = new Map<number, HistoryEvent[]>();
  for (const event of longHistory(options)) {
    const week = Math.floor(endOf(event) / (7 * dayMs));
    const list = weeks.get(week) ?? [];
    list.push(event);
    weeks.set(week, list);
  }
  let count = 0;
  for (const [week, events] of weeks) {
    const sets = new Set<string>();
    const lines = events.flatMap((event) =>
      linesOf(event, (id) => sets.has(id)).map((line) => {
        if (line.kind === 'set') sets.add(line.set.id);
        return encodeLine(line);
      }),
    );
    count += lines.length;
    const file = path.join(directory, `1000-window-${String(week)}-0.jsonl`);
    writeFileSync(file, lines.join(''));
    const end = new Date(Math.min(options.until, (week + 1) * 7 * dayMs));
    utimesSync(file, end, end);
  }
  return count;
}

function endOf(event: HistoryEvent): number {
  switch (event.kind) {
    case 'hold':
      return event.hold.goneAt ?? event.hold.lastSeenAt;
    case 'refusal':
      return event.refusal.at;
    case 'watched':
      return event.span.until;
  }
}

/** A lock is not taken before the one before it is gone. */
function keepApart(holds: Hold[]): void {
  const nextAt = new Map<string, number>();
  for (let index = holds.length - 1; index >= 0; index--) {
    const hold = holds[index];
    if (hold === undefined) continue;
    const next = (nextAt.get(hold.path) ?? Infinity) - 1;
    const lastSeenAt = Math.max(hold.firstSeenAt, Math.min(hold.lastSeenAt, next));
    const goneAt =
      hold.goneAt === undefined
        ? {}
        : { goneAt: Math.max(lastSeenAt, Math.min(hold.goneAt, next)) };
    holds[index] = { ...hold, lastSeenAt, ...goneAt };
    nextAt.set(hold.path, hold.createdAt ?? hold.firstSeenAt);
  }
}

function holdOf(index: number, statePath: string, startAt: number, random: () => number): Hold {
  let choice = random();
  const [operation, , usual] = operations.find(([, share]) => (choice -= share) < 0) ??
    operations[0] ?? ['plan', 1, 1];
  const robot = random() < 0.6;
  const person = people[Math.floor(random() ** 1.6 * people.length)] ?? '';
  const who = robot
    ? `runner@build-${String(1 + Math.floor(random() * 8)).padStart(2, '0')}`
    : `${person}@laptop`;
  const createdAt = Math.round(startAt);
  const length = usual * minuteMs * (0.3 + 2 * random() ** 3 + (random() < 0.02 ? 10 : 0));
  const look = 15_000;
  const firstSeenAt = createdAt + Math.round(random() * look);
  const lastSeenAt = Math.max(firstSeenAt, Math.round(createdAt + length));
  const unseen = random() < 0.03;
  const ends: readonly HoldEnd[] = ['released', 'released', 'released', 'replaced', 'brokenHere'];
  const end = robot ? 'released' : (ends[Math.floor(random() * ends.length)] ?? 'released');
  return {
    path: statePath,
    lockId: `${index.toString(16).padStart(8, '0')}-74a1-0c56-9f1b-2d1f6c0b7a11`,
    who,
    operation,
    mine: false,
    createdAt,
    absentAt: firstSeenAt - look,
    firstSeenAt,
    lastSeenAt,
    ...(unseen ? {} : { goneAt: lastSeenAt + look, end }),
  };
}
