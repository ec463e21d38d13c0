import assert from 'node:assert/strict';
import { BatchChain } from '../../../src/core/batchChain';
import type { LockPlace } from '../../../src/core/lockPlace';
import { FakeClock, deferred, placeOf, settled } from '../../support/fakes';

const second = 1000;

/** A chain whose reads end when the test says, with everything that happens to it noted. */
function chainOf(options: { readonly random?: () => number; readonly hold?: boolean } = {}) {
  const clock = new FakeClock();
  const settings = { intervalMs: 15 * second, failed: false, throws: false };
  const reads: { places: readonly LockPlace[]; userStarted: boolean; end: () => void }[] = [];
  let atOnce = 0;
  let most = 0;
  const chain = new BatchChain({
    clock,
    random: options.random ?? (() => 0.5),
    intervalMs: () => settings.intervalMs,
    read: async (places, userStarted) => {
      const ending = deferred<undefined>();
      const end = (): void => {
        ending.resolve(undefined);
      };
      reads.push({ places, userStarted, end });
      most = Math.max(most, ++atOnce);
      if (options.hold) await ending.promise;
      atOnce -= 1;
      if (settings.throws) throw new Error('a fault of ours');
      return { failed: settings.failed };
    },
    watch: () => Promise.reject(new Error('places of this test are not watchable')),
  });
  return { chain, clock, settings, reads, mostAtOnce: () => most };
}

