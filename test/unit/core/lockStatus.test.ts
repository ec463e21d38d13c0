import assert from 'node:assert/strict';
import {
  foldStatus,
  locksOf,
  type LockStatus,
  type PlaceMemory,
  type StatusRules,
} from '../../../src/core/lockStatus';
import { lockAge } from '../../../src/core/lockAge';
import type { LockReading } from '../../../src/core/lockPlace';
import { failed, free, held, placeOf, recordOf, stateOf } from '../../support/fakes';

const now = Date.parse('2026-03-01T12:00:00Z');
const rules: StatusRules = {
  now,
  freshForMs: 40_000,
  staleAfterMs: (operation) => (operation === 'OperationTypePlan' ? 600_000 : 3_600_000),
  isMine: (lock) => lock.record.info.who === 'me@here',
};

type Good = Extract<LockReading, { ok: true }>;

/** The memory after one reading, and maybe a successful one before it. */
function memory(reading: LockReading, before?: Good): PlaceMemory {
  const lastGood = reading.ok ? reading : before;
  return { reading, ...(lastGood === undefined ? {} : { lastGood }) };
}

/** What the status says, in words. */
function words(status: LockStatus): string {
  switch (status.kind) {
    case 'unknown':
      return `unknown: ${status.error.reason}${status.last ? `, last ${words(status.last)}` : ''}`;
    case 'notLockable':
      return 'not lockable';
    case 'free':
    case 'held':
    case 'mine':
    case 'stale':
    case 'half':
    case 'conflict':
      return status.kind;
  }
}

const good = (reading: LockReading): Good => {
  assert.ok(reading.ok);
  return reading;
};
const aged = (minutes: number, operation = 'OperationTypeApply', who = 'alice@build-07') =>
  recordOf({ operation, who, created: new Date(now - minutes * 60_000).toISOString() });

const onePlace: readonly (readonly [string, PlaceMemory | undefined, string])[] = [
  ['nothing has been read', undefined, 'unknown: notReady'],
  ['there was no lock just now', memory(free(now)), 'free'],
  ['there was no lock a moment ago', memory(free(now - 40_000)), 'free'],
  ['there was no lock too long ago', memory(free(now - 40_001)), 'unknown: stale, last free'],
  ['the reading comes from the future by little', memory(free(now + 59_000)), 'free'],
  ['the clock was set back since', memory(free(now + 61_000)), 'unknown: stale, last free'],
  ['the read failed', memory(failed(now)), 'unknown: network'],
  [
    'the read failed after a free one',
    memory(failed(now), good(free(now - 1))),
    'unknown: network, last free',
  ],
  [
    'the read failed after a lock',
    memory(failed(now, 'denied'), good(held(now, aged(1)))),
    'unknown: denied, last held',
  ],
  ['a young lock', memory(held(now, aged(59))), 'held'],
  ['an old lock', memory(held(now, aged(60))), 'stale'],
  ['a plan that takes long', memory(held(now, aged(10, 'OperationTypePlan'))), 'stale'],
  ['a lock of mine', memory(held(now, aged(1, 'x', 'me@here'))), 'mine'],
  ['a lock of mine, however old', memory(held(now, aged(9999, 'x', 'me@here'))), 'mine'],
  [
    'a lock that was read too long ago',
    memory(held(now - 50_000, aged(2))),
    'unknown: stale, last held',
  ],
  ['a lock without a time', memory(held(now, recordOf({ created: '' }))), 'held'],
  [
    'a lock without a time, watched for long',
    { ...memory(held(now, recordOf({ created: '' }))), unchangedSince: now - 3_600_000 },
    'stale',
  ],
  [
    'a lock from the far future',
    memory(held(now, recordOf({ created: '2999-01-01T00:00:00Z' }))),
    'held',
  ],
  ['something that is no lock but blocks', memory(failed(now, 'blocked')), 'unknown: blocked'],
];

