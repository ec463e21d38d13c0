import assert from 'node:assert/strict';
import {
  directoryName,
  isChecking,
  lastKnownWords,
  lockSummary,
  lockWords,
  viewTitle,
} from '../../../src/present/lockWords';
import {
  allReasons,
  freeStatus,
  locked,
  now,
  sampleLock,
  sampleState,
  unknown,
  unreadableLock,
  unresolvedView,
  viewOf,
} from '../../support/samples';

describe('the words for a lock', () => {
  it('name holder, operation and age', () => {
    const words = lockWords(sampleLock(), now);
    assert.deepEqual(words, {
      holder: 'alice@build-07',
      operation: 'apply',
      age: '12m',
      longAge: '12 minutes',
    });
    assert.equal(lockSummary(words), 'alice@build-07 · apply · 12m');
  });

  it('say so where the holder is not known', () => {
    for (const who of ['', '   ', '\u00a0']) {
      assert.equal(lockWords(sampleLock({ who }), now).holder, 'unknown holder');
    }
    assert.equal(lockWords(sampleLock({ who: '@build-07' }), now).holder, '@build-07');
  });

  it('leave out an operation that is not known', () => {
    for (const operation of ['', '  ']) {
      const words = lockWords(sampleLock({ operation }), now);
      assert.equal(lockSummary(words), 'alice@build-07 · 12m');
    }
  });

  it('keep the words of other tools for an operation', () => {
    const words = lockWords(sampleLock({ operation: 'migrate-state' }), now);
    assert.equal(words.operation, 'migrate-state');
    assert.equal(lockWords(sampleLock({ operation: 'constructor' }), now).operation, 'constructor');
  });

  it('never trust a missing or future time: only what was seen here counts', () => {
    for (const created of ['', 'yesterday', '2027-01-01T00:00:00Z', '0001-01-01T00:00:00Z']) {
      const lock = sampleLock({ created });
      assert.equal(lockWords(lock, now).age, 'age unknown');
      assert.equal(lockWords(lock, now).longAge, 'an unknown time');
      assert.equal(lockWords(lock, now, now - 180_000).age, 'at least 3m');
      assert.equal(lockWords(lock, now, now - 180_000).longAge, 'at least 3 minutes');
    }
  });

  it('are there for a record that cannot be read', () => {
    const words = lockWords(unreadableLock('notJson', 'nonsense'), now, now - 3000);
    assert.equal(lockSummary(words), 'unknown holder · at least 3s');
  });
});

describe('the words for what was known last', () => {
  it('carry its age', () => {
    assert.equal(lastKnownWords(undefined, now), undefined);
    assert.equal(lastKnownWords({ ...freeStatus, at: now - 180_000 }, now), 'was free 3m ago');
    assert.equal(lastKnownWords(locked('mine'), now), 'was locked by you 5s ago');
    const words = 'was locked 5s ago: alice@build-07 · apply · 12m';
    assert.equal(lastKnownWords(locked('held'), now), words);
    assert.equal(lastKnownWords(locked('stale'), now), words);
  });
});

describe('only what was never asked', () => {
  it('is called checking', () => {
    for (const reason of allReasons) {
      assert.equal(isChecking(unknown({ reason })), reason === 'notReady');
    }
    assert.equal(isChecking(freeStatus), false);
  });
});

describe('the title of a state', () => {
  it('is its key, or the name of the directory where there is none', () => {
    assert.equal(viewTitle(viewOf(freeStatus, sampleState('a/b.tfstate'))), 'a/b.tfstate');
    assert.equal(viewTitle(unresolvedView('file:///w/my%20infra/')), 'my infra');
  });

  it('stands even for a directory whose name is no valid URI', () => {
    assert.equal(directoryName('odd:///w/100%'), '100%');
    assert.equal(directoryName('memfs:/'), 'memfs:');
  });
});
