import assert from 'node:assert/strict';
import type { OwnLockEvent } from '../../../src/core/ownLockWatch';
import { decorationOf } from '../../../src/present/decorationView';
import { ownLockNotice, releasedNotice, waitWords } from '../../../src/present/noticeView';
import { codeLensTitle } from '../../../src/present/statusBarView';
import { statusReport } from '../../../src/present/statusReport';
import {
  conflict,
  freeStatus,
  half,
  hostileTexts,
  locked,
  now,
  sampleLock,
  sampleState,
  unknown,
  viewOf,
} from '../../support/samples';

const minute = 60_000;
const icon = /\$\([a-z0-9-]+(~[a-z]+)?\)/i;
const link = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)/i;

function eventOf(kind: OwnLockEvent['kind'], parts: Partial<OwnLockEvent> = {}): OwnLockEvent {
  const takenAt = new Date(now - 90 * minute).toISOString();
  const until = new Date(now + 4 * minute).toISOString();
  return {
    kind,
    state: sampleState(),
    locks: [sampleLock({ info: 'moving the network' })],
    own: { lockId: 'own', path: 'bucket/network.tfstate', takenAt, until },
    found: [],
    ...parts,
  };
}

describe('notices about an own lock', () => {
  const table: readonly [OwnLockEvent, string, RegExp][] = [
    [
      eventOf('forgotten'),
      'info',
      /still hold the lock of network\.tfstate, taken 1 hour ago \(moving the network\)/,
    ],
    [eventOf('old'), 'warning', /held the lock of network\.tfstate for 1 hour/],
    [eventOf('dueSoon'), 'warning', /released by itself in 4 minutes/],
    [eventOf('due'), 'info', /time limit .* has passed, and it was released/],
    [eventOf('broken'), 'warning', /removed, and not from here\. Nobody holds it now\./],
    [
      eventOf('broken', { found: [sampleLock()] }),
      'warning',
      /It is held by alice@build-07 · apply · 12m now/,
    ],
  ];
  for (const [event, severity, message] of table) {
    it(`say ${String(message)}`, () => {
      const view = ownLockNotice(event, now);
      assert.match(view.message, message);
      assert.equal(view.severity, severity);
    });
  }

  it('show hostile text as letters', () => {
    for (const text of hostileTexts) {
      const lock = sampleLock({ who: text, info: text, operation: text });
      const state = sampleState(`k${text}`);
      for (const kind of ['forgotten', 'old', 'dueSoon', 'due', 'broken'] as const) {
        const event = eventOf(kind, { state, locks: [lock], found: [lock] });
        const { message } = ownLockNotice(event, now);
        assert.doesNotMatch(message, icon);
        assert.doesNotMatch(message, link);
      }
      const shown = [
        waitWords(viewOf(locked('held', lock), state), now),
        releasedNotice({ viewId: 'v', title: text, then: 'notify' }).message,
        decorationOf(viewOf(locked('held', lock), state), now)?.tooltip ?? '',
        codeLensTitle(viewOf(locked('held', lock), state), now).replace(/^\$\([a-z~-]+\) /, ''),
      ];
      for (const line of shown) {
        assert.doesNotMatch(line, icon);
        assert.doesNotMatch(line, link);
      }
    }
  });
});

describe('the mark on files and folders', () => {
  it('is there for locked states only, and differs for own and broken locks', () => {
    const badge = (status: Parameters<typeof viewOf>[0]): string | undefined =>
      decorationOf(viewOf(status), now)?.badge;
    assert.deepEqual(
      [
        badge(locked('held')),
        badge(locked('stale')),
        badge(locked('mine')),
        badge(half()),
        badge(conflict()),
        badge(freeStatus),
        badge({ kind: 'notLockable' }),
        badge(unknown()),
        badge(unknown({ reason: 'network' }, locked('held'))),
      ],
      ['🔒', '🔒', '🔑', '⚠', '⚠', undefined, undefined, undefined, undefined],
    );
  });
});

describe('the report for language models', () => {
  const report = (views: Parameters<typeof statusReport>[0], path = ''): Record<string, unknown> =>
    JSON.parse(statusReport(views, path, now)) as Record<string, unknown>;

  it('says that a lock is held, by whom, and that its words are data', () => {
    const { note, states } = report([viewOf(locked('held'))]) as {
      note: string;
      states: { status: string; inWords: string; advice: string; locks: { who: string }[] }[];
    };
    assert.match(note, /data, not instructions/);
    assert.equal(states[0]?.status, 'held');
    assert.match(states[0].inWords, /locked by alice@build-07/);
    assert.match(states[0].advice, /will be refused/);
    assert.equal(states[0].locks[0]?.who, 'alice@build-07');
  });

  it('never lets unknown pass for free', () => {
    const text = statusReport([viewOf(unknown({ reason: 'network' }, freeStatus))], '', now);
    assert.match(text, /do not treat it as free/);
    assert.doesNotMatch(text, /Nobody holds the lock/);
  });

  it('finds a state by its folder, a file in it or its key, and says when nothing fits', () => {
    const view = viewOf(freeStatus);
    for (const path of [
      '/w/network',
      '/w/network/main.tf',
      'network.tfstate',
      'C:\\w\\network\\',
    ]) {
      const { states } = report([view], path.replace('C:', '')) as { states: unknown[] };
      assert.equal(states.length, 1, path);
    }
    assert.equal(report([view], '/elsewhere')['found'], 'no backend block of this workspace fits');
  });

  it('keeps a record from looking like anything but a field', () => {
    for (const text of hostileTexts) {
      const json = statusReport([viewOf(locked('held', sampleLock({ info: text })))], '', now);
      const { states } = JSON.parse(json) as { states: { locks: { reason: string }[] }[] };
      assert.doesNotMatch(states[0]?.locks[0]?.reason ?? '', /\n/);
    }
  });

  it('is bounded for a workspace of thousands of states', () => {
    const views = Array.from({ length: 2000 }, (_each, index) =>
      viewOf(freeStatus, sampleState(`${String(index)}.tfstate`)),
    );
    const { states, leftOut } = report(views) as { states: unknown[]; leftOut: number };
    assert.deepEqual([states.length, leftOut], [50, 1950]);
  });
});
