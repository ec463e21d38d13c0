import assert from 'node:assert/strict';
import { LruCache } from '../../../src/hcl/lruCache';

describe('LruCache', () => {
  it('forgets what has not been asked for longest', () => {
    const cache = new LruCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    assert.equal(cache.get('a'), 1);
    cache.set('c', 3);
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => cache.get(key)),
      [1, undefined, 3],
    );
    assert.equal(cache.size, 2);
  });

  it('replaces a value without forgetting another', () => {
    const cache = new LruCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('b', 3);
    assert.deepEqual(
      ['a', 'b'].map((key) => cache.get(key)),
      [1, 3],
    );
  });
});
