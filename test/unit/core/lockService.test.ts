import assert from 'node:assert/strict';
import type { AuditEntry } from '../../../src/core/audit';
import type { HeldLock } from '../../../src/core/lockPlace';
import { lockServiceOf, noSignal, state, place } from '../../support/fakeService';
import { recordOf, stateOf } from '../../support/fakes';

const alice = recordOf();
const shown: HeldLock = { place, record: alice };
const mineRecord = recordOf({ id: 'own', who: 'me@here' });
const mine: HeldLock = { place, record: mineRecord };

const outcomes = (entries: readonly AuditEntry[]): string[] =>
  entries.map(({ action, outcome }) => `${action} ${outcome}`);

describe('acquiring a lock', () => {
  it('sends one write with a complete record, and says done', async () => {
    const { service, gateway, sent } = lockServiceOf();
    const result = await service.acquire(state, 'reindexing, back at 5', noSignal);
    assert.deepEqual(result, { kind: 'done', lockId: 'id-1' });
    assert.deepEqual(gateway.writes, ['acquire a']);
    assert.deepEqual(sent, [
      {
        id: 'id-1',
        operation: 'manual lock',
        info: 'reindexing, back at 5',
        who: 'me@here',
        version: '0.1.0',
        created: '2026-03-01T12:00:00Z',
        path: 'bucket/a.tfstate',
      },
    ]);
  });

  it('writes the attempt before and the outcome after, with the record that was sent', async () => {
    const { service, audit, gateway } = lockServiceOf();
    gateway.onAcquire = (info) => {
      assert.deepEqual(outcomes(audit.entries), ['acquire attempt']);
      return Promise.resolve({ kind: 'acquired', record: recordOf(info) });
    };
    await service.acquire(state, 'why', noSignal);
    assert.deepEqual(outcomes(audit.entries), ['acquire attempt', 'acquire done']);
    const [attempt, done] = audit.entries;
    assert.equal(attempt?.attempt, done?.attempt);
    assert.match(attempt?.record ?? '', /^\{"ID":"id-1","Operation":"manual lock","Info":"why"/);
    assert.deepEqual(
      [attempt?.by, attempt?.state, attempt?.workspace, attempt?.place, attempt?.lockId],
      ['me@here', 'bucket/a.tfstate', 'default', 'place a', 'id-1'],
    );
  });

  it('is remembered as own before anything is sent', async () => {
    const { service, gateway, ownLocks } = lockServiceOf();
    gateway.onAcquire = (info) => {
      assert.ok(ownLocks.has(info.id, state.path));
      return Promise.resolve({ kind: 'acquired', record: recordOf(info) });
    };
    await service.acquire(state, '', noSignal);
    assert.ok(ownLocks.has('id-1', state.path));
  });

  it('shows who was quicker, changes nothing and is not remembered', async () => {
    const { service, gateway, ownLocks, audit } = lockServiceOf();
    gateway.onAcquire = () => Promise.resolve({ kind: 'held', record: alice });
    const result = await service.acquire(state, '', noSignal);
    assert.deepEqual(result, { kind: 'held', holder: shown });
    assert.equal(ownLocks.locks.size, 0);
    assert.deepEqual(outcomes(audit.entries), ['acquire attempt', 'acquire refused']);
    assert.equal(audit.entries[1]?.found, alice.raw);
  });

  it('says held though the holder could not be read', async () => {
    const { service, gateway } = lockServiceOf();
    gateway.onAcquire = () => Promise.resolve({ kind: 'held' });
    assert.deepEqual(await service.acquire(state, '', noSignal), { kind: 'held' });
  });

  it('is not remembered when it failed for sure', async () => {
    const { service, gateway, ownLocks, audit } = lockServiceOf();
    const error = { reason: 'denied', action: 'dynamodb:PutItem' } as const;
    gateway.onAcquire = () => Promise.resolve({ kind: 'failed', error });
    assert.deepEqual(await service.acquire(state, '', noSignal), { kind: 'failed', error });
    assert.equal(ownLocks.locks.size, 0);
    assert.deepEqual(outcomes(audit.entries), ['acquire attempt', 'acquire failed']);
    assert.deepEqual(audit.entries[1]?.error, error);
  });

  it('is a failure, not a crash, when the gateway throws', async () => {
    const { service, gateway, audit } = lockServiceOf();
    gateway.onAcquire = () => Promise.reject(new Error('boom'));
    const result = await service.acquire(state, '', noSignal);
    assert.deepEqual(result, { kind: 'failed', error: { reason: 'internal', detail: 'boom' } });
    assert.deepEqual(outcomes(audit.entries), ['acquire attempt', 'acquire failed']);
  });

  it('sends nothing where the lock cannot be remembered', async () => {
    const { service, gateway, ownLocks } = lockServiceOf();
    ownLocks.remember = () => Promise.reject(new Error('disk full'));
    const result = await service.acquire(state, '', noSignal);
    assert.equal(result.kind, 'failed');
    assert.deepEqual(gateway.writes, []);
  });

  it('sends nothing for a state without a lock', async () => {
    const { service, gateway } = lockServiceOf();
    const result = await service.acquire(stateOf('b', []), '', noSignal);
    assert.ok(result.kind === 'failed' && result.error.reason === 'unsupported');
    assert.deepEqual(gateway.writes, []);
  });

  it('reads the state again, as asked by a person, so that the board shows what is true', async () => {
    const { service, refreshes } = lockServiceOf();
    await service.acquire(state, '', noSignal);
    assert.deepEqual(refreshes, [{ userStarted: true, places: state.places }]);
  });
});

describe('releasing a lock', () => {
  it('sends one delete for exactly what was shown, and forgets the lock', async () => {
    const { service, gateway, ownLocks, audit, released } = lockServiceOf({ own: mineRecord });
    assert.deepEqual(await service.release(state, [mine], noSignal), {
      kind: 'done',
      lockId: 'own',
    });
    assert.deepEqual([gateway.writes, released], [['release a'], [mineRecord]]);
    assert.equal(ownLocks.locks.size, 0);
    assert.deepEqual(outcomes(audit.entries), ['release attempt', 'release done']);
    assert.equal(audit.entries[0]?.record, mineRecord.raw);
  });

  it('is refused without a request for a lock that is not mine', async () => {
    const { service, gateway } = lockServiceOf({ own: mineRecord });
    const result = await service.release(state, [shown], noSignal);
    assert.deepEqual(result, { kind: 'held', holder: shown });
    assert.deepEqual(gateway.writes, []);
  });

  it('is refused for my ID in the record of another state', async () => {
    const { service, gateway } = lockServiceOf({ own: mineRecord });
    const result = await service.release(stateOf('other'), [mine], noSignal);
    assert.equal(result.kind, 'held');
    assert.deepEqual(gateway.writes, []);
  });
});

describe('breaking a lock', () => {
  it('sends one delete for exactly what was shown', async () => {
    const { service, gateway, released, audit } = lockServiceOf();
    const result = await service.forceUnlock(state, [shown], noSignal);
    assert.deepEqual(result, { kind: 'done', lockId: alice.info.id });
    assert.deepEqual([gateway.writes, released], [['release a'], [alice]]);
    assert.deepEqual(outcomes(audit.entries), ['forceUnlock attempt', 'forceUnlock done']);
  });

  it('works for a lock without an ID', async () => {
    const { service } = lockServiceOf();
    const record = recordOf({ id: '' });
    const result = await service.forceUnlock(state, [{ place, record }], noSignal);
    assert.deepEqual(result, { kind: 'done', lockId: '' });
  });

  it('shows the new holder and deletes nothing when the lock changed', async () => {
    const { service, gateway, audit } = lockServiceOf();
    const bob = recordOf({ id: 'b', who: 'bob@laptop' });
    gateway.onRelease = () => Promise.resolve({ kind: 'changed', record: bob });
    const result = await service.forceUnlock(state, [shown], noSignal);
    assert.deepEqual(result, { kind: 'changed', holder: { place, record: bob } });
    assert.deepEqual(outcomes(audit.entries), ['forceUnlock attempt', 'forceUnlock refused']);
    assert.equal(audit.entries[1]?.found, bob.raw);
  });

  it('says that the lock is gone', async () => {
    const { service, gateway, audit } = lockServiceOf();
    gateway.onRelease = () => Promise.resolve({ kind: 'gone' });
    assert.deepEqual(await service.forceUnlock(state, [shown], noSignal), { kind: 'gone' });
    assert.deepEqual(outcomes(audit.entries), ['forceUnlock attempt', 'forceUnlock refused']);
  });
});

describe('an audit file that cannot be written', () => {
  for (const action of ['acquire', 'release', 'forceUnlock'] as const) {
    it(`keeps ${action} from being sent at all`, async () => {
      const { service, gateway, audit, refreshes } = lockServiceOf({ own: mineRecord });
      audit.append = () => Promise.reject(new Error('read-only file system'));
      const result =
        action === 'acquire'
          ? await service.acquire(state, '', noSignal)
          : await service[action](state, [mine], noSignal);
      assert.deepEqual(result, {
        kind: 'failed',
        error: { reason: 'auditFailed', detail: 'read-only file system' },
      });
      assert.deepEqual([gateway.writes, gateway.reads, refreshes], [[], [], []]);
    });
  }

  it('does not turn what was done into a failure', async () => {
    const { service, audit } = lockServiceOf();
    const append = audit.append.bind(audit);
    audit.append = (entry) =>
      entry.outcome === 'attempt' ? append(entry) : Promise.reject(new Error('disk full'));
    assert.equal((await service.acquire(state, '', noSignal)).kind, 'done');
  });
});
