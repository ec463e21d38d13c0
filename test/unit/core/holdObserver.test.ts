import assert from 'node:assert/strict';
import type { HistoryEvent, Hold, WatchedSpan } from '../../../src/core/holdHistory';
import { HoldObserver } from '../../../src/core/holdObserver';
import type { StateView } from '../../../src/core/lockBoard';
import type { LockStatus } from '../../../src/core/lockStatus';
import { placeOf, recordOf, stateOf } from '../../support/fakes';
import { viewOf } from '../../support/samples';

/** A round hour, on the grid of watched spans. */
const t0 = Date.parse('2026-03-02T09:00:00Z');
const gapMs = 130_000;
const s = (seconds: number): number => t0 + seconds * 1000;
const iso = (at: number): string => new Date(at).toISOString();

const state = stateOf('a', [placeOf('a'), placeOf('a-file')]);
const [table, file] = [placeOf('a'), placeOf('a-file')];
type Place = typeof table;

const lock = (id: string, created = s(-60), place: Place = table, who = 'alice@build-07') => ({
  place,
  record: recordOf({ id, created: iso(created), who }),
});
type Lock = ReturnType<typeof lock>;

const free = (at: number): LockStatus => ({ kind: 'free', at });
const held = (at: number, ...locks: [Lock, ...Lock[]]): LockStatus => ({ kind: 'held', at, locks });
const mine = (at: number, ...locks: [Lock, ...Lock[]]): LockStatus => ({ kind: 'mine', at, locks });
const unknown: LockStatus = { kind: 'unknown', error: { reason: 'network' } };
const view = (status: LockStatus): StateView => ({ ...viewOf(status), state });

/** What comes of looks at these statuses, each seen when it was read unless told otherwise. */
function observe(
  looks: readonly (LockStatus | readonly [number, LockStatus])[],
  observer = new HoldObserver(),
): readonly HistoryEvent[] {
  return looks.flatMap((look) => {
    const [now, status] = isTimed(look) ? look : [undefined, look];
    const at = now ?? ('at' in status ? status.at : t0);
    return observer.look([view(status)], at, gapMs);
  });
}

function isTimed(
  look: LockStatus | readonly [number, LockStatus],
): look is readonly [number, LockStatus] {
  return Array.isArray(look);
}

const holdsIn = (events: readonly HistoryEvent[]): readonly Hold[] =>
  events.flatMap((event) => (event.kind === 'hold' ? [event.hold] : []));
const spansIn = (events: readonly HistoryEvent[]): readonly WatchedSpan[] =>
  events.flatMap((event) => (event.kind === 'watched' ? [event.span] : []));
/** The end of each hold as it was told last, and when. */
const endsIn = (events: readonly HistoryEvent[]): readonly string[] =>
  holdsIn(events)
    .filter(({ end }) => end !== undefined)
    .map(
      ({ lockId, end, goneAt = NaN }) => `${lockId} ${String(end)} ${String((goneAt - t0) / 1000)}`,
    );

