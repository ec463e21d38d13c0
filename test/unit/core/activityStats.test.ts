import assert from 'node:assert/strict';
import { adviceOn } from '../../../src/core/activityAdvice';
import { emptyTable, readingAgeMs, tableMessages } from '../../../src/core/activityMessages';
import { activityStats, percentile } from '../../../src/core/activityStats';
import type { HistoryEvent, Hold } from '../../../src/core/holdHistory';
import { tableOf, type HoldTable } from '../../../src/core/holdTable';
import { linesOf } from '../../../src/core/historyLines';
import { HistoryMerge } from '../../../src/core/historyMerge';
import { rowsByState, segmentsOf, timeMarks } from '../../../src/core/timelineSegments';
import { UsualHolds } from '../../../src/core/usualHolds';
import { only } from '../../support/fakes';
import { longHistory } from '../../support/longHistory';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const t0 = Date.parse('2026-03-02T00:00:00Z');
const all = { from: t0, to: t0 + day };

/** A hold from and until these minutes, looked at 1 minute before and 1 minute after. */
const hold = (from: number, until: number, parts: Partial<Hold> = {}): HistoryEvent => ({
  kind: 'hold',
  hold: {
    path: 'b/a',
    lockId: `${String(from)}-${String(until)}-${parts.path ?? ''}-${parts.who ?? ''}`,
    who: 'alice',
    operation: 'apply',
    mine: false,
    absentAt: t0 + (from - 1) * minute,
    firstSeenAt: t0 + from * minute,
    lastSeenAt: t0 + until * minute,
    goneAt: t0 + (until + 1) * minute,
    end: 'released',
    ...parts,
  },
});
/** Without the first look that did not find it any more. */
const openHold = (from: number, until: number): HistoryEvent => {
  const event = hold(from, until);
  assert.ok(event.kind === 'hold');
  const { goneAt, end, ...rest } = event.hold;
  assert.ok(goneAt !== undefined && end !== undefined);
  return { kind: 'hold', hold: rest };
};
const refusal = (at: number, path = 'b/a', holder = 'alice'): HistoryEvent => ({
  kind: 'refusal',
  refusal: { at: t0 + at * minute, path, source: 'acquire', lockId: '', holder },
});
const watched = (from: number, until: number, paths: readonly string[]): HistoryEvent => ({
  kind: 'watched',
  span: { from: t0 + from * minute, until: t0 + until * minute, paths },
});

function tableFrom(events: readonly HistoryEvent[]): HoldTable {
  const merge = new HistoryMerge();
  for (const event of events) {
    for (const line of linesOf(event, () => false)) merge.add(line);
  }
  return tableOf(merge.result(t0 + 2 * day));
}

describe('a percentile', () => {
  const cases: readonly (readonly [readonly number[], number, number])[] = [
    [[], 0.5, NaN],
    [[7], 0.5, 7],
    [[7], 0.95, 7],
    [[1, 2], 0.5, 1],
    [[1, 2, 3], 0.5, 2],
    [[1, 2, 3, 4], 0.95, 4],
    [Array.from({ length: 20 }, (_, index) => index + 1), 0.95, 19],
    [Array.from({ length: 100 }, (_, index) => index + 1), 0.95, 95],
    [Array.from({ length: 101 }, (_, index) => index + 1), 0.95, 96],
  ];
  for (const [values, share, expected] of cases) {
    it(`${String(share)} of ${String(values.length)} values is ${String(expected)}`, () => {
      assert.equal(percentile(values, share), expected);
    });
  }
});

