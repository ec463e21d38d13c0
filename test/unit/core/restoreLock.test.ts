import assert from 'node:assert/strict';
import type { AcquireOutcome, ReleaseOutcome } from '../../../src/core/lockGateway';
import type { LockPlace, LockReading, LockRecord } from '../../../src/core/lockPlace';
import { lockServiceOf, noSignal } from '../../support/fakeService';
import { failed, free, held, only, placeOf, recordOf, stateOf } from '../../support/fakes';

const file = placeOf('file');
const table = placeOf('table');
const state = stateOf('a', [file, table]);
const record = recordOf({ id: 'broken', who: 'bob@ci' });
const other = recordOf({ id: 'other', who: 'carol@laptop' });
const pair = [
  // Not in Terraform's order.
  { place: table, record },
  { place: file, record },
];

/** A service whose places answer as the test says, one by one. */
function serviceOf(
  answers: {
    readonly restore?: Readonly<Record<string, AcquireOutcome>>;
    readonly read?: Readonly<Record<string, LockReading>>;
    readonly release?: Readonly<Record<string, ReleaseOutcome>>;
  } = {},
) {
  const parts = lockServiceOf();
  const { gateway } = parts;
  gateway.restore = (place: LockPlace, put: LockRecord) => {
    gateway.writes.push(`restore ${place.id} ${put.raw === record.raw ? 'as it was' : put.raw}`);
    return Promise.resolve(answers.restore?.[place.id] ?? { kind: 'acquired', record: put });
  };
  gateway.release = (place: LockPlace) => {
    gateway.writes.push(`release ${place.id}`);
    return Promise.resolve(answers.release?.[place.id] ?? { kind: 'released' });
  };
  gateway.onRead = (places) =>
    Promise.resolve(places.map((place) => answers.read?.[place.id] ?? free(1)));
  return parts;
}

describe('putting back a deleted lock', () => {
  it('writes the record as it was, at each of its places, in the order of Terraform', async () => {
    const { service, gateway, audit, ownLocks } = serviceOf();
    assert.deepEqual(await service.restore(state, pair, noSignal), {
      kind: 'done',
      lockId: 'broken',
    });
    assert.deepEqual(gateway.writes, ['restore file as it was', 'restore table as it was']);
    assert.deepEqual(
      audit.entries.map(({ action, outcome }) => `${action} ${outcome}`),
      ['restore attempt', 'restore done', 'restore attempt', 'restore done'],
    );
    assert.ok(audit.entries.every((entry) => entry.record === record.raw));
    assert.equal(ownLocks.locks.size, 0, 'it is the lock of whoever had it');
  });

  it('writes nothing where somebody holds it, and says who', async () => {
    const { service, gateway } = serviceOf({ restore: { file: { kind: 'held', record: other } } });
    const result = await service.restore(state, pair, noSignal);
    assert.ok(result.kind === 'held' && result.holder?.record === other);
    assert.deepEqual(gateway.writes, ['restore file as it was']);
  });

  it('gives back the first half where somebody took the second meanwhile', async () => {
    const { service, gateway } = serviceOf({ restore: { table: { kind: 'held', record: other } } });
    const result = await service.restore(state, pair, noSignal);
    assert.equal(result.kind, 'held');
    assert.deepEqual(gateway.writes.slice(2), ['release file']);
  });

  it('puts no half beside another’s half, nor beside one that cannot be read', async () => {
    const half = [only(pair.slice(1))];
    for (const [reading, kind] of [
      [held(1, other), 'held'],
      [failed(1), 'failed'],
    ] as const) {
      const { service, gateway } = serviceOf({ read: { table: reading } });
      assert.equal((await service.restore(state, half, noSignal)).kind, kind);
      assert.deepEqual(gateway.writes, []);
    }
    const { service, gateway } = serviceOf({ read: { table: held(1, record) } });
    assert.equal((await service.restore(state, half, noSignal)).kind, 'done', 'its own half');
    assert.equal(gateway.writes.length, 1);
  });

  it('finds out by reading what became of a write whose answer was lost, and writes no second time', async () => {
    const lost: AcquireOutcome = { kind: 'failed', error: { reason: 'uncertain' } };
    const one = [only(pair.slice(1))];
    const single = stateOf('a', [file]);
    for (const [reading, kind] of [
      [held(1, record), 'done'],
      [free(1), 'failed'],
      [held(1, other), 'failed'],
    ] as const) {
      const { service, gateway } = serviceOf({ restore: { file: lost }, read: { file: reading } });
      assert.equal((await service.restore(single, one, noSignal)).kind, kind);
      assert.deepEqual(gateway.writes, ['restore file as it was']);
    }
  });

  it('is refused where the lock lives in a session, which cannot be brought back', async () => {
    const { service, gateway } = serviceOf();
    const place = { ...file, lease: { name: 'session', ttlMs: 15_000, graceMs: 0 } };
    const result = await service.restore(state, [{ place, record }], noSignal);
    assert.ok(result.kind === 'failed' && result.error.reason === 'unsupported');
    assert.deepEqual(gateway.writes, []);
  });

  it('is not attempted without a line in the audit file', async () => {
    const { service, gateway, audit } = serviceOf();
    audit.append = () => Promise.reject(new Error('disk full'));
    const result = await service.restore(state, pair, noSignal);
    assert.ok(result.kind === 'failed' && result.error.reason === 'auditFailed');
    assert.deepEqual(gateway.writes, []);
  });
});
