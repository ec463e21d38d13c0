import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StateView } from '../../../src/core/lockBoard';
import { allowedActions } from '../../../src/core/allowedActions';
import { locksOf, type LockStatus } from '../../../src/core/lockStatus';
import { hoverMarkdown } from '../../../src/present/hoverView';
import { commands } from '../../../src/ui/contributions';
import {
  freeStatus,
  hostileTexts,
  locked,
  now,
  sampleLock,
  sampleModule,
  sampleState,
  statusesWith,
  unknown,
  unreadableLock,
  unresolvedView,
  viewOf,
} from '../../support/samples';
import { hostileText } from './hostileText';
import { rendered } from './renderedMarkdown';

const hoverOf = (view: StateView): ReturnType<typeof rendered> =>
  rendered(hoverMarkdown(view, commands, now));
const linesOf = (status: LockStatus): string[] => hoverOf(viewOf(status)).text.split('\n');

/** What VS Code runs for a link: it decodes the query as part of the URI, and then once more. */
function commandOf(link: string): [string, unknown] {
  const [, command = '', query = ''] = /^command:([^?]+)\?(.*)$/.exec(link) ?? [];
  return [command, JSON.parse(decodeURIComponent(decodeURIComponent(query)))];
}

function expectedCommands(view: StateView): string[] {
  const allowed = allowedActions(view);
  return [
    ...(allowed.acquire ? [commands.acquire] : []),
    ...(allowed.release ? [commands.release] : []),
    ...(allowed.cleanUp ? [commands.cleanUp] : []),
    ...(allowed.forceUnlock ? [commands.forceUnlock] : []),
    ...(locksOf(view.status).length > 0 ? [commands.copyLockId] : []),
    commands.refresh,
  ];
}

describe('the hover on a backend block', () => {
  it('tells of a lock that somebody else holds', () => {
    const lock = sampleLock({ info: 'moving the network' });
    assert.deepEqual(linesOf(locked('held', lock)), [
      'Terraform state lock: held by someone else',
      'State: network.tfstate',
      'Holder: alice@build-07',
      'Since: 2026-03-01T11:48:00Z (12m)',
      'Operation: apply',
      'Version: 1.11.4',
      'Reason: moving the network',
      'Lock ID: a7d40559-1145-efc8-e155-9d1a71046434',
      'Checked 5s ago',
      'Force Unlock… · Copy Lock ID · Refresh',
      'Bucket: bucket · Workspace: default · Region: eu-west-1 · Lock: DynamoDB table tf-locks in eu-west-1',
    ]);
  });

  it('tells of each other status', () => {
    const table: readonly [LockStatus, string, string][] = [
      [freeStatus, 'free', 'Acquire Lock… · Refresh'],
      [locked('mine'), 'held by you', 'Release Lock · Copy Lock ID · Refresh'],
      [
        locked('stale'),
        'stale, held for longer than usual',
        'Force Unlock… · Copy Lock ID · Refresh',
      ],
      [unknown(), 'unknown just now', 'Acquire Lock… · Refresh'],
      [unknown({ reason: 'notReady' }), 'checking', 'Acquire Lock… · Refresh'],
    ];
    for (const [status, headline, links] of table) {
      const lines = linesOf(status);
      assert.equal(lines[0], `Terraform state lock: ${headline}`);
      assert.equal(lines.at(-2), links);
    }
    const noPlaces = viewOf({ kind: 'notLockable' }, { ...sampleState(), places: [] });
    assert.match(hoverOf(noPlaces).text, /none configured[^]*\nRefresh\nBucket/);
  });

  it('tells of an unknown status its cause, its next step and what was known last', () => {
    const help = 'Sign in with the tool of this store, then refresh.';
    const lines = linesOf(unknown({ reason: 'signedOut', place: 'table', help }, freeStatus));
    assert.ok(lines.includes('There are no valid credentials for table.'));
    assert.ok(lines.includes(help));
    assert.ok(lines.includes('Last known: was free 5s ago'));
    assert.ok(!lines.some((line) => line.startsWith('Checked')));
    assert.match(hoverOf(unresolvedView()).text, /key = var\.key/);
  });

  it('leaves out what a record does not say, and tells why', () => {
    const text = linesOf(locked('held', unreadableLock('notJson', 'nonsense'))).join('\n');
    assert.match(
      text,
      /\nHolder: unknown holder\nSince: not told \(age unknown\)\nThe record is not JSON\./,
    );
  });

  it('lets no long time hide the age', () => {
    const created = `2026-03-01T11:59:59Z (1s)${'x'.repeat(400)}`;
    const since = linesOf(locked('held', sampleLock({ created })))[3];
    assert.match(since ?? '', /^Since: .*… \(age unknown\)$/);
  });

  it('says so where the block does not parse just now', () => {
    const state = sampleState();
    const module = sampleModule('file:///w/a', state);
    const typing = { ...module, block: { ...module.block, parse: 'lastGood' as const } };
    const { text } = hoverOf(viewOf(freeStatus, state, { modules: [typing] }));
    assert.match(text, /does not parse just now/);
  });
});

describe('the links of the hover', () => {
  function check(view: StateView): void {
    const { links, tags } = hoverOf(view);
    assert.deepEqual(
      links.map(commandOf),
      expectedCommands(view).map((command) => [command, [view.id]]),
    );
    const allowed = new Set(['p', '/p', 'strong', '/strong', 'br', 'a', '/a']);
    assert.deepEqual(
      tags.filter((tag) => !allowed.has(tag)),
      [],
    );
    assert.equal(tags.filter((tag) => tag === 'a').length, links.length);
    // Headline, lock, links, and the place where there is one: no text can open a paragraph of its own.
    assert.equal(tags.filter((tag) => tag === 'p').length, view.state === undefined ? 3 : 4);
  }

  for (const text of hostileTexts) {
    it(`are exactly those allowed, with ${JSON.stringify(text.slice(0, 30))} everywhere`, () => {
      const info = {
        who: text,
        operation: text,
        info: text,
        id: text,
        created: text,
        version: text,
      };
      for (const status of statusesWith(sampleLock(info))) check(viewOf(status, sampleState(text)));
      const error = { reason: 'network', place: text, detail: text } as const;
      check(viewOf(unknown(error, locked('held', sampleLock(info))), sampleState(text)));
    });
  }

  it('are exactly those allowed, and name exactly this state, whatever comes from outside', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (one, other) => {
        const info = { who: one, operation: other, info: other, id: one, created: one };
        for (const status of statusesWith(sampleLock(info))) {
          check(viewOf(status, sampleState(other, one)));
        }
        check(unresolvedView(`file:///w/${one}`));
      }),
      { numRuns: 300 },
    );
  });

  it('survive a key with percent signs, which VS Code decodes twice', () => {
    for (const key of ['a%20b', '100%', '%22%5D', '%2525']) {
      check(viewOf(locked('held'), sampleState(key)));
    }
  });
});