describe('what looks at a lock tell of a hold', () => {
  it('is its holder, operation and the looks around its beginning', () => {
    const [hold] = holdsIn(observe([free(s(0)), held(s(15), lock('x', s(8)))]));
    assert.deepEqual(hold, {
      path: 'bucket/a.tfstate',
      lockId: 'x',
      who: 'alice@build-07',
      operation: 'apply',
      mine: false,
      createdAt: s(8),
      absentAt: s(0),
      firstSeenAt: s(15),
      lastSeenAt: s(15),
    });
  });

  it('has no bound before, where nobody had looked before', () => {
    const [hold] = holdsIn(observe([held(s(0), lock('x'))]));
    assert.equal(hold?.absentAt, undefined);
  });

  it('has no time of its own, where its record says none', () => {
    const record = recordOf({ id: 'x', created: 'yesterday' });
    const [hold] = holdsIn(observe([held(s(0), { place: table, record })]));
    assert.equal(hold?.createdAt, undefined);
  });

  it('is told once while nothing changes, and its last sight with its end', () => {
    const events = observe([
      free(s(0)),
      held(s(15), lock('x', s(8))),
      held(s(30), lock('x', s(8))),
      held(s(45), lock('x', s(8))),
      free(s(60)),
    ]);
    const holds = holdsIn(events);
    assert.equal(holds.length, 2);
    assert.deepEqual([holds[1]?.lastSeenAt, holds[1]?.goneAt], [s(45), s(60)]);
  });

  const x = lock('x');
  const table_: readonly (readonly [string, readonly LockStatus[], readonly string[]])[] = [
    ['found free afterwards', [held(s(0), x), free(s(15))], ['x released 15']],
    ['another lock in its place', [held(s(0), x), held(s(15), lock('y', s(9)))], ['x replaced 15']],
    [
      'the same ID at another time is another lock',
      [held(s(0), x), held(s(15), lock('x', s(9)))],
      ['x replaced 15'],
    ],
    ['own and gone without a release', [mine(s(0), x), free(s(15))], ['x brokenByOther 15']],
    ['own and replaced', [mine(s(0), x), held(s(15), lock('y', s(9)))], ['x brokenByOther 15']],
    ['gone after a gap', [held(s(0), x), free(s(131))], ['x unknown 131']],
    ['gone after just no gap', [held(s(0), x), free(s(130))], ['x released 130']],
    [
      'an unreadable look in between says nothing',
      [held(s(0), x), unknown, free(s(30))],
      ['x released 30'],
    ],
    ['only unreadable looks', [held(s(0), x), unknown, unknown], []],
    ['a state that cannot be locked', [held(s(0), x), { kind: 'notLockable' }], []],
    [
      'both halves of a pair are one hold',
      [held(s(0), x, lock('x', s(-60), file)), free(s(15))],
      ['x released 15'],
    ],
    [
      'half of a pair still holds',
      [
        held(s(0), x, lock('x', s(-60), file)),
        { kind: 'half', at: s(15), locks: [x], missing: [file], mine: [] },
        free(s(30)),
      ],
      ['x released 30'],
    ],
    [
      'two halves of two holders are two holds',
      [
        { kind: 'conflict', at: s(0), locks: [x, lock('y', s(-30), file)], mine: [] },
        held(s(15), lock('y', s(-30), file)),
        free(s(30)),
      ],
      ['x replaced 15', 'y released 30'],
    ],
    [
      'of a conflict, only the own half was broken',
      [{ kind: 'conflict', at: s(0), locks: [x, lock('y', s(-30), file)], mine: [x] }, free(s(15))],
      ['x brokenByOther 15', 'y released 15'],
    ],
  ];
  for (const [title, looks, ends] of table_) {
    it(`ends as told: ${title}`, () => {
      assert.deepEqual(endsIn(observe(looks)), ends);
    });
  }

  it('ends here where somebody here ended it, whatever it looks like', () => {
    for (const how of ['releasedHere', 'brokenHere'] as const) {
      const observer = new HoldObserver();
      observe([mine(s(0), lock('x'))], observer);
      observer.noteEnd('bucket/a.tfstate', 'x', how);
      assert.deepEqual(endsIn(observe([free(s(15))], observer)), [`x ${how} 15`]);
    }
  });

  it('does not end here where the attempt came to nothing', () => {
    const observer = new HoldObserver();
    observe([held(s(0), lock('x'))], observer);
    observer.noteEnd('bucket/a.tfstate', 'x', 'brokenHere');
    observer.forgetEnd('bucket/a.tfstate', 'x');
    assert.deepEqual(endsIn(observe([free(s(15))], observer)), ['x released 15']);
  });

  it('cuts names that are too long to keep', () => {
    const who = 'w'.repeat(5000);
    const [hold] = holdsIn(observe([held(s(0), lock('x', s(-60), table, who))]));
    assert.equal(hold?.who.length, 300);
  });
});

