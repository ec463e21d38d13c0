import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LockStatus } from '../../../src/core/lockStatus';
import { stateStatusBar } from '../../../src/present/statusBarView';
import {
  allReasons,
  freeStatus,
  hostileTexts,
  locked,
  now,
  sampleLock,
  sampleState,
  statusesWith,
  unknown,
  unreadableLock,
  unresolvedView,
  viewOf,
} from '../../support/samples';
import { hostileText } from './hostileText';

const bar = (status: LockStatus): ReturnType<typeof stateStatusBar> =>
  stateStatusBar(viewOf(status), now);
const title = 'Terraform state network.tfstate';

/** Status, text in the bar, what a screen reader says. */
const kinds: readonly [string, LockStatus, string, string][] = [
  ['free', freeStatus, '$(unlock) State free', 'the lock is free'],
  [
    'held',
    locked('held'),
    '$(lock) alice@build-07 · apply · 12m',
    'locked by alice@build-07 for 12 minutes, operation apply, not you',
  ],
  ['mine', locked('mine'), '$(key) Locked by you · 12m', 'you have held the lock for 12 minutes'],
  [
    'stale',
    locked('stale'),
    '$(warning) alice@build-07 · apply · 12m · stale',
    'locked by alice@build-07 for 12 minutes, operation apply, not you, longer than usual for this operation',
  ],
  [
    'not lockable',
    { kind: 'notLockable' },
    '$(circle-slash) No state locking',
    'no locking is configured',
  ],
  [
    'being checked',
    unknown({ reason: 'notReady' }),
    '$(sync~spin) Checking lock',
    'the lock is being checked',
  ],
  [
    'unknown',
    unknown(),
    '$(question) Lock unknown: not reachable',
    'the lock is unknown, not reachable',
  ],
  [
    'unknown and was free',
    unknown({ reason: 'signedOut' }, freeStatus),
    '$(question) Lock unknown: signed out (was free 5s ago)',
    'the lock is unknown, signed out; it was free 5 seconds ago',
  ],
  [
    'unknown and was held',
    unknown({ reason: 'timeout' }, locked('held')),
    '$(question) Lock unknown: no answer (was locked 5s ago: alice@build-07 · apply · 12m)',
    'the lock is unknown, no answer; it was locked by alice@build-07 5 seconds ago',
  ],
  [
    'unknown and was mine',
    unknown({ reason: 'stale' }, locked('mine')),
    '$(question) Lock unknown: not checked recently (was locked by you 5s ago)',
    'the lock is unknown, not checked recently; it was locked by you 5 seconds ago',
  ],
];

describe('the status bar item of one state', () => {
  for (const [name, status, text, sentence] of kinds) {
    it(`that is ${name}`, () => {
      const view = bar(status);
      assert.equal(view.text, text);
      assert.equal(view.accessibleLabel, `${title}: ${sentence}`);
      assert.ok(view.tooltip.startsWith(`${title}\n`));
      assert.doesNotMatch(view.tooltip, /\n$|\n\n|: ?(?:\n|$)|undefined/);
      assert.equal(view.severity, status.kind === 'stale' ? 'warning' : 'normal');
    });
  }

  it('says each thing in words and by an icon, never by colour alone', () => {
    const texts = kinds.map(([, status]) => bar(status).text);
    assert.equal(new Set(texts).size, texts.length);
    for (const text of texts) {
      assert.match(text, /^\$\([a-z~-]+\) \S/);
    }
  });

  it('leaves out what the record does not say', () => {
    const view = bar(locked('held', unreadableLock('missing', '')));
    assert.equal(view.text, '$(lock) unknown holder · age unknown');
    assert.equal(
      view.accessibleLabel,
      `${title}: locked by unknown holder for an unknown time, not you`,
    );
    assert.equal(view.tooltip, `${title}\nLocked by unknown holder for an unknown time.`);
    assert.equal(
      bar(locked('mine', sampleLock({ info: '' }))).tooltip,
      `${title}\nYou hold the lock.`,
    );
  });

  it('tells cause and next step of every unknown status, and never looks free', () => {
    for (const reason of allReasons.filter((each) => each !== 'notReady')) {
      for (const last of [undefined, freeStatus, locked('held'), locked('mine')]) {
        const view = bar(unknown({ reason }, last));
        assert.match(view.text, /^\$\(question\) Lock unknown: /);
        assert.match(view.accessibleLabel, /the lock is unknown, /);
        assert.equal(view.text.includes('5s ago'), last !== undefined);
        assert.equal(view.tooltip.split('\n').length, 3);
      }
    }
  });

  it('names the directory of a block that cannot be resolved', () => {
    const view = stateStatusBar(unresolvedView('file:///w/my%20infra'), now);
    assert.equal(view.text, '$(question) Lock unknown: not resolved');
    assert.ok(view.accessibleLabel.startsWith('Terraform state my infra: '));
    assert.ok(view.tooltip.includes('key = var.key'));
  });
});

describe('a record in the status bar', () => {
  const icons = (text: string): string[] => text.match(/\$\([a-z0-9-]+(?:~[a-z]+)?\)/gi) ?? [];

  it('brings no icon, no link and no second line with it', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.constantFrom(...hostileTexts)), (text) => {
        const info = { who: text, operation: text, info: text, created: text };
        for (const status of statusesWith(sampleLock(info))) {
          const view = stateStatusBar(viewOf(status, sampleState(text)), now);
          assert.equal(icons(view.text).length, 1);
          assert.deepEqual(icons(view.accessibleLabel), []);
          for (const shown of [view.text, view.accessibleLabel]) {
            assert.doesNotMatch(shown, /[\n\r\u202e\u200b]/);
            assert.doesNotMatch(shown, /\]\(/);
          }
          assert.ok(Array.from(view.text).length < 140, view.text);
          assert.ok(view.tooltip.split('\n').length <= 3);
          assert.equal(view.text.includes('$(unlock)'), status.kind === 'free');
        }
      }),
      { numRuns: 300 },
    );
  });
});
