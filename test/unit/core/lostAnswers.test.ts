import assert from 'node:assert/strict';
import type { LockError } from '../../../src/core/lockError';
import type { LockReading } from '../../../src/core/lockPlace';
import { lockServiceOf, noSignal, place, state } from '../../support/fakeService';
import { failed, free, held, recordOf } from '../../support/fakes';

const uncertain: LockError = { reason: 'uncertain', detail: 'the connection broke' };
const lost = () => Promise.resolve({ kind: 'failed', error: uncertain } as const);
const mineRecord = recordOf({ id: 'own', who: 'me@here' });
const mine = { place, record: mineRecord };
const other = recordOf({ id: 'other' });

const acquireTable: readonly (readonly [string, LockReading, string, boolean])[] = [
  ['my record is there', held(1, recordOf({ id: 'id-1' })), 'done', true],
  ['nothing is there: the request may still arrive', free(1), 'uncertain', true],
  ["somebody else's record is there", held(1, other), 'uncertain', true],
  ['it cannot be read', failed(1), 'uncertain', true],
];
const releaseTable: readonly (readonly [string, LockReading, string, boolean])[] = [
  ['nothing is there', free(1), 'done', false],
  [
    'my record is still there: the request may still arrive',
    held(1, mineRecord),
    'uncertain',
    true,
  ],
  ["somebody else's record is there", held(1, other), 'uncertain', true],
  ['it cannot be read', failed(1, 'denied'), 'uncertain', true],
];

describe('when the answer to an acquire is lost', () => {
  for (const [what, reading, expected, remembered] of acquireTable) {
    it(`the result is "${expected}" where ${what}`, async () => {
      const { service, gateway, ownLocks, audit } = lockServiceOf();
      gateway.onAcquire = lost;
      gateway.onRead = () => Promise.resolve([reading]);
      const result = await service.acquire(state, '', noSignal);
      assert.equal(result.kind === 'failed' ? result.error.reason : result.kind, expected);
      assert.equal(ownLocks.has('id-1', state.path), remembered);
      assert.equal(audit.entries[1]?.outcome, expected);
      assert.deepEqual(gateway.writes, ['acquire a'], 'a write was repeated');
    });
  }

  it('is asked about although the person has cancelled', async () => {
    const { service, gateway } = lockServiceOf();
    const controller = new AbortController();
    gateway.onAcquire = () => {
      controller.abort();
      return lost();
    };
    gateway.onRead = (_places, signal) => {
      assert.equal(signal.aborted, false);
      return Promise.resolve([held(1, recordOf({ id: 'id-1' }))]);
    };
    assert.equal((await service.acquire(state, '', controller.signal)).kind, 'done');
  });
});

for (const action of ['release', 'forceUnlock'] as const) {
  describe(`when the answer to a ${action} is lost`, () => {
    for (const [what, reading, expected, remembered] of releaseTable) {
      it(`the result is "${expected}" where ${what}`, async () => {
        const { service, gateway, ownLocks } = lockServiceOf({ own: mineRecord });
        gateway.onRelease = lost;
        gateway.onRead = () => Promise.resolve([reading]);
        const result = await service[action](state, [mine], noSignal);
        assert.equal(result.kind === 'failed' ? result.error.reason : result.kind, expected);
        assert.equal(ownLocks.has('own', state.path), remembered);
        assert.deepEqual(gateway.writes, ['release a'], 'a write was repeated');
      });
    }
  });
}

describe('an own lock is', () => {
  const table = [
    ['forgotten when it was released', { kind: 'released' }, false],
    ['forgotten when it is gone', { kind: 'gone' }, false],
    ['forgotten when another lock is there', { kind: 'changed', record: other }, false],
    [
      'remembered when its record changed but still carries its ID',
      { kind: 'changed', record: { ...mineRecord, guard: 'other', raw: 'other' } },
      true,
    ],
    ['remembered when the record that is there could not be read', { kind: 'changed' }, true],
    ['remembered when nothing was changed', { kind: 'failed', error: { reason: 'denied' } }, true],
  ] as const;
  for (const [what, outcome, remembered] of table) {
    it(what, async () => {
      const { service, gateway, ownLocks } = lockServiceOf({ own: mineRecord });
      gateway.onRelease = () => Promise.resolve(outcome);
      await service.release(state, [mine], noSignal);
      assert.equal(ownLocks.has('own', state.path), remembered);
    });
  }
});

describe('a lock that cannot be forgotten', () => {
  const reject = () => Promise.reject(new Error('file name too long'));

  it('was released all the same', async () => {
    const { service, ownLocks, audit } = lockServiceOf({ own: mineRecord });
    ownLocks.forget = reject;
    assert.equal((await service.release(state, [mine], noSignal)).kind, 'done');
    assert.equal(audit.entries[1]?.outcome, 'done');
  });

  it('was broken all the same', async () => {
    const { service, ownLocks } = lockServiceOf();
    ownLocks.forget = reject;
    assert.equal((await service.forceUnlock(state, [mine], noSignal)).kind, 'done');
  });

  it('does not hide who holds the lock that was wanted', async () => {
    const { service, gateway, ownLocks } = lockServiceOf();
    ownLocks.forget = reject;
    gateway.onAcquire = () => Promise.resolve({ kind: 'held', record: other });
    assert.equal((await service.acquire(state, '', noSignal)).kind, 'held');
  });
});
