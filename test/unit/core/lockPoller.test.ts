import assert from 'node:assert/strict';
import { LockBoard } from '../../../src/core/lockBoard';
import { LockPoller, type PollSettings } from '../../../src/core/lockPoller';
import type { LockErrorReason } from '../../../src/core/lockError';
import type { LockPlace } from '../../../src/core/lockPlace';
import {
  FakeClock,
  FakeGateway,
  MemoryLog,
  deferred,
  failed,
  free,
  placeOf,
  settled,
  stateOf,
} from '../../support/fakes';

const second = 1000;
const block = {
  type: 's3',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
} as const;
const usual: PollSettings = {
  intervalMs: 15 * second,
  unfocusedIntervalMs: 60 * second,
  requestTimeoutMs: 10 * second,
};

function pollerOf(settings = usual) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const gateway = new FakeGateway(clock);
  const rules = { freshForMs: 40 * second, staleAfterMs: () => 1e9, isMine: () => false };
  const board = new LockBoard(
    { now: () => clock.now(), after: () => ({ dispose: () => undefined }) },
    rules,
  );
  const poller = new LockPoller({ clock, random: () => 0.5, gateway, board, log }, settings);
  const watch = async (...places: LockPlace[]): Promise<void> => {
    board.setModules(
      places.map((place) => ({
        dir: place.id,
        file: place.id,
        block,
        resolution: { kind: 'state', state: stateOf(place.id, [place]) },
      })),
    );
    poller.syncPlaces();
    await settled();
  };
  const readsOf = (batchKey: string): number =>
    gateway.reads.filter(({ places }) => places[0]?.batchKey === batchKey).length;
  return { clock, log, gateway, board, poller, watch, readsOf };
}