const twoPlaces: readonly (readonly [
  string,
  PlaceMemory | undefined,
  PlaceMemory | undefined,
  string,
])[] = [
  ['both are free', memory(free(now)), memory(free(now)), 'free'],
  ['one was never read', memory(free(now)), undefined, 'unknown: notReady'],
  ['one failed from the start', memory(free(now)), memory(failed(now)), 'unknown: network'],
  [
    'one failed and both were free before',
    memory(free(now)),
    memory(failed(now), good(free(now - 1))),
    'unknown: network, last free',
  ],
  ['one is old', memory(free(now)), memory(free(now - 50_000)), 'unknown: stale, last free'],
  ['one is held', memory(free(now)), memory(held(now, aged(1))), 'half'],
  [
    'one is held and the other failed',
    memory(failed(now)),
    memory(held(now, aged(1))),
    'unknown: network, last held',
  ],
  [
    'one is mine and one is not',
    memory(held(now, aged(1, 'x', 'me@here'))),
    memory(held(now, aged(1))),
    'held',
  ],
  [
    'both are mine',
    memory(held(now, aged(1, 'x', 'me@here'))),
    memory(held(now, aged(1, 'x', 'me@here'))),
    'mine',
  ],
  ['one is stale', memory(held(now, aged(1))), memory(held(now, aged(99))), 'stale'],
];

describe('the status of a state', () => {
  it('is "not lockable" where the configuration has no lock place', () => {
    assert.equal(words(foldStatus(stateOf('a', []), () => undefined, rules)), 'not lockable');
  });

  for (const [what, given, expected] of onePlace) {
    it(`is "${expected}" when: ${what}`, () => {
      assert.equal(words(foldStatus(stateOf('a'), () => given, rules)), expected);
    });
  }

  for (const [what, first, second, expected] of twoPlaces) {
    it(`is "${expected}" when of two places ${what}`, () => {
      const state = stateOf('a', [placeOf('first'), placeOf('second')]);
      const status = foldStatus(state, (id) => (id === 'first' ? first : second), rules);
      assert.equal(words(status), expected);
    });
  }

  it('is as old as the oldest of its readings', () => {
    const state = stateOf('a', [placeOf('first'), placeOf('second')]);
    const of = (id: string): PlaceMemory => memory(free(id === 'first' ? now - 5 : now - 7));
    assert.deepEqual(foldStatus(state, of, rules), { kind: 'free', at: now - 7 });
  });

  it('keeps showing the last known lock while reads fail', () => {
    const status = foldStatus(
      stateOf('a'),
      () => memory(failed(now), good(held(now - 1, aged(1)))),
      rules,
    );
    assert.deepEqual(
      locksOf(status).map((lock) => lock.record),
      [aged(1)],
    );
  });
});

describe('the age of a lock', () => {
  const lock = (created: string) => ({ place: placeOf('a'), record: recordOf({ created }) });
  const ages: readonly (readonly [string, string, number | undefined, unknown])[] = [
    [
      'from its record',
      '2026-03-01T11:48:00Z',
      undefined,
      { ms: 720_000, from: 'record', inFuture: false },
    ],
    [
      'from its record though it was seen later',
      '2026-03-01T11:48:00Z',
      now - 5,
      { ms: 720_000, from: 'record', inFuture: false },
    ],
    [
      'as nothing where clocks differ by little',
      '2026-03-01T12:00:30Z',
      undefined,
      { ms: 0, from: 'record', inFuture: false },
    ],
    [
      'as what was observed where the record is from the future',
      '2026-03-01T12:02:00Z',
      now - 5000,
      { ms: 5000, from: 'observed', inFuture: true },
    ],
    [
      'as what was observed where the record has no time',
      '',
      now - 5000,
      { ms: 5000, from: 'observed', inFuture: false },
    ],
    [
      "as what was observed where the record has Go's zero time",
      '0001-01-01T00:00:00Z',
      now,
      { ms: 0, from: 'observed', inFuture: false },
    ],
    [
      'as what was observed, never negative',
      '',
      now + 5000,
      { ms: 0, from: 'observed', inFuture: false },
    ],
    ['not at all from the future alone', '2999-01-01T00:00:00Z', undefined, undefined],
    ['not at all without any time', 'yesterday', undefined, undefined],
  ];
  for (const [what, created, since, expected] of ages) {
    it(`is told ${what}`, () => {
      assert.deepEqual(lockAge(lock(created), now, since), expected);
    });
  }
});
