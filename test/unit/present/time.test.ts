import assert from 'node:assert/strict';
import fc from 'fast-check';
import { longAge, shortAge } from '../../../src/present/time';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const ages: readonly [ms: number, short: string, long: string][] = [
  [-5 * second, '0s', '0 seconds'],
  [0, '0s', '0 seconds'],
  [999, '0s', '0 seconds'],
  [second, '1s', '1 second'],
  [minute - 1, '59s', '59 seconds'],
  [minute, '1m', '1 minute'],
  [12 * minute + 30 * second, '12m', '12 minutes'],
  [hour - 1, '59m', '59 minutes'],
  [hour, '1h', '1 hour'],
  [47 * hour, '47h', '47 hours'],
  [2 * day - 1, '47h', '47 hours'],
  [2 * day, '2d', '2 days'],
  [400 * day, '400d', '400 days'],
];

describe('ages in words', () => {
  for (const [ms, short, long] of ages) {
    it(`${String(ms)} ms are ${short}, or ${long}`, () => {
      assert.equal(shortAge(ms), short);
      assert.equal(longAge(ms), long);
    });
  }

  it('never say more than has passed, and at least half of it', () => {
    const units: Record<string, number> = { s: second, m: minute, h: hour, d: day };
    fc.assert(
      fc.property(fc.integer({ min: second, max: 1000 * day }), (ms) => {
        const short = shortAge(ms);
        const said = Number.parseInt(short, 10) * (units[short.slice(-1)] ?? Number.NaN);
        assert.ok(said <= ms && said > ms / 2, short);
      }),
    );
  });
});