describe('a clock that jumps', () => {
  it('back: nothing is said to have ended, and what is seen then begins anew', () => {
    const events = observe([held(s(600), lock('x')), free(s(0)), held(s(15), lock('y', s(9)))]);
    assert.deepEqual(endsIn(events), []);
    const y = holdsIn(events).find(({ lockId }) => lockId === 'y');
    assert.equal(y?.absentAt, s(0));
  });

  it('forward: nobody saw what happened meanwhile', () => {
    assert.deepEqual(endsIn(observe([held(s(0), lock('x')), free(s(86_400))])), [
      'x unknown 86400',
    ]);
  });

  it('back by little: the order of looks stays', () => {
    const events = observe([held(s(30), lock('x')), free(s(28))]);
    assert.deepEqual(endsIn(events), ['x released 30']);
  });
});

describe('a store that tells of changes', () => {
  it('is watched while its watch runs: the old reading is the truth of now', () => {
    const observer = new HoldObserver();
    const status = held(s(0), lock('x'));
    const events = [
      ...observe([status], observer),
      ...[15, 60, 150, 165, 225].flatMap((at) => observe([[s(at), status]], observer)),
      ...observe([free(s(230))], observer),
    ];
    assert.deepEqual(endsIn(events), ['x released 230']);
    assert.equal(holdsIn(events).at(-1)?.lastSeenAt, s(225));
    assert.deepEqual(
      spansIn(observer.checkpoint()).map(({ from, until }) => [from, until]),
      [[s(0), s(225)]],
    );
  });

  it('is not watched while the machine sleeps', () => {
    const observer = new HoldObserver();
    const status = held(s(0), lock('x'));
    observe([status, [s(150), status]], observer);
    assert.deepEqual(endsIn(observe([free(s(3_600))], observer)), ['x unknown 3600']);
  });
});

describe('the time in which a state was watched', () => {
  it('is a span from the first to the last look, cut to the grid', () => {
    const observer = new HoldObserver();
    observe([free(s(4)), free(s(19)), free(s(34)), free(s(49))], observer);
    assert.deepEqual(observer.checkpoint(), [
      { kind: 'watched', span: { from: s(15), until: s(45), paths: ['bucket/a.tfstate'] } },
    ]);
  });

  it('is broken by a gap, and told where it breaks', () => {
    const observer = new HoldObserver();
    const events = observe([free(s(0)), free(s(60)), free(s(600)), free(s(660))], observer);
    assert.deepEqual(
      spansIn(events).map(({ from, until }) => [from, until]),
      [[s(0), s(60)]],
    );
    assert.deepEqual(
      spansIn(observer.checkpoint()).map(({ from, until }) => [from, until]),
      [[s(600), s(660)]],
    );
  });

  it('is told once: a checkpoint goes on where the one before ended', () => {
    const observer = new HoldObserver();
    observe([free(s(0)), free(s(60))], observer);
    observer.checkpoint();
    observe([free(s(120))], observer);
    assert.deepEqual(
      spansIn(observer.checkpoint()).map(({ from, until }) => [from, until]),
      [[s(60), s(120)]],
    );
  });

  it('ends when the state is no longer of the workspace, and so does the sight of its lock', () => {
    const observer = new HoldObserver();
    observe([held(s(0), lock('x')), held(s(60), lock('x'))], observer);
    const events = observer.look([], s(75), gapMs);
    assert.deepEqual(
      spansIn(events).map(({ from, until }) => [from, until]),
      [[s(0), s(60)]],
    );
    assert.deepEqual(
      holdsIn(events).map(({ lastSeenAt, end }) => [lastSeenAt, end]),
      [[s(60), undefined]],
    );
    assert.deepEqual(observer.checkpoint(), []);
  });
});
