import assert from 'node:assert/strict';
import { LockBoard } from '../../../src/core/lockBoard';
import type { LockErrorReason } from '../../../src/core/lockError';
import type { ModuleBackend } from '../../../src/core/resolution';
import type { StateRef } from '../../../src/core/stateRef';
import { FakeClock, failed, free, held, placeOf, recordOf, stateOf } from '../../support/fakes';

const block = {
  type: 's3',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
} as const;

function moduleOf(dir: string, state: StateRef): ModuleBackend {
  return { dir, file: `${dir}/main.tf`, block, resolution: { kind: 'state', state } };
}

function unresolvedOf(dir: string, reason: LockErrorReason): ModuleBackend {
  const resolution = { kind: 'unresolved', error: { reason } } as const;
  return { dir, file: `${dir}/main.tf`, block, resolution };
}

function boardOf(clock = new FakeClock()) {
  const errors: unknown[] = [];
  const board = new LockBoard(
    clock,
    { freshForMs: 40_000, staleAfterMs: () => 3_600_000, isMine: () => false },
    (error) => errors.push(error),
  );
  let changes = 0;
  board.onDidChange(() => (changes += 1));
  return { board, clock, errors, changes: () => changes };
}

describe('the board', () => {
  it('shows one state for all directories that use it', () => {
    const { board } = boardOf();
    board.setModules([moduleOf('x', stateOf('a')), moduleOf('y', stateOf('a'))]);
    const [view, ...more] = board.views();
    assert.deepEqual(more, []);
    assert.deepEqual(
      view?.modules.map(({ dir }) => dir),
      ['x', 'y'],
    );
    assert.equal(board.viewOfDir('y')?.id, 'a');
    assert.equal(board.viewOfDir('z'), undefined);
  });

  it('asks each place once, however many states share it', () => {
    const { board } = boardOf();
    const shared = placeOf('shared');
    board.setModules([
      moduleOf('x', stateOf('a', [shared])),
      moduleOf('y', stateOf('b', [shared, placeOf('other')])),
    ]);
    assert.deepEqual(
      board.places().map(({ id }) => id),
      ['shared', 'other'],
    );
  });

  it('orders states by their key, whatever the order of the modules', () => {
    const { board } = boardOf();
    board.setModules(['c', 'a', 'b'].map((name) => moduleOf(name, stateOf(name))));
    assert.deepEqual(
      board.views().map(({ id }) => id),
      ['a', 'b', 'c'],
    );
  });

  it('shows a block that cannot be resolved as unknown, with why, one for each directory', () => {
    const { board } = boardOf();
    board.setModules([unresolvedOf('x', 'unresolved'), unresolvedOf('y', 'unsupported')]);
    assert.deepEqual(
      board.views().map(({ status, state }) => [status, state]),
      [
        [{ kind: 'unknown', error: { reason: 'unresolved' } }, undefined],
        [{ kind: 'unknown', error: { reason: 'unsupported' } }, undefined],
      ],
    );
  });

  it('keeps readings of places that stay, and forgets those of places that went', () => {
    const { board, clock } = boardOf();
    const state = stateOf('a');
    board.setModules([moduleOf('x', state)]);
    board.record(state.places.map((place) => ({ place, reading: free(clock.now()) })));
    board.setModules([moduleOf('y', state), moduleOf('z', stateOf('b'))]);
    assert.equal(board.view('a')?.status.kind, 'free');
    board.setModules([]);
    board.setModules([moduleOf('x', state)]);
    assert.equal(board.view('a')?.status.kind, 'unknown');
  });

  it('believes new readings at once after the clock was set back', () => {
    const { board, clock } = boardOf();
    const place = placeOf('a');
    board.setModules([moduleOf('x', stateOf('a', [place]))]);
    board.record([{ place, reading: free(clock.now()) }]);
    clock.set(clock.now() - 3_600_000);
    assert.equal(board.view('a')?.status.kind, 'unknown');
    board.record([{ place, reading: held(clock.now(), recordOf({ created: '' })) }]);
    assert.equal(board.view('a')?.status.kind, 'held');
  });

  it('does not go on showing "free" when the clock was set back a little and a lock was read since', () => {
    const { board, clock } = boardOf();
    const place = placeOf('a');
    board.setModules([moduleOf('x', stateOf('a', [place]))]);
    board.record([{ place, reading: free(clock.now()) }]);
    board.record([{ place, reading: held(clock.now() - 1) }]);
    assert.equal(board.view('a')?.status.kind, 'held');
  });
});