describe('the chain of reads of one batch', () => {
  it('has no timer and reads nothing while there is nothing to watch', async () => {
    const { clock, reads } = chainOf();
    await clock.advance(100 * second);
    assert.deepEqual([clock.delays, reads.length], [[], 0]);
  });

  it('reads a new place at once, then at every interval', async () => {
    const { chain, clock, reads } = chainOf();
    chain.setPlaces([placeOf('a')]);
    await settled();
    assert.equal(reads.length, 1);
    await clock.advance(45 * second);
    assert.equal(reads.length, 4);
    assert.deepEqual(clock.delays, [15 * second]);
  });

  it('does not read again for places that it knows', async () => {
    const { chain, clock, reads } = chainOf();
    chain.setPlaces([placeOf('a'), placeOf('b')]);
    await settled();
    chain.setPlaces([placeOf('b')]);
    await settled();
    assert.equal(reads.length, 1);
    await clock.advance(15 * second);
    assert.deepEqual(
      reads[1]?.places.map(({ id }) => id),
      ['b'],
    );
  });

  it('never reads twice at once; whoever asks meanwhile gets one more read together', async () => {
    const { chain, clock, reads, mostAtOnce } = chainOf({ hold: true });
    chain.setPlaces([placeOf('a')]);
    const waiting = [chain.readNow(false), chain.readNow(true), chain.readNow(false)];
    await clock.advance(100 * second);
    assert.equal(reads.length, 1);
    reads[0]?.end();
    await settled();
    assert.deepEqual(
      reads.map(({ userStarted }) => userStarted),
      [false, true],
    );
    reads[1]?.end();
    await Promise.all(waiting);
    await settled();
    assert.deepEqual([reads.length, mostAtOnce()], [2, 1]);
  });

  it('never reads twice at once, even when somebody asks again in the moment a read ends', async () => {
    const { chain, reads, mostAtOnce } = chainOf({ hold: true });
    const again = chain.readNow(false).then(() => chain.readNow(true));
    const trailing = chain.readNow(false);
    reads[0]?.end();
    await settled();
    for (const read of reads) read.end();
    await settled();
    for (const read of reads) read.end();
    await Promise.all([again, trailing]);
    assert.equal(mostAtOnce(), 1);
  });

  it('answers a request only after a read that began later than the request', async () => {
    const { chain, reads } = chainOf({ hold: true });
    chain.setPlaces([placeOf('a')]);
    let answered = false;
    void chain.readNow(true).then(() => (answered = true));
    reads[0]?.end();
    await settled();
    assert.equal(answered, false);
    reads[1]?.end();
    await settled();
    assert.equal(answered, true);
  });

  it('does not overlap with a slow read, and waits a whole interval after it', async () => {
    const { chain, clock, reads } = chainOf({ hold: true });
    chain.setPlaces([placeOf('a')]);
    await clock.advance(60 * second);
    assert.equal(reads.length, 1);
    reads[0]?.end();
    await clock.advance(14 * second);
    assert.equal(reads.length, 1);
    await clock.advance(second);
    assert.equal(reads.length, 2);
  });

  it('waits twice as long after each failure, up to five minutes, and as before after a success', async () => {
    const { chain, clock, settings, reads } = chainOf();
    settings.failed = true;
    chain.setPlaces([placeOf('a')]);
    await settled();
    const waits: number[] = [];
    for (let failures = 0; failures < 7; failures++) {
      const [delay = 0] = clock.delays;
      waits.push(delay / second);
      await clock.advance(delay);
    }
    assert.deepEqual(waits, [30, 60, 120, 240, 300, 300, 300]);
    assert.equal(reads.length, 8);
    settings.failed = false;
    await clock.advance(300 * second);
    assert.deepEqual(clock.delays, [15 * second]);
  });

  it('counts a read that throws as a failure, and goes on', async () => {
    const { chain, clock, settings } = chainOf();
    settings.throws = true;
    await chain.readNow(false);
    chain.setPlaces([placeOf('a')]);
    await settled();
    assert.deepEqual(clock.delays, [60 * second]);
  });

  it('never waits less than an interval that is longer than five minutes', async () => {
    const { chain, clock, settings } = chainOf();
    settings.intervalMs = 600 * second;
    settings.failed = true;
    chain.setPlaces([placeOf('a')]);
    await settled();
    assert.deepEqual(clock.delays, [600 * second]);
  });

  for (const [random, expected] of [
    [0, 13.5],
    [0.5, 15],
    [1, 16.5],
  ] as const) {
    it(`waits ${String(expected)} s where chance says ${String(random)}`, async () => {
      const { chain, clock } = chainOf({ random: () => random });
      chain.setPlaces([placeOf('a')]);
      await settled();
      assert.deepEqual(clock.delays, [expected * second]);
    });
  }

  it('pauses while the interval is 0, but reads when asked', async () => {
    const { chain, clock, settings, reads } = chainOf();
    chain.setPlaces([placeOf('a')]);
    await settled();
    settings.intervalMs = 0;
    chain.reschedule({ readSoon: false });
    await clock.advance(1000 * second);
    assert.deepEqual([reads.length, clock.delays], [1, []]);
    await chain.readNow(true);
    assert.deepEqual([reads.length, clock.delays], [2, []]);
  });

  it('reads soon when it is told to, spread over 0.3 s', async () => {
    const { chain, clock } = chainOf({ random: () => 0.9 });
    chain.setPlaces([placeOf('a')]);
    await settled();
    chain.reschedule({ readSoon: true });
    assert.deepEqual(clock.delays, [270]);
  });

  it('does nothing once it is disposed', async () => {
    const { chain, clock, reads } = chainOf();
    chain.setPlaces([placeOf('a')]);
    await settled();
    chain.dispose();
    chain.reschedule({ readSoon: true });
    chain.setPlaces([placeOf('b')]);
    await chain.readNow(true);
    await clock.advance(1000 * second);
    assert.deepEqual([reads.length, clock.delays], [1, []]);
  });

  it('does nothing more when it is disposed during a read that somebody else waits for', async () => {
    const { chain, clock, reads } = chainOf({ hold: true });
    chain.setPlaces([placeOf('a')]);
    const trailing = chain.readNow(true);
    chain.dispose();
    reads[0]?.end();
    await trailing;
    await clock.advance(1000 * second);
    assert.deepEqual([reads.length, clock.delays], [1, []]);
  });
});