describe('the poller', () => {
  it('reads all places of a batch together, and puts the answers on the board', async () => {
    const { gateway, board, watch } = pollerOf();
    await watch(placeOf('a', '1'), placeOf('b', '1'), placeOf('c', '2'));
    assert.deepEqual(
      gateway.reads.map(({ places }) => places.map(({ id }) => id)),
      [['a', 'b'], ['c']],
    );
    assert.deepEqual(
      board.views().map(({ status }) => status.kind),
      ['free', 'free', 'free'],
    );
  });

  it('has no timer when there is nothing to watch any more', async () => {
    const { clock, watch, gateway } = pollerOf();
    await watch(placeOf('a'));
    await watch();
    await clock.advance(1000 * second);
    assert.deepEqual([clock.delays, gateway.reads.length], [[], 1]);
  });

  it('lets a table that hangs not hold up another', async () => {
    const { clock, gateway, watch, readsOf } = pollerOf();
    const hang = deferred<readonly never[]>();
    gateway.onRead = (places) =>
      places[0]?.batchKey === 'slow'
        ? hang.promise
        : Promise.resolve(places.map(() => free(clock.now())));
    await watch(placeOf('a', 'slow'), placeOf('b', 'quick'));
    await clock.advance(60 * second);
    assert.deepEqual([readsOf('slow'), readsOf('quick')], [1, 5]);
  });

  it('backs off from a table that fails, and from no other', async () => {
    const { clock, gateway, watch, readsOf } = pollerOf();
    gateway.onRead = (places) =>
      Promise.resolve(
        places.map((place) => (place.batchKey === 'bad' ? failed(clock.now()) : free(clock.now()))),
      );
    await watch(placeOf('a', 'bad'), placeOf('b', 'good'));
    await clock.advance(105 * second);
    assert.deepEqual([readsOf('bad'), readsOf('good')], [3, 8]);
  });

  for (const [reason, backsOff] of [
    ['signedOut', false],
    ['untrusted', false],
    ['blocked', false],
    ['denied', false],
    ['throttled', true],
    ['timeout', true],
    ['notFound', true],
    ['internal', true],
  ] as const satisfies readonly (readonly [LockErrorReason, boolean])[]) {
    it(`${backsOff ? 'backs off' : 'goes on at its pace'} after "${reason}"`, async () => {
      const { clock, gateway, watch } = pollerOf();
      gateway.onRead = (places) => Promise.resolve(places.map(() => failed(clock.now(), reason)));
      await watch(placeOf('a'));
      assert.deepEqual(clock.delays, [(backsOff ? 30 : 15) * second]);
    });
  }

  it('goes on when the gateway throws', async () => {
    const { clock, gateway, board, watch } = pollerOf();
    gateway.onRead = () => Promise.reject(new Error('a fault of ours'));
    await watch(placeOf('a'));
    assert.equal(board.view('a')?.status.kind, 'unknown');
    assert.deepEqual(clock.delays, [30 * second]);
  });

  it('reads slower while the window is not focused, and soon after it is again', async () => {
    const { clock, gateway, poller, watch } = pollerOf();
    await watch(placeOf('a'));
    poller.setFocused(false);
    assert.deepEqual(clock.delays, [60 * second]);
    poller.setFocused(true);
    assert.deepEqual(clock.delays, [150]);
    await clock.advance(150);
    assert.deepEqual([gateway.reads.length, clock.delays], [2, [15 * second]]);
  });

  it('is not put off by being told the same focus again', async () => {
    const { clock, poller, watch } = pollerOf();
    await watch(placeOf('a'));
    await clock.advance(10 * second);
    poller.setFocused(true);
    assert.deepEqual(clock.delays, [5 * second]);
  });

  it('pauses while the window is not focused where the setting is 0', async () => {
    const { clock, gateway, poller, watch } = pollerOf({ ...usual, unfocusedIntervalMs: 0 });
    await watch(placeOf('a'));
    poller.setFocused(false);
    await clock.advance(1000 * second);
    assert.deepEqual([gateway.reads.length, clock.delays], [1, []]);
    poller.setFocused(true);
    await clock.advance(second);
    assert.equal(gateway.reads.length, 2);
  });

  it('does not start a timer after a read that ends while it is paused', async () => {
    const { clock, gateway, poller, watch } = pollerOf({ ...usual, unfocusedIntervalMs: 0 });
    const ending = deferred<readonly never[]>();
    gateway.onRead = () => ending.promise;
    await watch(placeOf('a'));
    poller.setFocused(false);
    ending.resolve([]);
    await settled();
    assert.deepEqual(clock.delays, []);
  });

  it('follows a changed interval at once', async () => {
    const { clock, poller, watch } = pollerOf();
    await watch(placeOf('a'));
    poller.applySettings({ ...usual, intervalMs: 5 * second });
    assert.deepEqual(clock.delays, [5 * second]);
  });

  it('calls a reading the truth for two rounds and a slow request', () => {
    const { poller } = pollerOf();
    assert.equal(poller.freshForMs, 40 * second);
    poller.setFocused(false);
    assert.equal(poller.freshForMs, 130 * second);
    poller.applySettings({ ...usual, unfocusedIntervalMs: 0 });
    assert.equal(poller.freshForMs, 40 * second);
  });

  it('refreshes everything, or only what shares a batch with the places it is given', async () => {
    const { gateway, poller, watch, readsOf } = pollerOf();
    const [a, b] = [placeOf('a', '1'), placeOf('b', '2')];
    await watch(a, b);
    await poller.refresh({ userStarted: true, places: [b] });
    assert.deepEqual([readsOf('1'), readsOf('2')], [1, 2]);
    await poller.refresh({ userStarted: true });
    assert.deepEqual([readsOf('1'), readsOf('2')], [2, 3]);
    assert.deepEqual(
      gateway.reads.map(({ userStarted }) => userStarted),
      [false, false, true, true, true],
    );
    await poller.refresh({ userStarted: true, places: [placeOf('c', 'not watched')] });
  });

  it('aborts the read under way, ignores its answer, and does nothing more when it is disposed', async () => {
    const { clock, gateway, board, poller, watch } = pollerOf();
    const ending = deferred<readonly ReturnType<typeof free>[]>();
    let signal: AbortSignal | undefined;
    gateway.onRead = (_places, given) => {
      signal = given;
      return ending.promise;
    };
    await watch(placeOf('a'));
    poller.dispose();
    assert.equal(signal?.aborted, true);
    ending.resolve([free(clock.now())]);
    await clock.advance(1000 * second);
    assert.deepEqual([gateway.reads.length, clock.delays], [1, []]);
    assert.equal(board.view('a')?.status.kind, 'unknown');
    await watch(placeOf('b'));
    await poller.refresh({ userStarted: true });
    await clock.advance(1000 * second);
    assert.deepEqual([gateway.reads.length, clock.delays], [1, []]);
  });

  it('logs each read with how many failed and how long it took', async () => {
    const { log, watch } = pollerOf();
    await watch(placeOf('a'), placeOf('b'));
    assert.deepEqual(log.lines, ['debug Read 2 lock(s) of place a: 0 failed, 0 ms']);
  });
});
