import assert from 'node:assert/strict';
import type { ActionResult } from '../../../src/core/actionResults';
import { LockBoard } from '../../../src/core/lockBoard';
import { LockWaits, type LockWait, type WaitEnd } from '../../../src/core/lockWaits';
import { FakeClock, free, held, placeOf, recordOf, settled, stateOf } from '../../support/fakes';

const second = 1000;
const place = placeOf('wanted');
const state = stateOf('wanted', [place]);
const block = {
  type: 's3',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
} as const;
const wait: LockWait = { viewId: state.id, title: state.key, then: 'acquire', reason: 'mine next' };
const done: ActionResult = { kind: 'done', lockId: 'new' };

/** A state that somebody holds, and a wait's surroundings. */
function waiting(
  options: { readonly stored?: readonly LockWait[]; readonly known?: boolean } = {},
) {
  const clock = new FakeClock();
  const board = new LockBoard(clock, {
    freshForMs: 1e9,
    staleAfterMs: () => 1e9,
    isMine: () => false,
  });
  const find = (): void => {
    board.setModules([{ dir: 'dir', file: 'file', block, resolution: { kind: 'state', state } }]);
  };
  if (options.known !== false) find();
  const store = { free: false };
  const looks: number[] = [];
  const acquires: { readonly reason: string; readonly until?: string }[] = [];
  const results: ActionResult[] = [];
  let saved: readonly LockWait[] = options.stored ?? [];
  const waits = new LockWaits({
    clock,
    board,
    poller: {
      refresh: () => {
        looks.push(clock.now());
        const reading = store.free ? free(clock.now()) : held(clock.now(), recordOf());
        board.record([{ place, reading }]);
        return Promise.resolve();
      },
    },
    service: {
      acquire: (_state, reason, _signal, limit) => {
        acquires.push({ reason, ...limit });
        return Promise.resolve(results.shift() ?? done);
      },
    },
    store: {
      load: () => saved,
      save: (all) => {
        saved = all;
      },
    },
    untilOf: (limitMs) => `in ${String(limitMs)}`,
  });
  const ends: WaitEnd[] = [];
  waits.onDidEnd((end) => ends.push(end));
  return { clock, board, find, store, looks, acquires, results, waits, ends, saved: () => saved };
}

describe('waiting for a lock', () => {
  it('looks after 0, 1, 2, 4, 8, 16 and 16 seconds, as Terraform does', async () => {
    const { clock, looks, waits } = waiting();
    const start = clock.now();
    waits.start(wait);
    await clock.advance(48 * second);
    assert.deepEqual(
      looks.map((at) => (at - start) / second),
      [0, 1, 3, 7, 15, 31, 47],
    );
  });

  it('takes the lock once it is free, with the reason and the time limit that were agreed to', async () => {
    const { clock, store, acquires, waits, ends, saved } = waiting();
    waits.start({ ...wait, limitMs: 5000 });
    await clock.advance(4 * second);
    assert.deepEqual(acquires, []);
    store.free = true;
    await clock.advance(20 * second);
    assert.deepEqual(acquires, [{ reason: 'mine next', until: 'in 5000' }]);
    assert.deepEqual(
      ends.map((end) => (end.kind === 'acted' ? end.result : end.kind)),
      [done],
    );
    assert.deepEqual([waits.list(), saved()], [[], []]);
  });

  it('goes on where somebody was quicker or the network failed, and ends at a refusal that stays', async () => {
    const { clock, store, results, acquires, waits, ends } = waiting();
    store.free = true;
    results.push(
      { kind: 'held' },
      { kind: 'failed', error: { reason: 'network' } },
      { kind: 'failed', error: { reason: 'denied' } },
    );
    waits.start(wait);
    await clock.advance(30 * second);
    assert.equal(acquires.length, 3);
    assert.deepEqual(
      ends.map((end) => (end.kind === 'acted' ? end.result.kind : end.kind)),
      ['failed'],
    );
  });

  it('never tries again where an answer was lost: the lock may be taken already', async () => {
    const { clock, store, results, acquires, waits, ends } = waiting();
    store.free = true;
    results.push({ kind: 'failed', error: { reason: 'uncertain' } });
    waits.start(wait);
    await clock.advance(60 * second);
    assert.deepEqual([acquires.length, ends.length], [1, 1]);
  });

  it('only tells that the lock is free where that was asked for', async () => {
    const { clock, store, acquires, waits, ends } = waiting();
    waits.start({ viewId: state.id, title: state.key, then: 'notify' });
    await clock.advance(5 * second);
    store.free = true;
    await clock.advance(20 * second);
    assert.deepEqual([acquires.length, ends.map(({ kind }) => kind)], [0, ['free']]);
  });

  it('acts at once when the board shows the lock free, without waiting for its next look', async () => {
    const { clock, board, store, waits, acquires } = waiting();
    waits.start(wait);
    await clock.advance(40 * second);
    store.free = true;
    board.record([{ place, reading: free(clock.now()) }]);
    await clock.advance(0);
    await settled();
    assert.equal(acquires.length, 1);
  });

  it('can be cancelled, and then takes nothing', async () => {
    const { clock, store, waits, acquires, ends, saved } = waiting();
    waits.start(wait);
    await clock.advance(2 * second);
    waits.cancel(state.id);
    store.free = true;
    await clock.advance(60 * second);
    assert.deepEqual([acquires.length, ends.map(({ kind }) => kind)], [0, ['cancelled']]);
    assert.deepEqual(saved(), []);
  });

  it('survives a reload of the window, also before the workspace is known', async () => {
    const { clock, find, store, waits, acquires } = waiting({ stored: [wait], known: false });
    store.free = true;
    waits.resume();
    await clock.advance(10 * second);
    assert.deepEqual([acquires.length, waits.list().length], [0, 1]);
    find();
    await clock.advance(20 * second);
    assert.equal(acquires.length, 1);
  });

  it('leaves what it waits for to the next window when this one closes', async () => {
    const { clock, waits, looks, saved } = waiting();
    waits.start(wait);
    await clock.advance(second);
    const before = looks.length;
    waits.dispose();
    await clock.advance(60 * second);
    assert.deepEqual([looks.length, saved()], [before, [wait]]);
  });

  it('is one for each state: another takes its place', () => {
    const { waits } = waiting();
    waits.start(wait);
    waits.start({ ...wait, reason: 'another' });
    assert.deepEqual(
      waits.list().map(({ reason }) => reason),
      ['another'],
    );
  });
});
