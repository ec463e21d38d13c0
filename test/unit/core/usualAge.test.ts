import assert from 'node:assert/strict';
import { usualAge } from '../../../src/core/usualAge';

const minute = 60_000;

describe('what is called usual', () => {
  const table = [
    ['nothing was seen', undefined, { ms: 60 * minute, from: 'setting' }],
    ['too little', { p50: minute, p95: minute, count: 9 }, { ms: 60 * minute, from: 'setting' }],
    [
      'enough',
      { p50: 20 * minute, p95: 90 * minute, count: 10 },
      { ms: 90 * minute, from: 'history' },
    ],
    ['short ones', { p50: 1000, p95: 3000, count: 200 }, { ms: 5 * minute, from: 'history' }],
  ] as const;
  for (const [what, seen, expected] of table) {
    it(`comes from where it is known: ${what}`, () => {
      assert.deepEqual(usualAge(seen, 60 * minute), expected);
    });
  }
});