describe('the figures of a history', () => {
  it('bound the time in which a state was locked', () => {
    const { states, holds } = activityStats(tableFrom([hold(10, 20), hold(40, 45)]), all);
    assert.equal(holds, 2);
    const { locked, openEnds } = only(states);
    // 10 + 5 surely; and at most a minute more at each of four ends.
    assert.deepEqual(locked, { least: 15 * minute, most: 19 * minute });
    assert.equal(openEnds, 0);
  });

  it('count once what two locks of one state cover together', () => {
    const events = [hold(10, 30), hold(20, 40, { who: 'bob' })];
    const { states, holders } = activityStats(tableFrom(events), all);
    assert.deepEqual(only(states).locked, { least: 30 * minute, most: 32 * minute });
    assert.deepEqual(
      holders.map(({ leastMs }) => leastMs),
      [20 * minute, 20 * minute],
    );
  });

  it('say of how many holds nobody saw the end', () => {
    const { states, operations } = activityStats(tableFrom([openHold(10, 20)]), all);
    assert.deepEqual(only(states).locked, { least: 10 * minute, most: 11 * minute });
    assert.equal(only(states).openEnds, 1);
    assert.deepEqual([only(operations).ended, only(operations).leftOut], [0, 1]);
  });

  it('cut what reaches out of the range', () => {
    const range = { from: t0 + 15 * minute, to: t0 + 42 * minute };
    const events = [hold(10, 20), hold(40, 50), hold(60, 70), hold(1, 5)];
    const { states, holds } = activityStats(tableFrom(events), range);
    assert.equal(holds, 2);
    assert.equal(only(states).locked.least, 5 * minute + 2 * minute);
  });

  it('leave out states that are not shown', () => {
    const table = tableFrom([hold(10, 20), hold(30, 35, { path: 'b/z' }), refusal(12)]);
    const z = table.states.indexOf('b/z');
    const stats = activityStats(table, { ...all, isShown: (state) => state === z });
    assert.deepEqual(
      stats.states.map(({ state }) => state),
      [z],
    );
    assert.deepEqual(stats.refusals, []);
  });

  it('order states and holders by how long they were locked and held', () => {
    const table = tableFrom([
      hold(0, 5),
      hold(10, 40, { path: 'b/long', who: 'bob' }),
      hold(50, 52, { path: 'b/short', who: 'carol' }),
      hold(60, 70, { path: 'b/short', who: 'carol' }),
    ]);
    const { states, holders } = activityStats(table, all);
    assert.deepEqual(
      states.map(({ state }) => table.states[state]),
      ['b/long', 'b/short', 'b/a'],
    );
    assert.deepEqual(
      holders.map(({ who, holds, states: count }) => [table.people[who], holds, count]),
      [
        ['bob', 1, 1],
        ['carol', 2, 1],
        ['alice', 1, 1],
      ],
    );
  });

  it('have p50 and p95 by operation, of holds seen from beginning to end', () => {
    const applies = Array.from({ length: 20 }, (_, index) =>
      hold(index * 40, index * 40 + index + 1),
    );
    const events = [
      ...applies,
      hold(900, 902, { operation: 'plan' }),
      hold(910, 990, { operation: 'plan', end: 'unknown' }),
      openHold(1000, 1400),
    ];
    const table = tableFrom(events);
    const { operations } = activityStats(table, all);
    const of = (name: string) =>
      only(operations.filter(({ operation }) => table.operations[operation] === name));
    assert.deepEqual([of('apply').ended, of('apply').leftOut], [20, 1]);
    assert.deepEqual(of('apply').p50, { least: 10 * minute, most: 12 * minute });
    assert.deepEqual(of('apply').p95, { least: 19 * minute, most: 21 * minute });
    assert.deepEqual([of('plan').ended, of('plan').leftOut], [1, 1]);
    assert.deepEqual(of('plan').p95, { least: 2 * minute, most: 4 * minute });
  });

  it('say how much of the time was watched: of each state, and of all', () => {
    const events = [
      hold(10, 20),
      hold(10, 20, { path: 'b/z' }),
      watched(0, 720, ['b/a', 'b/z']),
      watched(600, 900, ['b/a']),
    ];
    const table = tableFrom(events);
    const stats = activityStats(table, all);
    const of = (path: string): number | undefined =>
      stats.states.find(({ state }) => table.states[state] === path)?.watchedMs;
    assert.deepEqual([of('b/a'), of('b/z')], [15 * hour, 12 * hour]);
    assert.equal(stats.watchedShare, 27 / 48);
  });

  it('are those of nothing, for nothing', () => {
    const stats = activityStats(tableFrom([]), all);
    assert.deepEqual(
      [stats.holds, stats.states, stats.refusals, stats.watchedShare],
      [0, [], [], 0],
    );
  });
});

