import assert from 'node:assert/strict';
import { allowedActions } from '../../../src/core/allowedActions';
import { locksOf, type LockStatus } from '../../../src/core/lockStatus';
import { emptyReason } from '../../../src/present/emptyView';
import { lockedCount, stateRows, statusWords, type LockRow } from '../../../src/present/locksView';
import {
  allReasons,
  freeStatus,
  hostileTexts,
  locked,
  now,
  sampleLock,
  sampleModule,
  sampleState,
  statusesWith,
  unknown,
  unresolvedView,
  viewOf,
} from '../../support/samples';
import { only } from '../../support/fakes';

const rowOf = (status: LockStatus): LockRow => only(stateRows([viewOf(status)], now));

const table: readonly [LockStatus, description: string, icon: string, sentence: string][] = [
  [freeStatus, 'free', 'unlock', 'the lock is free'],
  [
    locked('held'),
    'alice@build-07 · apply · 12m',
    'lock',
    'locked by alice@build-07 for 12 minutes, operation apply, not you',
  ],
  [locked('mine'), 'locked by you · 12m', 'key', 'you have held the lock for 12 minutes'],
  [
    locked('stale'),
    'alice@build-07 · apply · 12m · stale',
    'warning',
    'locked by alice@build-07 for 12 minutes, operation apply, not you, longer than usual for this operation',
  ],
  [{ kind: 'notLockable' }, 'no locking configured', 'circle-slash', 'no locking is configured'],
  [unknown({ reason: 'notReady' }), 'checking', 'sync~spin', 'the lock is being checked'],
  [
    unknown({ reason: 'denied' }, freeStatus),
    'unknown: access denied · was free 5s ago',
    'question',
    'the lock is unknown, access denied; it was free 5 seconds ago',
  ],
];

describe('the row of a state', () => {
  for (const [status, description, icon, sentence] of table) {
    it(`that is ${description}`, () => {
      const row = rowOf(status);
      assert.equal(row.label, 'network.tfstate');
      assert.equal(row.description, description);
      assert.equal(row.icon?.name, icon);
      assert.equal(row.accessibleLabel, `State network.tfstate: ${sentence}`);
      assert.equal(row.tooltip, `network.tfstate\n${description}`);
      assert.ok(row.expandable);
    });
  }

  it('never calls a status free that is not', () => {
    for (const reason of allReasons) {
      for (const last of [undefined, freeStatus]) {
        const words = statusWords(viewOf(unknown({ reason }, last)), now);
        assert.match(words, /^(?:unknown: |checking$)/);
        assert.notEqual(rowOf(unknown({ reason }, last)).icon?.name, 'unlock');
      }
    }
  });

  it('carries exactly the tokens that its menus ask for', () => {
    for (const status of statusesWith()) {
      const view = viewOf(status);
      const tokens = rowOf(status).contextValue.split(' ');
      const allowed = allowedActions(view);
      assert.deepEqual(tokens.slice(0, 2), ['state', status.kind]);
      assert.equal(tokens.includes('canAcquire'), allowed.acquire);
      assert.equal(tokens.includes('canRelease'), allowed.release);
      assert.equal(tokens.includes('canForceUnlock'), allowed.forceUnlock);
      assert.equal(tokens.includes('hasLock'), locksOf(status).length > 0);
    }
    const unresolved = only(stateRows([unresolvedView()], now));
    assert.equal(unresolved.contextValue, 'state unknown');
  });

  it('lets no record or key add a token, an icon or a link', () => {
    for (const text of hostileTexts) {
      const info = { who: text, operation: text, id: text };
      for (const status of statusesWith(sampleLock(info))) {
        const row = only(stateRows([viewOf(status, sampleState(`k ${text}`))], now));
        assert.match(row.contextValue, /^state [a-zA-Z]+(?: (?:can[A-Za-z]+|hasLock))*$/);
        for (const shown of [row.label, row.description, row.tooltip, row.accessibleLabel]) {
          assert.doesNotMatch(shown, /\$\([a-z0-9-]+(~[a-z]+)?\)|\]\(|[\u202e\u0000]/i);
        }
      }
    }
  });
});

describe('the rows of several states', () => {
  it('have ids that are stable and unique, also where two buckets hold the same key', () => {
    const views = [
      viewOf(freeStatus, sampleState('a.tfstate', 'one')),
      viewOf(locked('held'), sampleState('a.tfstate', 'two')),
      viewOf(freeStatus, sampleState('b.tfstate', 'two')),
    ];
    const rows = stateRows(views, now);
    assert.equal(new Set(rows.map(({ id }) => id)).size, 3);
    assert.deepEqual(
      rows.map((row) => row.label),
      ['one/a.tfstate', 'two/a.tfstate', 'b.tfstate'],
    );
    const later = stateRows(
      views.map((view) => ({ ...view, status: unknown() })),
      now + 60_000,
    );
    assert.deepEqual(
      later.map(({ id, viewId }) => [id, viewId]),
      rows.map(({ id, viewId }) => [id, viewId]),
    );
  });

  it('tell modules of the same name apart by their directories, never by an internal id', () => {
    const views = [
      unresolvedView('file:///w/prod/my%20net'),
      unresolvedView('file:///w/dev/my%20net'),
    ];
    assert.deepEqual(
      stateRows(views, now).map((row) => row.label),
      ['/w/prod/my net', '/w/dev/my net'],
    );
  });

  it('have one row for a state of several modules', () => {
    const state = sampleState();
    const modules = [
      sampleModule('file:///w/a', state),
      sampleModule('file:///w/b', state),
    ] as const;
    assert.equal(stateRows([viewOf(freeStatus, state, { modules: [...modules] })], now).length, 1);
  });
});

describe('the badge', () => {
  it('counts the states that are known to be locked', () => {
    assert.equal(lockedCount([]), 0);
    assert.equal(lockedCount(statusesWith().map((status) => viewOf(status))), 10);
  });
});

describe('what an empty tree says', () => {
  const fine = { trusted: true, failed: false };
  const signedOut = viewOf(unknown({ reason: 'signedOut' }));

  it('is that the workspace is not trusted, before anything else', () => {
    for (const failed of [true, false]) {
      assert.equal(emptyReason([], { trusted: false, failed }), 'untrusted');
      assert.equal(emptyReason([signedOut], { trusted: false, failed }), 'untrusted');
    }
  });

  it('is not "no backend" where the search failed', () => {
    assert.equal(emptyReason([], { trusted: true, failed: true }), 'error');
    assert.equal(emptyReason([], fine), 'noBackend');
  });

  it('is that there are no credentials, where nothing was ever known', () => {
    const knownOnce = viewOf(unknown({ reason: 'signedOut' }, freeStatus));
    assert.equal(emptyReason([signedOut, signedOut], fine), 'noCredentials');
    assert.equal(emptyReason([signedOut, knownOnce], fine), 'none');
    assert.equal(emptyReason([signedOut, viewOf(freeStatus)], fine), 'none');
    assert.equal(emptyReason([viewOf(unknown({ reason: 'network' }))], fine), 'none');
  });

  it('is nothing where there are rows', () => {
    for (const status of statusesWith()) {
      assert.equal(emptyReason([viewOf(status)], fine), 'none');
    }
  });
});
