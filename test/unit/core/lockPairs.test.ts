import assert from 'node:assert/strict';
import type { AuditEntry } from '../../../src/core/audit';
import type { LockError } from '../../../src/core/lockError';
import type { AcquireOutcome, ReleaseOutcome } from '../../../src/core/lockGateway';
import type { LockPlace, LockReading, LockRecord } from '../../../src/core/lockPlace';
import { lockServiceOf, noSignal } from '../../support/fakeService';
import { free, held, placeOf, recordOf, stateOf } from '../../support/fakes';

const file = placeOf('file');
const table = placeOf('table');
const state = stateOf('a', [file, table]);
const own = recordOf({ id: 'own', who: 'me@here' });
const bob = recordOf({ id: 'b', who: 'bob@laptop' });
const pair = [
  { place: file, record: own },
  { place: table, record: own },
];
const uncertain: LockError = { reason: 'uncertain' };
const lost = { kind: 'failed', error: uncertain } as const;
const denied = { kind: 'failed', error: { reason: 'denied' } } as const;

/** A service whose places answer as the test says, one by one. */
function pairServiceOf(
  answers: {
    readonly acquire?: Readonly<Record<string, AcquireOutcome>>;
    readonly release?: Readonly<Record<string, ReleaseOutcome>>;
    readonly read?: Readonly<Record<string, LockReading>>;
  } = {},
) {
  const parts = lockServiceOf({ own });
  const { gateway } = parts;
  const released: [string, LockRecord][] = [];
  gateway.acquire = (place: LockPlace, info) => {
    gateway.writes.push(`acquire ${place.id}`);
    const taken: AcquireOutcome = { kind: 'acquired', record: recordOf(info) };
    return Promise.resolve(answers.acquire?.[place.id] ?? taken);
  };
  gateway.release = (place: LockPlace, record: LockRecord) => {
    gateway.writes.push(`release ${place.id}`);
    released.push([place.id, record]);
    return Promise.resolve(answers.release?.[place.id] ?? { kind: 'released' });
  };
  gateway.onRead = (places) =>
    Promise.resolve(places.map((place) => answers.read?.[place.id] ?? free(1)));
  return { ...parts, released };
}

const outcomes = (entries: readonly AuditEntry[]): string[] =>
  entries.map(({ action, place, outcome }) => `${action} ${place} ${outcome}`);

describe('acquiring a pair of locks', () => {
  it('takes file and table in order, under one ID, with audit lines for each', async () => {
    const { service, gateway, audit, ownLocks } = pairServiceOf();
    const result = await service.acquire(state, 'why', noSignal);
    assert.deepEqual(result, { kind: 'done', lockId: 'id-1' });
    assert.deepEqual(gateway.writes, ['acquire file', 'acquire table']);
    assert.deepEqual(outcomes(audit.entries), [
      'acquire place file attempt',
      'acquire place file done',
      'acquire place table attempt',
      'acquire place table done',
    ]);
    assert.ok(audit.entries.every(({ lockId }) => lockId === 'id-1'));
    assert.ok(ownLocks.has('id-1', state.path));
  });

  it('stops where the file is held, and has touched nothing', async () => {
    const { service, gateway } = pairServiceOf({
      acquire: { file: { kind: 'held', record: bob } },
    });
    const result = await service.acquire(state, '', noSignal);
    assert.deepEqual(result, { kind: 'held', holder: { place: file, record: bob } });
    assert.deepEqual(gateway.writes, ['acquire file']);
  });

  it('gives back exactly the file that it took where the table refuses', async () => {
    const { service, gateway, released, audit, ownLocks } = pairServiceOf({
      acquire: { table: { kind: 'held', record: bob } },
    });
    const result = await service.acquire(state, '', noSignal);
    assert.deepEqual(result, { kind: 'held', holder: { place: table, record: bob } });
    assert.deepEqual(gateway.writes, ['acquire file', 'acquire table', 'release file']);
    assert.equal(released[0]?.[1].info.id, 'id-1');
    assert.deepEqual(outcomes(audit.entries).slice(-2), [
      'release place file attempt',
      'release place file done',
    ]);
    assert.ok(!ownLocks.has('id-1', state.path));
  });

  it('gives the file back although the person has cancelled', async () => {
    const { service, gateway } = pairServiceOf({
      acquire: { table: { kind: 'failed', error: { reason: 'cancelled' } } },
    });
    const release = gateway.release.bind(gateway);
    Object.assign(gateway, {
      release: (place: LockPlace, record: LockRecord, _options: unknown, signal: AbortSignal) => {
        assert.equal(signal.aborted, false);
        return release(place, record);
      },
    });
    const controller = new AbortController();
    controller.abort();
    const result = await service.acquire(state, '', controller.signal);
    assert.ok(result.kind === 'failed' && result.error.reason === 'cancelled');
    assert.ok(gateway.writes.includes('release file'));
  });

  it('gives the file back although the audit file has become unwritable', async () => {
    const { service, audit, gateway } = pairServiceOf();
    const append = audit.append.bind(audit);
    audit.append = (entry) =>
      audit.entries.length < 2 ? append(entry) : Promise.reject(new Error('disk full'));
    const result = await service.acquire(state, '', noSignal);
    assert.ok(result.kind === 'failed' && result.error.reason === 'auditFailed');
    assert.deepEqual(gateway.writes, ['acquire file', 'release file']);
  });

  const undoTable: readonly (readonly [string, ReleaseOutcome, LockReading, string, boolean])[] = [
    ['is gone already', { kind: 'gone' }, free(1), 'held', false],
    ['is another lock by now', { kind: 'changed', record: bob }, free(1), 'held', false],
    ['cannot be given back', denied, free(1), 'partial', true],
    ['may still be there', lost, held(1, recordOf({ id: 'id-1' })), 'partial', true],
    ['turns out to be given back', lost, free(1), 'held', false],
    [
      'still carries our ID, changed',
      { kind: 'changed', record: recordOf({ id: 'id-1', info: 'x' }) },
      free(1),
      'partial',
      true,
    ],
  ];
  for (const [what, undo, reading, expected, remembered] of undoTable) {
    it(`is "${expected}" where the table refuses and the file ${what}`, async () => {
      const { service, ownLocks } = pairServiceOf({
        acquire: { table: { kind: 'held', record: bob } },
        release: { file: undo },
        read: { file: reading },
      });
      const result = await service.acquire(state, '', noSignal);
      assert.equal(result.kind, expected);
      if (result.kind === 'partial') {
        assert.deepEqual(
          result.places.map(({ place }) => place.id),
          ['file', 'table'],
        );
        assert.equal(result.places[1]?.result.kind, 'held');
      }
      assert.equal(ownLocks.has('id-1', state.path), remembered);
    });
  }

  it("stays remembered, and uncertain, where the table's answer was lost", async () => {
    const { service, gateway, ownLocks } = pairServiceOf({ acquire: { table: lost } });
    const result = await service.acquire(state, '', noSignal);
    assert.ok(result.kind === 'failed' && result.error.reason === 'uncertain');
    assert.ok(gateway.writes.includes('release file'));
    assert.ok(ownLocks.has('id-1', state.path));
  });
});