describe('the advice', () => {
  const advice = (events: readonly HistoryEvent[]) => {
    const table = tableFrom(events);
    return adviceOn(table, activityStats(table, all), all);
  };
  const people = ['alice', 'bob', 'carol'];
  const busy = Array.from({ length: 12 }, (_, index) =>
    hold(index * 60, index * 60 + 30, { who: people[index % 3] ?? '' }),
  );
  const seen = watched(0, 720, ['b/a']);

  it('is to split a state that is locked for long, by several, in the way of others', () => {
    const given = advice([...busy, seen, refusal(10), refusal(70), refusal(130)]);
    const split = only(given.filter(({ kind }) => kind === 'splitState'));
    assert.deepEqual(split, {
      kind: 'splitState',
      state: 0,
      lockedShare: 0.5,
      holders: 3,
      refusals: 3,
    });
  });

  it('is not to split what is in nobody’s way, held by one alone, or seen too little', () => {
    const refusals = [refusal(10), refusal(70), refusal(130)];
    const splits = (events: readonly HistoryEvent[]): number =>
      advice(events).filter(({ kind }) => kind === 'splitState').length;
    assert.equal(splits([...busy, seen]), 0);
    assert.equal(splits([...busy.slice(0, 9), seen, ...refusals]), 0);
    const alone = Array.from({ length: 12 }, (_, index) => hold(index * 60, index * 60 + 30));
    assert.equal(splits([...alone, seen, ...refusals]), 0);
  });

  it('is to shorten a job that is long and most of why a state is locked', () => {
    const long = Array.from({ length: 6 }, (_, index) =>
      hold(index * 120, index * 120 + 40, { who: 'runner' }),
    );
    const short = Array.from({ length: 6 }, (_, index) => hold(index * 120 + 60, index * 120 + 62));
    const job = only(advice([...long, ...short]).filter(({ kind }) => kind === 'shortenJob'));
    assert.ok(job.kind === 'shortenJob');
    assert.deepEqual([job.holds, job.usualMs], [6, 40 * minute]);
    assert.equal(job.shareOfLocked, 240 / 252);
  });

  it('is to wait, where most who were refused would have had the lock soon', () => {
    // Each is refused 3, 4 or 5 minutes before the lock is found gone.
    const holds = [hold(0, 10), hold(20, 30), hold(40, 50)];
    const given = advice([...holds, refusal(8), refusal(27), refusal(46)]);
    assert.deepEqual(given, [
      { kind: 'raiseLockTimeout', state: 0, minutes: 5, waitedOut: 3, refusals: 3 },
    ]);
  });

  it('is not to wait for what lasts, nor for what nobody saw end', () => {
    const long = [hold(0, 100), hold(200, 300), hold(400, 500)];
    assert.deepEqual(advice([...long, refusal(8), refusal(210), refusal(410)]), []);
    const unseen = long.map((event): HistoryEvent =>
      event.kind === 'hold' ? { kind: 'hold', hold: { ...event.hold, end: 'unknown' } } : event,
    );
    assert.deepEqual(advice([...unseen, refusal(99), refusal(299), refusal(499)]), []);
  });
});

describe('what is usual', () => {
  const holdsOf = (...minutes: readonly number[]): UsualHolds => {
    const usual = new UsualHolds();
    for (const length of minutes) {
      const event = hold(0, length);
      if (event.kind === 'hold') usual.add(event.hold);
    }
    return usual;
  };

  it('is known of holds that were seen to end', () => {
    const usual = holdsOf(10, 20, 30);
    assert.deepEqual(usual.usual('b/a', 'apply'), { p50: 22 * minute, p95: 32 * minute, count: 3 });
    assert.equal(usual.usual('b/a', 'plan'), undefined);
    assert.equal(usual.usual('b/z', 'apply'), undefined);
  });

  it('is that of the latest', () => {
    const usual = holdsOf(
      ...Array.from({ length: 200 }, () => 500),
      ...Array.from({ length: 200 }, () => 5),
    );
    assert.deepEqual(usual.usual('b/a', 'apply'), { p50: 7 * minute, p95: 7 * minute, count: 200 });
  });

  it('crosses from thread to thread', () => {
    const copy = new UsualHolds(structuredClone(holdsOf(10, 20, 30).data));
    assert.equal(copy.usual('b/a', 'apply')?.count, 3);
  });

  it('takes nothing from holds whose end nobody saw', () => {
    const usual = new UsualHolds();
    for (const event of [openHold(0, 10), hold(0, 10, { end: 'unknown' })]) {
      if (event.kind === 'hold') usual.add(event.hold);
    }
    assert.equal(usual.usual('b/a', 'apply'), undefined);
  });
});