describe('when the present lock was first seen', () => {
  const place = placeOf('a');
  const since = (...steps: readonly ((at: number) => Parameters<LockBoard['record']>[0])[]) => {
    const { board, clock } = boardOf();
    const start = clock.now();
    board.setModules([moduleOf('x', stateOf('a', [place]))]);
    for (const step of steps) {
      board.record(step(clock.now()));
      clock.set(clock.now() + 1000);
    }
    const at = board.view('a')?.unchangedSince;
    return at === undefined ? undefined : at - start;
  };
  const lock = (at: number) => [{ place, reading: held(at) }];
  const other = (at: number) => [{ place, reading: held(at, recordOf({ id: 'other' })) }];
  const none = (at: number) => [{ place, reading: free(at) }];
  const error = (at: number) => [{ place, reading: failed(at) }];

  it('is not told before anything was read', () => assert.equal(since(), undefined));
  it('is not told of a free state', () => assert.equal(since(none), undefined));
  it('stays while the record stays', () => assert.equal(since(none, lock, lock, lock), 1000));
  it('stays over failed reads', () => assert.equal(since(lock, error, error, lock), 0));
  it('starts anew with another record', () => assert.equal(since(lock, lock, other, other), 2000));
  it('starts anew after the lock was gone', () => assert.equal(since(lock, none, lock), 2000));
  it('starts anew when the same lock comes back after another', () =>
    assert.equal(since(lock, other, lock), 2000));
  it('is forgotten when the lock goes', () => assert.equal(since(lock, none), undefined));
});

describe('telling that the board has changed', () => {
  it('happens for modules, readings and rules', () => {
    const { board, clock, changes } = boardOf();
    board.setModules([moduleOf('x', stateOf('a'))]);
    board.record([{ place: placeOf('a'), reading: free(clock.now()) }]);
    board.refreshRules();
    assert.equal(changes(), 3);
  });

  it('happens regularly while there is something to show, because ages grow', async () => {
    const { board, clock, changes } = boardOf();
    board.setModules([moduleOf('x', stateOf('a'))]);
    await clock.advance(60_000);
    assert.equal(changes(), 1 + 4);
    assert.equal(clock.delays.length, 1);
  });

  it('needs no timer while there is nothing to show', async () => {
    const { board, clock, changes } = boardOf();
    board.setModules([moduleOf('x', stateOf('a'))]);
    board.setModules([]);
    assert.deepEqual(clock.delays, []);
    await clock.advance(60_000);
    assert.equal(changes(), 2);
  });

  it('does not happen any more once the board is disposed', async () => {
    const { board, clock, changes } = boardOf();
    board.setModules([moduleOf('x', stateOf('a'))]);
    board.dispose();
    await clock.advance(60_000);
    board.record([{ place: placeOf('a'), reading: free(clock.now()) }]);
    board.setModules([moduleOf('x', stateOf('a'))]);
    assert.equal(changes(), 1);
    assert.deepEqual(clock.delays, []);
  });

  it('reaches the other listeners though one throws', () => {
    const { board, errors, changes } = boardOf();
    board.onDidChange(() => {
      throw new Error('a listener of somebody else');
    });
    let last = 0;
    board.onDidChange(() => (last += 1));
    board.refreshRules();
    assert.deepEqual([changes(), last, errors.length], [1, 1, 1]);
  });
});