for (const action of ['release', 'forceUnlock'] as const) {
  describe(`the ${action} of a pair of locks`, () => {
    it('gives back file and table in order, each guarded by its own record', async () => {
      const { service, released, audit, ownLocks } = pairServiceOf();
      const shown = [pair[1], pair[0]].flatMap((lock) => lock ?? []);
      const result = await service[action](state, shown, noSignal);
      assert.deepEqual(result, { kind: 'done', lockId: 'own' });
      assert.deepEqual(released, [
        ['file', own],
        ['table', own],
      ]);
      assert.equal(audit.entries.length, 4);
      assert.ok(!ownLocks.has('own', state.path));
    });

    const table: readonly (readonly [string, ReleaseOutcome, ReleaseOutcome, string, boolean])[] = [
      ['both are gone', { kind: 'gone' }, { kind: 'gone' }, 'gone', false],
      ['one is gone', { kind: 'gone' }, { kind: 'released' }, 'done', false],
      ['the file is refused', denied, { kind: 'released' }, 'partial', true],
      ['the table is refused', { kind: 'released' }, denied, 'partial', true],
      ['both are refused', denied, denied, 'failed', true],
      ['the answer for the file is lost', lost, { kind: 'gone' }, 'partial', true],
      [
        'the table is held by another by now',
        { kind: 'released' },
        { kind: 'changed', record: bob },
        'partial',
        false,
      ],
      [
        'both are held by another by now',
        { kind: 'changed', record: bob },
        { kind: 'changed', record: bob },
        'changed',
        false,
      ],
    ];
    for (const [what, ofFile, ofTable, expected, remembered] of table) {
      it(`tries both and is "${expected}" where ${what}`, async () => {
        const { service, gateway, ownLocks } = pairServiceOf({
          release: { file: ofFile, table: ofTable },
          read: { file: held(1, own) },
        });
        const result = await service[action](state, pair, noSignal);
        assert.equal(result.kind, expected);
        assert.deepEqual(gateway.writes, ['release file', 'release table']);
        assert.equal(ownLocks.has('own', state.path), remembered);
      });
    }

    it('stops before the table where a person must be asked about the file', async () => {
      const { service, gateway } = pairServiceOf({
        release: { file: { kind: 'failed', error: { reason: 'unsafeStore' } } },
      });
      const result = await service[action](state, pair, noSignal);
      assert.ok(result.kind === 'failed' && result.error.reason === 'unsafeStore');
      assert.deepEqual(gateway.writes, ['release file']);
    });

    it('passes consent on only where it was given', async () => {
      const { service, gateway, ownLocks } = pairServiceOf();
      const given: unknown[] = [];
      const release = gateway.release.bind(gateway);
      gateway.release = (place, record, ...rest: unknown[]) => {
        given.push((rest[0] as { unconditional?: boolean }).unconditional);
        return release(place, record);
      };
      await service[action](state, pair, noSignal);
      await ownLocks.remember({ lockId: 'own', path: state.path, takenAt: '' });
      await service[action](state, pair, noSignal, { unconditional: true });
      assert.deepEqual(given, [undefined, undefined, true, true]);
    });

    it('of which one half is shown, forgets the lock only where the other is not there', async () => {
      for (const [reading, remembered] of [
        [free(1), false],
        [held(1, own), true],
        [held(1, bob), false],
      ] as const) {
        const { service, gateway, ownLocks } = pairServiceOf({ read: { table: reading } });
        const [half] = pair;
        assert.ok(half);
        assert.equal((await service[action](state, [half], noSignal)).kind, 'done');
        assert.deepEqual(gateway.writes, ['release file']);
        assert.equal(ownLocks.has('own', state.path), remembered);
      }
    });
  });
}

describe('the release of two locks of which one is not mine', () => {
  it('is refused as a whole', async () => {
    const { service, gateway } = pairServiceOf();
    const shown = [pair[0], { place: table, record: bob }].flatMap((lock) => lock ?? []);
    const result = await service.release(state, shown, noSignal);
    assert.deepEqual(result, { kind: 'held', holder: { place: table, record: bob } });
    assert.deepEqual(gateway.writes, []);
  });
});