describe('the bars of a timeline', () => {
  const table = tableFrom([hold(0, 10), hold(12, 20), hold(60, 70), hold(5, 6, { path: 'b/z' })]);
  const rows = rowsByState(table);
  const bars = (resolution: number, range = all) =>
    segmentsOf(table, rows[0] ?? new Uint32Array(), range, resolution);

  it('are one for each hold that can be told apart', () => {
    assert.deepEqual(
      bars(0).map(({ from, until, maybeFrom, maybeUntil, holds }) => [
        ...[from, until, maybeFrom, maybeUntil].map((at) => (at - t0) / minute),
        holds,
      ]),
      [
        [0, 10, -1, 11, 1],
        [12, 20, 11, 21, 1],
        [60, 70, 59, 71, 1],
      ],
    );
  });

  it('join what lies closer than can be seen, coloured by the longest', () => {
    const joined = bars(5 * minute);
    assert.deepEqual(
      joined.map(({ holds }) => holds),
      [2, 1],
    );
    assert.equal(joined[0]?.row, rows[0]?.[0]);
  });

  it('are only those of the range', () => {
    assert.equal(bars(0, { from: t0 + 30 * minute, to: t0 + 60 * minute }).length, 0);
    assert.equal(bars(0, { from: t0 + 15 * minute, to: t0 + 61 * minute }).length, 2);
  });

  it('have marks at whole hours and days of the time zone', () => {
    const utc = timeMarks(all, 8, 0);
    assert.equal(utc.stepMs, 3 * hour);
    assert.deepEqual(
      utc.at.map((at) => (at - t0) / hour),
      [0, 3, 6, 9, 12, 15, 18, 21, 24],
    );
    const india = timeMarks({ from: t0, to: t0 + 3 * day }, 3, 5.5 * hour);
    assert.deepEqual(
      india.at.map((at) => (at - t0) / hour),
      [18.5, 42.5, 66.5],
    );
  });
});

describe('a history of 100,000 events', () => {
  const now = t0 + 2 * day;
  const events = longHistory({ events: 100_000, until: now, days: 120 });
  const merge = new HistoryMerge();
  for (const event of events) for (const line of linesOf(event, () => false)) merge.add(line);
  const table = tableOf(merge.result(now));

  it('is all there', () => {
    assert.equal(table.count + table.refusals.at.length >= 99_900, true);
    assert.equal(table.states.length, 96);
  });

  it('adds up: hours of states are those of their holds', () => {
    const whole = { from: 0, to: now };
    const stats = activityStats(table, whole);
    const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
    assert.equal(stats.holds, table.count);
    assert.equal(sum(stats.states.map(({ holds }) => holds)), table.count);
    assert.equal(sum(stats.holders.map(({ holds }) => holds)), table.count);
    assert.equal(sum(stats.operations.map(({ ended, leftOut }) => ended + leftOut)), table.count);
    // Nobody holds a lock that somebody else has, so both sums are of the same time.
    const [locked, held] = [
      sum(stats.states.map(({ locked: { least } }) => least)),
      sum(stats.holders.map(({ leastMs }) => leastMs)),
    ];
    assert.ok(Math.abs(locked - held) < held * 0.001, `${String(locked)} and ${String(held)}`);
  });

  it('arrives whole where it is sent to, in messages of a size', () => {
    const facts = { now, pollMs: 15_000, unfocusedMs: 60_000, isEnabled: true, damaged: 0 };
    let copy: HoldTable | undefined;
    let count = 0;
    for (const message of tableMessages(table, facts)) {
      count += 1;
      if (message.kind === 'begin') copy = emptyTable(message.table);
      if (message.kind === 'rows') {
        const { startTo, end } = message.columns;
        copy?.startTo.set(startTo, message.offset);
        copy?.end.set(end, message.offset);
      }
    }
    assert.ok(count >= 6, `${String(count)} messages`);
    assert.deepEqual([copy?.startTo, copy?.end], [table.startTo, table.end]);
  });
});

describe('how far back is read', () => {
  it('is a month, or everything', () => {
    assert.deepEqual([1, 7, 30].map(readingAgeMs), [30 * day, 30 * day, 30 * day]);
    assert.deepEqual([0, 90].map(readingAgeMs), [undefined, undefined]);
  });
});
