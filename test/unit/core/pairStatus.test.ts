import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LockBoard } from '../../../src/core/lockBoard';
import type { LockPlace, LockReading } from '../../../src/core/lockPlace';
import {
  foreignLocksOf,
  ownLocksOf,
  type KnownStatus,
  type LockStatus,
} from '../../../src/core/lockStatus';
import { failed, FakeClock, free, held, placeOf, recordOf, stateOf } from '../../support/fakes';

const file = placeOf('file', 'bucket');
const table = placeOf('table', 'table');
const state = stateOf('a', [file, table]);
const block = {
  type: 's3',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
} as const;
const alice = recordOf({ id: 'alice' });
const bob = recordOf({ id: 'bob', who: 'bob@laptop' });
const mine = recordOf({ id: 'mine', who: 'me@here' });
const secret = {
  ...recordOf(),
  info: { ...recordOf().info, id: '' },
  problem: 'encrypted',
  guard: '"e"',
} as const;

/** A board that is told readings at seconds of its clock. */
function boardOf() {
  const clock = new FakeClock(0);
  const board = new LockBoard(clock, {
    freshForMs: 60_000,
    staleAfterMs: () => 1e12,
    isMine: (lock) => lock.record.info.id === 'mine',
  });
  board.setModules([{ dir: 'd', file: 'f', block, resolution: { kind: 'state', state } }]);
  const at = (second: number, place: LockPlace, reading: (at: number) => LockReading): void => {
    clock.set(second * 1000);
    board.record([{ place, reading: reading(second * 1000) }]);
  };
  const status = (): LockStatus => {
    const view = board.view(state.id);
    assert.ok(view);
    return view.status;
  };
  return { at, status, dispose: () => board.dispose() };
}

const isHeld = (record: typeof alice) => (at: number) => held(at, record);

describe('the status of a pair of locks', () => {
  const oneLook: readonly (readonly [
    string,
    (at: number) => LockReading,
    (at: number) => LockReading,
    LockStatus['kind'],
  ])[] = [
    ['both are free', free, free, 'free'],
    ['both are held under one ID', isHeld(alice), isHeld(alice), 'held'],
    ['both are mine', isHeld(mine), isHeld(mine), 'mine'],
    ['only the file is held', isHeld(alice), free, 'half'],
    ['only the table is held', free, isHeld(alice), 'half'],
    ['only the file is mine', isHeld(mine), free, 'half'],
    ['they are held under two IDs', isHeld(alice), isHeld(bob), 'conflict'],
    ['one is mine and the other is not', isHeld(mine), isHeld(bob), 'conflict'],
    ['one cannot be decrypted', isHeld(secret), isHeld(alice), 'held'],
    ['one is held and the other cannot be read', isHeld(alice), failed, 'unknown'],
    ['one is free and the other cannot be read', free, failed, 'unknown'],
  ];
  for (const [what, ofFile, ofTable, expected] of oneLook) {
    it(`is "${expected}" where ${what}`, () => {
      const { at, status, dispose } = boardOf();
      at(1, file, ofFile);
      at(1, table, ofTable);
      assert.equal(status().kind, expected);
      dispose();
    });
  }

  it('says of a half which places lack it', () => {
    const { at, status, dispose } = boardOf();
    at(1, file, free);
    at(1, table, isHeld(mine));
    const half = status();
    assert.ok(half.kind === 'half');
    assert.deepEqual(half.missing, [file]);
    assert.deepEqual(ownLocksOf(half), half.locks);
    assert.deepEqual(foreignLocksOf(half), []);
    dispose();
  });

  it('keeps the locks of two holders apart', () => {
    const { at, status, dispose } = boardOf();
    at(1, file, isHeld(alice));
    at(1, table, isHeld(bob));
    assert.deepEqual(
      foreignLocksOf(status()).map((locks) => locks.map(({ record }) => record.info.id)),
      [['alice'], ['bob']],
    );
    at(2, file, isHeld(mine));
    at(2, table, isHeld(bob));
    assert.deepEqual(
      [ownLocksOf(status()), foreignLocksOf(status()).flat()].map((locks) =>
        locks.map(({ record }) => record.info.id),
      ),
      [['mine'], ['bob']],
    );
    dispose();
  });

  it('is held in any case where one of two is, though the other is unknown', () => {
    const { at, status, dispose } = boardOf();
    at(1, file, isHeld(alice));
    at(1, table, failed);
    const unknown = status();
    assert.ok(unknown.kind === 'unknown');
    assert.deepEqual(
      unknown.seen?.map(({ record }) => record),
      [alice],
    );
    at(2, file, failed);
    const nothing = status();
    assert.ok(nothing.kind === 'unknown');
    assert.equal(nothing.seen, undefined);
    dispose();
  });

  it('is no half while a run takes its two locks between two readings', () => {
    const { at, status, dispose } = boardOf();
    at(0, file, free);
    at(0, table, free);
    at(7, table, isHeld(alice));
    assert.equal(status().kind, 'held');
    at(15, file, isHeld(alice));
    assert.equal(status().kind, 'held');
    at(30, file, free);
    assert.equal(status().kind, 'held');
    at(37, table, free);
    assert.equal(status().kind, 'free');
    dispose();
  });

  it('is a half once the lock was seen before and after the other was seen free', () => {
    const { at, status, dispose } = boardOf();
    at(0, file, isHeld(alice));
    at(7, table, isHeld(alice));
    at(15, file, free);
    assert.equal(status().kind, 'held');
    at(22, table, isHeld(alice));
    assert.equal(status().kind, 'half');
    dispose();
  });

  it('is no conflict while one run follows another between two readings', () => {
    const { at, status, dispose } = boardOf();
    at(0, file, isHeld(alice));
    at(0, table, isHeld(alice));
    at(7, table, isHeld(bob));
    assert.equal(status().kind, 'held');
    at(15, file, isHeld(bob));
    assert.equal(status().kind, 'held');
    dispose();
  });

  it('is never free while the last answer of any place was another', () => {
    const reading = fc.constantFrom<[string, (at: number) => LockReading]>(
      ['free', free],
      ['held', isHeld(alice)],
      ['held', isHeld(bob)],
      ['failed', failed],
    );
    const step = fc.record({ place: fc.constantFrom(file, table), reading, wait: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { at, status, dispose } = boardOf();
        const last = new Map<string, string>();
        let second = 1;
        for (const {
          place,
          reading: [kind, make],
          wait,
        } of steps) {
          second += wait;
          at(second, place, make);
          last.set(place.id, kind);
          const now = status();
          const bothFree = last.get('file') === 'free' && last.get('table') === 'free';
          if (now.kind === 'free') assert.ok(bothFree);
          const known: KnownStatus['kind'][] = [
            'free',
            'held',
            'mine',
            'stale',
            'half',
            'conflict',
          ];
          if ([...last.values()].includes('failed')) assert.ok(!known.includes(now.kind as never));
        }
        dispose();
      }),
      { numRuns: 300 },
    );
  });
});
