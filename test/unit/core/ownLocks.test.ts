import assert from 'node:assert/strict';
import { LockFailure, toLockError } from '../../../src/core/lockError';
import { isMine, manualOperation, ownLockInfo } from '../../../src/core/ownLocks';
import { MemoryOwnLocks, placeOf, recordOf, stateOf } from '../../support/fakes';

describe('a lock is mine', () => {
  const state = stateOf('a');
  const lockOf = (id: string) => ({ place: placeOf('a'), record: recordOf({ id }) });
  const store = new MemoryOwnLocks();
  store.locks.set('own', { lockId: 'own', path: state.path, takenAt: '' });
  store.locks.set('', { lockId: '', path: state.path, takenAt: '' });

  it('where its ID was given here to this state', () => {
    assert.equal(isMine(store, lockOf('own'), state), true);
  });
  it('not where its ID is another', () => {
    assert.equal(isMine(store, lockOf('OWN'), state), false);
  });
  it('not where my ID stands in the record of another state', () => {
    assert.equal(isMine(store, lockOf('own'), stateOf('b')), false);
  });
  it('not where it has no ID, even if such a one was stored', () => {
    assert.equal(isMine(store, lockOf(''), state), false);
  });
});

describe('the record of an own lock', () => {
  it('names the operation so that no Terraform run is suspected', () => {
    const parts = {
      lockId: 'own',
      who: 'me@here',
      version: '0.1.0',
      reason: 'why',
      created: '2026-03-01T12:00:00Z',
      path: 'bucket/a.tfstate',
    };
    assert.deepEqual(ownLockInfo(parts), {
      id: 'own',
      operation: manualOperation,
      info: 'why',
      who: 'me@here',
      version: '0.1.0',
      created: '2026-03-01T12:00:00Z',
      path: 'bucket/a.tfstate',
    });
  });
});

describe('whatever is thrown', () => {
  const ours = new LockFailure({ reason: 'denied' });
  it('is our own error where it is one of ours', () => {
    assert.deepEqual(toLockError(ours), { reason: 'denied' });
  });
  it('is a fault of ours where it is not', () => {
    assert.deepEqual(toLockError(new Error('boom')), { reason: 'internal', detail: 'boom' });
    assert.deepEqual(toLockError('boom'), { reason: 'internal', detail: 'boom' });
  });
  it('is told apart by its reason', () => {
    assert.ok(LockFailure.is(ours) && LockFailure.is(ours, 'denied'));
    assert.ok(!LockFailure.is(ours, 'network') && !LockFailure.is(new Error('denied')));
  });
});
