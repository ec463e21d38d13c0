import assert from 'node:assert/strict';
import { LockBoard, type StateView } from '../../../src/core/lockBoard';
import { allowedActions } from '../../../src/core/allowedActions';
import type { LockStatus } from '../../../src/core/lockStatus';
import { FakeClock, placeOf, recordOf, stateOf } from '../../support/fakes';

const shown = { place: placeOf('a'), record: recordOf() };

describe('the actions that are offered', () => {
  const lock = [shown] as const;
  const table: readonly (readonly [string, LockStatus, string])[] = [
    ['free', { kind: 'free', at: 1 }, 'acquire'],
    ['held', { kind: 'held', at: 1, locks: lock }, 'forceUnlock, wait'],
    ['stale', { kind: 'stale', at: 1, locks: lock }, 'forceUnlock, wait'],
    ['mine', { kind: 'mine', at: 1, locks: lock }, 'release'],
    ['unknown', { kind: 'unknown', error: { reason: 'network' } }, 'acquire'],
    [
      'unknown, last mine',
      { kind: 'unknown', error: { reason: 'network' }, last: { kind: 'mine', at: 1, locks: lock } },
      'release',
    ],
    [
      'unknown, last held',
      { kind: 'unknown', error: { reason: 'network' }, last: { kind: 'held', at: 1, locks: lock } },
      'forceUnlock, wait',
    ],
  ];
  const viewOf = (status: LockStatus): StateView => {
    const board = new LockBoard(new FakeClock(), {
      freshForMs: 1,
      staleAfterMs: () => 1,
      isMine: () => false,
    });
    const block = {
      type: 's3',
      range: { start: 0, end: 0 },
      attributes: [],
      parse: 'current',
    } as const;
    const resolution = { kind: 'state', state: stateOf('a', [placeOf('a')]) } as const;
    board.setModules([{ dir: 'd', file: 'f', block, resolution }]);
    const [view] = board.views();
    board.dispose();
    assert.ok(view);
    return { ...view, status };
  };
  for (const [what, status, expected] of table) {
    it(`of a state that is ${what} are: ${expected}`, () => {
      const allowed = Object.entries(allowedActions(viewOf(status)));
      assert.equal(
        allowed
          .filter(([, yes]) => yes)
          .map(([name]) => name)
          .join(', '),
        expected,
      );
    });
  }

  it('are none for a block whose state cannot be told', () => {
    const { id, status, modules } = viewOf({ kind: 'unknown', error: { reason: 'unresolved' } });
    assert.deepEqual(allowedActions({ id, status, modules }), {
      acquire: false,
      release: false,
      forceUnlock: false,
      wait: false,
      cleanUp: false,
    });
  });
});
