import assert from 'node:assert/strict';
import { LockBoard } from '../../../src/core/lockBoard';
import type { WatchAnswer } from '../../../src/core/lockGateway';
import { LockPoller } from '../../../src/core/lockPoller';
import type { LockPlace } from '../../../src/core/lockPlace';
import {
  FakeClock,
  FakeGateway,
  MemoryLog,
  deferred,
  failed,
  free,
  held,
  only,
  placeOf,
  recordOf,
  settled,
  stateOf,
} from '../../support/fakes';

const second = 1000;
const minute = 60 * second;
const watchable = (name: string): LockPlace => ({ ...placeOf(name), watchable: true });
const block = { type: 'x', range: { start: 0, end: 0 }, attributes: [], parse: 'current' } as const;

/** A board and a poller over one watchable place, with the watches answered by the test. */
function watched() {
  const clock = new FakeClock();
  const gateway = new FakeGateway(clock);
  const answers: {
    readonly answer: (answer: WatchAnswer) => void;
    readonly signal: AbortSignal;
  }[] = [];
  gateway.onWatch = (_places, signal) => {
    const waiting = deferred<WatchAnswer>();
    signal.addEventListener('abort', () => {
      waiting.resolve({ kind: 'broken', error: { reason: 'cancelled' } });
    });
    answers.push({ answer: (answer) => waiting.resolve(answer), signal });
    return waiting.promise;
  };
  const rules = { freshForMs: 40 * second, staleAfterMs: () => 1e9, isMine: () => false };
  const board = new LockBoard(clock, rules);
  const poller = new LockPoller(
    { clock, random: () => 0.5, gateway, board, log: new MemoryLog() },
    { intervalMs: 15 * second, unfocusedIntervalMs: 60 * second, requestTimeoutMs: 10 * second },
  );
  const place = watchable('watched');
  const start = async (): Promise<void> => {
    const state = stateOf('watched', [place]);
    board.setModules([{ dir: 'dir', file: 'file', block, resolution: { kind: 'state', state } }]);
    poller.syncPlaces();
    await settled();
  };
  const status = (): string => only(board.views()).status.kind;
  return { clock, gateway, answers, board, poller, start, status };
}

describe('places that tell of changes by themselves', () => {
  it('are read once, then watched, without a timer of their own', async () => {
    const { clock, gateway, answers, start, status } = watched();
    await start();
    await clock.advance(3 * minute);
    assert.deepEqual([gateway.reads.length, answers.length, status()], [1, 1, 'free']);
  });

  it('count as the truth while the watch runs, and no longer', async () => {
    const { clock, answers, start, status } = watched();
    await start();
    await clock.advance(4 * minute);
    assert.equal(status(), 'free');
    // A watch that answers neither yes nor no for too long proves nothing.
    await clock.advance(minute);
    assert.equal(status(), 'unknown');
    assert.equal(answers.length, 1);
  });

  it('show a change as soon as the watch answers, and are watched again', async () => {
    const { clock, answers, gateway, start, status } = watched();
    await start();
    answers[0]?.answer({ kind: 'readings', readings: [held(clock.now(), recordOf())] });
    await settled();
    assert.deepEqual([status(), answers.length, gateway.reads.length], ['held', 2, 1]);
  });

  it('are read at once when a watch breaks, and are unknown when that fails', async () => {
    const { clock, gateway, answers, start, status } = watched();
    await start();
    gateway.onRead = () => Promise.resolve([failed(clock.now(), 'network')]);
    answers[0]?.answer({ kind: 'broken', error: { reason: 'network' } });
    await settled();
    assert.deepEqual([status(), gateway.reads.length, answers.length], ['unknown', 2, 1]);
    gateway.onRead = () => Promise.resolve([free(clock.now())]);
    await clock.advance(minute);
    assert.deepEqual([status(), answers.length], ['free', 2]);
  });

  it('are polled for ten minutes where watches break three times in a row', async () => {
    const { clock, gateway, answers, start } = watched();
    await start();
    for (const turn of [0, 1, 2]) {
      answers[turn]?.answer({ kind: 'broken', error: { reason: 'network' } });
      await settled();
    }
    assert.equal(answers.length, 3);
    const before = gateway.reads.length;
    await clock.advance(minute);
    assert.equal(gateway.reads.length - before, 4);
    await clock.advance(10 * minute);
    assert.equal(answers.length, 4);
  });

  it('are only polled where the backend cannot watch', async () => {
    const { clock, gateway, answers, start } = watched();
    await start();
    answers[0]?.answer({ kind: 'unsupported' });
    await clock.advance(minute);
    assert.deepEqual([answers.length, gateway.reads.length], [1, 5]);
  });

  it('are read by a refresh, which ends the watch and begins another', async () => {
    const { gateway, answers, poller, start, status } = watched();
    await start();
    await poller.refresh({ userStarted: true });
    await settled();
    assert.equal(answers[0]?.signal.aborted, true);
    assert.deepEqual([answers.length, gateway.reads.length, status()], [2, 2, 'free']);
  });

  it('are not watched while polling is paused', async () => {
    const { clock, answers, poller, start, status } = watched();
    await start();
    poller.applySettings({
      intervalMs: 15 * second,
      unfocusedIntervalMs: 0,
      requestTimeoutMs: 10 * second,
    });
    poller.setFocused(false);
    await settled();
    assert.equal(answers[0]?.signal.aborted, true);
    await clock.advance(minute);
    assert.deepEqual([answers.length, status()], [1, 'unknown']);
  });
});
