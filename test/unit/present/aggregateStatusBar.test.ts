import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LockStatus } from '../../../src/core/lockStatus';
import { aggregateStatusBar } from '../../../src/present/statusBarView';
import { freeStatus, locked, sampleState, unknown, viewOf } from '../../support/samples';

const notLockable: LockStatus = { kind: 'notLockable' };
const checking = unknown({ reason: 'notReady' });
const lost = unknown({ reason: 'network' }, freeStatus);

function barOf(
  ...statuses: readonly LockStatus[]
): NonNullable<ReturnType<typeof aggregateStatusBar>> {
  const view = aggregateStatusBar(
    statuses.map((status, index) => viewOf(status, sampleState(`${String(index)}.tfstate`))),
  );
  assert.ok(view);
  return view;
}

describe('the status bar item of all states', () => {
  const table: readonly [string, LockStatus[], string, string][] = [
    ['all free', [freeStatus, freeStatus], '$(unlock) 2 free', 'states of this workspace: 2 free'],
    ['one, free', [freeStatus], '$(unlock) 1 free', 'state of this workspace: 1 free'],
    [
      'one locked',
      [freeStatus, locked('held')],
      '$(lock) 1 locked · 1 free',
      'states of this workspace: 1 locked, 1 free',
    ],
    [
      'some of each',
      [locked('held'), locked('stale'), locked('mine'), lost, checking, freeStatus, notLockable],
      '$(lock) 1 locked · 1 stale · 1 yours · 1 unknown · 1 checking · 1 free · 1 without locking',
      'states of this workspace: 1 locked, 1 stale, 1 yours, 1 unknown, 1 checking, 1 free, 1 without locking',
    ],
    [
      'one unknown',
      [freeStatus, freeStatus, lost],
      '$(question) 1 unknown · 2 free',
      'states of this workspace: 1 unknown, 2 free',
    ],
    [
      'one not read yet',
      [freeStatus, checking],
      '$(sync~spin) 1 checking · 1 free',
      'states of this workspace: 1 checking, 1 free',
    ],
    [
      'one without locking',
      [freeStatus, notLockable],
      '$(circle-slash) 1 free · 1 without locking',
      'states of this workspace: 1 free, 1 without locking',
    ],
  ];
  for (const [name, statuses, text, sentence] of table) {
    it(name, () => {
      const view = barOf(...statuses);
      assert.equal(view.text, text);
      assert.equal(view.accessibleLabel, `Terraform ${sentence}`);
    });
  }

  it('is hidden where there is no state', () => {
    assert.equal(aggregateStatusBar([]), undefined);
  });

  it('warns only of stale locks', () => {
    assert.equal(barOf(freeStatus, locked('stale')).severity, 'warning');
    assert.equal(barOf(lost, locked('held')).severity, 'normal');
  });

  it('looks free only where every single state is known to be free, and counts each once', () => {
    const each = fc.constantFrom(
      freeStatus,
      freeStatus,
      locked('held'),
      locked('mine'),
      locked('stale'),
      notLockable,
      checking,
      lost,
    );
    fc.assert(
      fc.property(fc.array(each, { minLength: 1, maxLength: 8 }), (statuses) => {
        const view = barOf(...statuses);
        const allFree = statuses.every(({ kind }) => kind === 'free');
        assert.equal(view.text.startsWith('$(unlock)'), allFree);
        const counted = [...view.text.matchAll(/\d+/g)].reduce((sum, [n]) => sum + Number(n), 0);
        assert.equal(counted, statuses.length);
        if (statuses.includes(lost)) assert.match(view.text, /\d unknown/);
      }),
    );
  });
});
