import assert from 'node:assert/strict';
import type { HoldEvent } from '../../../src/core/holdKeeper';
import type { LockPlace } from '../../../src/core/lockPlace';
import type { KnownStatus } from '../../../src/core/lockStatus';
import {
  acquireConfirm,
  cleanUpConfirm,
  forceUnlockConfirm,
} from '../../../src/present/confirmView';
import { detailRows } from '../../../src/present/detailRows';
import { hoverMarkdown } from '../../../src/present/hoverView';
import { stateRows } from '../../../src/present/locksView';
import { holdNotice } from '../../../src/present/noticeView';
import { stateStatusBar } from '../../../src/present/statusBarView';
import { statusSentence } from '../../../src/present/statusSentence';
import { commands } from '../../../src/ui/contributions';
import {
  freeStatus,
  hostileTexts,
  locked,
  now,
  proven,
  sampleLock,
  samplePlace,
  sampleState,
  viewOf,
} from '../../support/samples';
import { rendered } from './renderedMarkdown';

const you = 'me@laptop';
const left = { ...freeStatus, leftovers: [proven(sampleLock(), 'gone')] } as const;

const hoverLines = (status: KnownStatus): string[] =>
  rendered(hoverMarkdown(viewOf(status), commands, now)).text.split('\n');
const details = (status: KnownStatus): Map<string, string> =>
  new Map(detailRows(viewOf(status), now).map((row) => [row.label, row.description]));

describe('what the store knows of a holder', () => {
  it('is shown with the time that is left, counted on from the reading', () => {
    const status = locked('held', proven(sampleLock(), 'alive'));
    const words = 'alive, ends in 25 s unless it is renewed';
    assert.ok(hoverLines(status).includes(`Session: ${words}`));
    assert.ok(hoverLines(status).includes('Node: alice@build-07'));
    assert.equal(details(status).get('Session'), words);
    assert.equal(details(status).get('Node'), 'alice@build-07');
  });

  it('says plainly when it is not known, and nothing where the store has no proof', () => {
    const status = locked('held', proven(sampleLock(), 'unknown'));
    assert.equal(details(status).get('Session'), 'not known to be alive or ended');
    assert.equal(details(locked('held')).has('Session'), false);
  });

  const warnings = [
    ['alive', /^THE HOLDER IS ALIVE: its session proves it\./],
    ['gone', /^The holder is gone: its session has ended\./],
    ['unknown', /^Who: /],
  ] as const;
  for (const [kind, first] of warnings) {
    it(`stands first before a force unlock: ${kind}`, () => {
      const confirm = forceUnlockConfirm(sampleState(), [proven(sampleLock(), kind)], you, now);
      assert.match(confirm.detail, first);
    });
  }
});

describe('what a holder left behind', () => {
  it('is free in every view, and said to be left over', () => {
    const view = viewOf(left);
    assert.equal(stateStatusBar(view, now).text, '$(unlock) State free');
    assert.match(stateStatusBar(view, now).tooltip, /Nobody holds the lock\.\n.*It is no lock/);
    assert.equal(stateRows([view], now)[0]?.description, 'free · left over: alice@build-07');
    assert.match(statusSentence(view, now), /^the lock is free, and an earlier holder left/);
    assert.ok(hoverLines(left).includes('Free, left over: alice@build-07'));
    assert.match(details(left).get('Left over') ?? '', /no lock and keeps nobody out/);
    assert.equal(details(left).get('Left by'), 'alice@build-07');
  });

  it('can be cleaned up from the row and the hover, and only there where something was left', () => {
    const context = (status: KnownStatus): string =>
      stateRows([viewOf(status)], now)[0]?.contextValue ?? '';
    assert.match(context(left), /\bcanCleanUp\b/);
    assert.doesNotMatch(context(freeStatus), /\bcanCleanUp\b/);
    assert.match(hoverLines(left).join('\n'), /Clean Up Left-Over Record…/);
    assert.doesNotMatch(hoverLines(freeStatus).join('\n'), /Clean Up/);
  });

  it('is shown in whole before it is removed', () => {
    const { message, detail } = cleanUpConfirm(sampleState(), left.leftovers, now);
    assert.match(message, /left behind at network\.tfstate\?/);
    assert.match(detail, /Left by: alice@build-07\nOperation: OperationTypeApply/);
    assert.match(detail, /Session: ended: its holder cannot write any more/);
    assert.match(detail, /only if nobody has taken the lock meanwhile/);
  });
});

describe('how long an own lock lasts', () => {
  const table: readonly [string, Partial<LockPlace>, RegExp][] = [
    ['for ever, in a store without leases', {}, /It does not expire\./],
    [
      'as long as its session',
      { lease: { name: 'session', ttlMs: 30_000, endsWithinMs: 60_000, graceMs: 15_000 } },
      /its session ends by itself 30 seconds to 1 minute after the last renewal/,
    ],
    [
      'as long as its lease',
      { lease: { name: 'lease', ttlMs: 30_000, graceMs: 0 } },
      /its lease ends by itself 30 seconds after the last renewal/,
    ],
    [
      'as long as the process that holds it',
      { heldByProcess: true },
      /a process of this window holds it/,
    ],
  ];
  for (const [title, terms, words] of table) {
    it(`is said before it is taken: ${title}`, () => {
      const state = { ...sampleState(), places: [{ ...samplePlace('x'), ...terms }] };
      assert.match(acquireConfirm(state, [], you, '').detail, words);
    });
  }

  const place = {
    ...samplePlace('x'),
    lease: { name: 'session', ttlMs: 30_000, graceMs: 15_000 },
  };
  const event = (kind: HoldEvent['kind'], more: Partial<HoldEvent> = {}): HoldEvent => ({
    kind,
    state: sampleState(),
    lock: sampleLock({}, place),
    ...more,
  });

  it('is told when it may end: what, why, and how long nobody else can have it', () => {
    const notice = holdNotice(
      event('atRisk', { safeUntil: now + 27_400, error: { reason: 'network', place: 'Consul' } }),
      now,
    );
    assert.equal(notice.severity, 'warning');
    assert.match(
      notice.message,
      /^The lock of network\.tfstate may be lost: its session could not be renewed \(.+\)\. Nobody else can have it for another 27 s\. Stop/,
    );
    assert.match(holdNotice(event('atRisk'), now).message, /no answer came in time/);
  });

  it('is told when it has ended, and when all is well again', () => {
    assert.match(
      holdNotice(event('lost'), now).message,
      /^You have lost the lock of network\.tfstate: its session has ended\..*"terraform plan"/,
    );
    assert.match(holdNotice(event('safe'), now).message, /is safe again/);
  });

  it('is told without icons or links, whatever the state is called', () => {
    for (const text of hostileTexts) {
      for (const kind of ['atRisk', 'lost', 'safe'] as const) {
        const { message } = holdNotice(event(kind, { state: sampleState(`k${text}`) }), now);
        assert.doesNotMatch(message, /\$\([a-z0-9-]+(~[a-z]+)?\)/i);
        assert.doesNotMatch(message, /\[[^\]]+\]\((?:https?:\/\/|command:|file:)/i);
      }
    }
  });
});
