import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  holdKey,
  holdLength,
  holdStart,
  joinHolds,
  refusalKey,
  type Hold,
  type HoldEnd,
  type Refusal,
} from '../../../src/core/holdHistory';

const minute = 60_000;
const hour = 60 * minute;

const holdOf = (parts: Partial<Hold> = {}): Hold => ({
  path: 'bucket/a.tfstate',
  lockId: 'x',
  who: 'alice@build-07',
  operation: 'apply',
  mine: false,
  firstSeenAt: 10 * hour,
  lastSeenAt: 10 * hour,
  ...parts,
});

const ends: readonly HoldEnd[] = [
  'released',
  'replaced',
  'releasedHere',
  'brokenHere',
  'brokenByOther',
  'unknown',
];

/** Observations of one hold, as different windows may make them. */
const observation = fc
  .record({
    first: fc.integer({ min: 0, max: 100 }),
    length: fc.integer({ min: 0, max: 50 }),
    absent: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
    gone: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
    end: fc.constantFrom(...ends),
    mine: fc.boolean(),
  })
  .map(({ first, length, absent, gone, end, mine }): Hold => {
    const firstSeenAt = 1000 + first;
    const lastSeenAt = firstSeenAt + length;
    return holdOf({
      mine,
      firstSeenAt,
      lastSeenAt,
      ...(absent === undefined ? {} : { absentAt: firstSeenAt - absent }),
      ...(gone === undefined ? {} : { goneAt: lastSeenAt + gone, end }),
    });
  });

describe('two observations of one hold', () => {
  it('are the same in either order', () => {
    fc.assert(
      fc.property(observation, observation, (a, b) => {
        assert.deepEqual(joinHolds(a, b), joinHolds(b, a));
      }),
    );
  });

  it('say nothing new when told again', () => {
    fc.assert(
      fc.property(observation, observation, (a, b) => {
        const joined = joinHolds(a, b);
        assert.deepEqual(joinHolds(joined, b), joined);
        assert.deepEqual(joinHolds(a, a), a);
      }),
    );
  });

  it('never contradict themselves: absent, then seen, then gone', () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 6 }), (all) => {
        const { absentAt = 0, firstSeenAt, lastSeenAt, goneAt = Infinity } = all.reduce(joinHolds);
        assert.ok(absentAt <= firstSeenAt && firstSeenAt <= lastSeenAt && lastSeenAt <= goneAt);
      }),
    );
  });

  it('bound it more closely together', () => {
    const joined = joinHolds(
      holdOf({ absentAt: 1 * hour, firstSeenAt: 5 * hour, lastSeenAt: 6 * hour }),
      holdOf({ absentAt: 2 * hour, firstSeenAt: 4 * hour, lastSeenAt: 8 * hour, goneAt: 9 * hour }),
    );
    const { absentAt, firstSeenAt, lastSeenAt, goneAt } = joined;
    assert.deepEqual(
      [absentAt, firstSeenAt, lastSeenAt, goneAt].map((at) => (at ?? NaN) / hour),
      [2, 4, 8, 9],
    );
  });

  it('end as whoever knew most says', () => {
    const order: readonly HoldEnd[] = [
      'unknown',
      'released',
      'replaced',
      'brokenByOther',
      'releasedHere',
      'brokenHere',
    ];
    order.forEach((less, index) => {
      for (const more of order.slice(index)) {
        const goneAt = 11 * hour;
        const joined = joinHolds(holdOf({ goneAt, end: less }), holdOf({ goneAt, end: more }));
        assert.equal(joined.end, more);
      }
    });
  });
});

describe('the beginning of a hold', () => {
  const cases: readonly (readonly [string, Partial<Hold>, object])[] = [
    ['is what the record says', { createdAt: 9 * hour }, { from: 9 * hour, to: 9 * hour }],
    [
      'is what the record says, where that fits the looks',
      { createdAt: 9 * hour, absentAt: 8 * hour },
      { from: 9 * hour, to: 9 * hour },
    ],
    [
      'is not what the record says, where nothing was there then',
      { createdAt: 7 * hour, absentAt: 8 * hour },
      { from: 8 * hour, to: 10 * hour },
    ],
    [
      'is not what the record says, where that is after it was seen',
      { createdAt: 11 * hour, absentAt: 8 * hour },
      { from: 8 * hour, to: 10 * hour },
    ],
    [
      'may differ by a minute: clocks do',
      { createdAt: 8 * hour - minute, absentAt: 8 * hour },
      { from: 8 * hour, to: 8 * hour },
    ],
    [
      'is never after it was seen',
      { createdAt: 10 * hour + minute },
      { from: 10 * hour, to: 10 * hour },
    ],
    [
      'is bound by looks, without a record of it',
      { absentAt: 8 * hour },
      { from: 8 * hour, to: 10 * hour },
    ],
    ['has one bound, where nobody looked before', {}, { to: 10 * hour }],
  ];
  for (const [title, parts, expected] of cases) {
    it(title, () => {
      assert.deepEqual(holdStart(holdOf(parts)), expected);
    });
  }
});

describe('the length of a hold', () => {
  const cases: readonly (readonly [string, Partial<Hold>, object])[] = [
    [
      'lies between the looks',
      { createdAt: 9 * hour, lastSeenAt: 11 * hour, goneAt: 12 * hour },
      { least: 2 * hour, most: 3 * hour },
    ],
    [
      'is at most from the last look without it to the first without it',
      { absentAt: 8 * hour, lastSeenAt: 11 * hour, goneAt: 12 * hour },
      { least: hour, most: 4 * hour },
    ],
    ['has no upper bound before its end was seen', { createdAt: 9 * hour }, { least: hour }],
    ['has no upper bound where its beginning is not known', { goneAt: 12 * hour }, { least: 0 }],
  ];
  for (const [title, parts, expected] of cases) {
    it(title, () => {
      assert.deepEqual(holdLength(holdOf(parts)), expected);
    });
  }
});

describe('what counts once', () => {
  it('is a hold by its state, lock and time', () => {
    assert.equal(
      holdKey(holdOf({ createdAt: 5 })),
      holdKey(holdOf({ createdAt: 5, who: 'other' })),
    );
    for (const other of [{ path: 'b' }, { lockId: 'y' }, { createdAt: 6 }]) {
      assert.notEqual(
        holdKey(holdOf({ createdAt: 5 })),
        holdKey(holdOf({ createdAt: 5, ...other })),
      );
    }
  });

  it('is a refusal by its state, where it was seen, and the second', () => {
    const refusal: Refusal = { at: 5_100, path: 'a', source: 'acquire', lockId: '', holder: '' };
    assert.equal(refusalKey(refusal), refusalKey({ ...refusal, at: 5_900, lockId: 'x' }));
    assert.notEqual(refusalKey(refusal), refusalKey({ ...refusal, at: 6_000 }));
    assert.notEqual(refusalKey(refusal), refusalKey({ ...refusal, source: 'terminal' }));
  });
});
