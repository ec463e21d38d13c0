import assert from 'node:assert/strict';
import { commands } from '../../../src/ui/contributions';
import {
  listedDetailRows,
  listingChildren,
  listingRow,
  rowsBetween,
  type ListingContext,
  type ListingRow,
} from '../../../src/present/lockListing';
import {
  listingConfirm,
  listingProgressText,
  listingResult,
} from '../../../src/present/lockListingCost';
import { listedLockJson, listingJson, listingMarkdown } from '../../../src/present/lockListingCopy';
import type { ListedLock } from '../../../src/core/lockListing';
import { emptyLockInfo } from '../../../src/core/lockInfo';
import {
  bucketSource,
  listedOf,
  listingOf,
  openOf,
  tableSource,
  turn,
} from '../../support/lockLists';
import { allReasons, hostileTexts, now, secret } from '../../support/samples';
import { only } from '../../support/fakes';
import { manifest } from '../manifestFile';
import { rendered } from './renderedMarkdown';

const network = listedOf('bucket/network.tfstate');
const context = (more: Partial<ListingContext> = {}): ListingContext => ({
  now,
  inWorkspace: () => false,
  isMine: () => false,
  staleAfterMs: () => 60 * 60_000,
  ...more,
});
const cancelled = { kind: 'partial', error: { reason: 'cancelled' } } as const;
const denied = {
  kind: 'partial',
  error: { reason: 'denied', action: 'dynamodb:Scan', resource: 'arn:aws:dynamodb:x' },
} as const;
const rowOf = (lock: ListedLock, more: Partial<ListingContext> = {}): ListingRow =>
  only(listingChildren(openOf([lock]), context(more)));

describe('the branch of a list', () => {
  for (const [what, open, expected] of [
    ['a complete list', openOf([network]), '1 lock, 0s ago'],
    ['an empty one', openOf([]), '0 locks, 0s ago'],
    ['a cancelled one', openOf([network], { end: cancelled }), 'partial: 1 lock so far, 0s ago'],
    [
      'a filtered one',
      { ...openOf([network]), filter: 'bob', shown: [] },
      '0 of 1 lock match "bob", 0s ago',
    ],
  ] as const) {
    it(`says of ${what}: ${expected}`, () => {
      const row = listingRow(open, now);
      assert.equal(row.description, expected);
      assert.equal(row.label, 'All locks of tf-locks');
      assert.match(row.accessibleLabel, /^All locks of tf-locks: /);
    });
  }

  it('says first that a list is not complete, and why', () => {
    const rows = listingChildren(openOf([network], { end: denied }), context());
    assert.equal(rows.length, 2);
    assert.match(
      rows[0]?.label ?? '',
      /^Not complete, there may be more locks: dynamodb:Scan on arn/,
    );
    assert.equal(rows[0]?.icon?.name, 'warning');
  });

  it('says of an empty complete list that a lock may have come since; of a partial one only that it is partial', () => {
    const [complete] = listingChildren(openOf([]), context());
    assert.match(complete?.label ?? '', /No lock was found/);
    const partial = listingChildren(openOf([], { end: cancelled }), context());
    assert.doesNotMatch(only(partial).label, /No lock/);
  });

  it('groups by 200, each lock in exactly one group', () => {
    const locks = Array.from({ length: 401 }, (_, index) =>
      listedOf(`bucket/${String(index).padStart(4, '0')}`),
    );
    const open = openOf(locks);
    const groups = listingChildren(open, context());
    assert.deepEqual(
      groups.map(({ label }) => label),
      ['1–200', '201–400', '401–401'],
    );
    const rows = groups.flatMap(({ listing }) =>
      listing.kind === 'group' ? rowsBetween(open, listing.from, listing.to, context()) : [],
    );
    assert.deepEqual(
      rows.map(({ label }) => label),
      locks.map(({ path }) => path),
    );
    assert.equal(new Set([...groups, ...rows].map(({ id }) => id)).size, 404);
  });
});

describe('a listed lock', () => {
  it('shows path, holder, operation and age', () => {
    const row = rowOf(network);
    assert.deepEqual(
      [row.label, row.description, row.icon?.name],
      ['bucket/network.tfstate', 'alice@build-07 · apply · 12m', 'lock'],
    );
    assert.match(row.accessibleLabel, /locked, alice@build-07/);
  });

  it('says that it is stale, mine, or of a state in the workspace', () => {
    const stale = rowOf(network, { staleAfterMs: () => 60_000 });
    assert.match(stale.description, / · stale$/);
    const mine = rowOf(network, { isMine: () => true, staleAfterMs: () => 60_000 });
    assert.equal(mine.description, 'locked by you · 12m');
    assert.match(rowOf(network, { inWorkspace: () => true }).description, / · in this workspace$/);
  });

  it('is held, not free, when its record could not be read', () => {
    const lock: ListedLock = {
      path: 'acme-state/secret',
      info: emptyLockInfo,
      unread: {
        reason: 'denied',
        action: 's3:GetObject',
        resource: 's3://acme-state/secret.tflock',
      },
    };
    const open = openOf([lock], { source: bucketSource });
    const row = only(listingChildren(open, context()));
    assert.equal(row.description, 'held, details not read: access denied');
    const details = listedDetailRows(open, lock, context());
    const record = only(details.filter(({ label }) => label === 'Record'));
    assert.match(record.description, /s3:GetObject on s3:\/\/acme-state\/secret.tflock/);
  });

  it('has details with the whole record, each under an id of its own', () => {
    const rows = listedDetailRows(openOf([network]), network, context({ inWorkspace: () => true }));
    const details = Object.fromEntries(rows.map(({ label, description }) => [label, description]));
    assert.deepEqual(details, {
      ID: 'a7d40559-1145-efc8-e155-9d1a71046434',
      Who: 'alice@build-07',
      Operation: 'OperationTypeApply',
      Version: '1.11.4',
      Created: '2026-03-01T11:48:00Z (12m)',
      Info: '(empty)',
      Table: 'tf-locks',
      State: 'is in this workspace',
    });
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
  });

  it('offers exactly what can be done with it', () => {
    const offered = ({ contextValue }: ListingRow): string[] =>
      [
        ...new Set(
          (manifest.contributes.menus['view/item/context'] ?? [])
            .filter(({ when }) =>
              new RegExp(/=~ \/(.*)\/$/.exec(when ?? '')?.[1] ?? '(?!)').test(contextValue),
            )
            .map(({ command }) => command),
        ),
      ].sort();
    const copies = [commands.copyLockId, commands.copyLockInfo];
    assert.deepEqual(offered(rowOf(network)), [...copies, commands.forceUnlock].sort());
    const mine = rowOf(network, { isMine: () => true });
    assert.deepEqual(offered(mine), [...copies, commands.release].sort());
    const file = only(listingChildren(openOf([network], { source: bucketSource }), context()));
    assert.deepEqual(offered(file), [...copies].sort());
    const list = [
      commands.refreshList,
      commands.filterList,
      commands.closeList,
      commands.copyListJson,
      commands.copyListMarkdown,
    ];
    assert.deepEqual(offered(listingRow(openOf([network]), now)), list.sort());
    const [note] = listingChildren(openOf([], { end: cancelled }), context());
    assert.ok(note);
    assert.deepEqual(offered(note), []);
  });

  it('shows hostile text as letters, everywhere', () => {
    for (const text of hostileTexts) {
      const lock = listedOf(`bucket/${text}`, { who: text, id: text, operation: text, info: text });
      const open = { ...openOf([lock]), filter: text };
      const rows = [
        listingRow(open, now),
        ...listingChildren(open, context()),
        ...listedDetailRows(open, lock, context()),
      ];
      for (const row of rows) {
        for (const shown of [row.label, row.description, row.tooltip, row.accessibleLabel]) {
          // Line breaks of our own part the lines of a tooltip.
          assert.doesNotMatch(shown, /\$\(|\]\(|[\r\u202e\u200b\u0000]/, text);
        }
        assert.doesNotMatch(row.label, /\n/);
      }
    }
  });
});

describe('what a list costs, before it is made', () => {
  it('is told with an estimate for a table that could be measured', () => {
    const size = { kind: 'known', items: 12_345, bytes: 5_000_000 } as const;
    const { message, detail } = listingConfirm(tableSource, size);
    assert.equal(message, 'List all locks of DynamoDB table tf-locks in eu-west-1?');
    assert.match(detail, /reads every item of the table, the digests of all states included/);
    assert.match(detail, /About 12,345 items, 4\.8 MB: about 1,221 read units\./);
    assert.match(detail, /every six hours/);
    assert.doesNotMatch(detail, /provisioned/);
  });

  it('is not called nothing where DynamoDB has not counted yet', () => {
    const size = { kind: 'known', items: 0, bytes: 0, readUnitsPerSecond: 1 } as const;
    const { detail } = listingConfirm(tableSource, size);
    assert.match(detail, /At the last count this one had none, so what this costs is not known/);
    assert.doesNotMatch(detail, /about 0/i);
  });

  it('warns where the capacity is provisioned', () => {
    const size = { kind: 'known', items: 1, bytes: 409_600, readUnitsPerSecond: 5 } as const;
    assert.match(listingConfirm(tableSource, size).detail, /5 read units a second .* 20 seconds/);
  });

  it('is called unknown where it is, with the reason', () => {
    const error = {
      reason: 'denied',
      action: 'dynamodb:DescribeTable',
      resource: 'arn:x',
    } as const;
    const { detail } = listingConfirm(tableSource, { kind: 'unknown', error });
    assert.match(detail, /is not known\. dynamodb:DescribeTable on arn:x is not allowed/);
    assert.doesNotMatch(detail, /about \d/i);
    const bucket = listingConfirm(bucketSource, { kind: 'unknown' });
    assert.match(bucket.detail, /every object of the bucket .* 1,000 with each request/);
    assert.match(bucket.detail, /is not known beforehand/);
  });

  it('is told while it goes on', () => {
    const text = (waitingMs?: number): string =>
      listingProgressText(tableSource, {
        scanned: 12_000,
        locks: 1,
        ...(waitingMs === undefined ? {} : { waitingMs }),
      });
    assert.equal(text(), '12,000 items read, 1 lock found');
    assert.equal(text(1500), '12,000 items read, 1 lock found; throttled, waiting 1.5 s');
  });

  it('is told afterwards; a partial list is never called anything else', () => {
    const complete = listingResult(listingOf([network], { readUnits: 6.5, scanned: 30 }));
    assert.deepEqual(complete, {
      severity: 'info',
      message: '1 lock in DynamoDB table tf-locks in eu-west-1 (30 items read, 7 read units used).',
    });
    for (const reason of allReasons) {
      const end = { kind: 'partial', error: { reason } } as const;
      const { severity, message } = listingResult(listingOf([], { end }));
      assert.equal(severity, 'warning');
      assert.match(message, /0 locks so far .* Not complete, there may be more locks/);
    }
  });
});

describe('a copied list', () => {
  const hostile = hostileTexts.map((text, index) =>
    listedOf(`bucket/${String(index)}-${text}`, {
      who: text,
      id: text,
      operation: text,
      info: text,
    }),
  );

  it('is a Markdown table in which text from outside stays text', async () => {
    const { tags, links } = rendered(await listingMarkdown(openOf(hostile), now, turn));
    assert.equal(tags.filter((tag) => tag === 'tr').length, hostile.length + 1);
    assert.equal(tags.filter((tag) => tag === 'td').length, hostile.length * 7);
    const own = ['p', 'table', 'thead', 'tbody', 'tr', 'th', 'td'];
    assert.deepEqual(
      tags.filter((tag) => !own.includes(tag.replace('/', ''))),
      [],
    );
    assert.deepEqual(links, []);
  });

  it('says in Markdown what it is a list of, and that it is partial', async () => {
    const text = await listingMarkdown(openOf([network], { end: denied }), now, turn);
    assert.match(text, /^All locks of DynamoDB table tf\\-locks/);
    assert.match(text, /\*\*Not complete\\, there may be more locks\\: dynamodb\\:Scan/);
    assert.match(text, /\| bucket\\\/network\\\.tfstate \| alice\\@build\\-07 \| apply \|/);
  });

  it('is JSON that can be parsed and says itself whether it is complete', async () => {
    const open = { ...openOf(hostile), filter: 'x"y' };
    const parsed = JSON.parse(await listingJson(open, turn)) as {
      complete: boolean;
      filter: string;
      locks: { state: string; Who: string }[];
    };
    assert.deepEqual([parsed.complete, parsed.filter], [true, 'x"y']);
    assert.deepEqual(
      parsed.locks.map(({ state, Who: who }) => [state, who]),
      hostile.map(({ path, info }) => [path, info.who]),
    );
    const partial = JSON.parse(await listingJson(openOf([], { end: cancelled }), turn)) as object;
    assert.deepEqual(partial, {
      source: tableSource.label,
      readAt: '2026-03-01T12:00:00Z',
      complete: false,
      incompleteBecause: 'cancelled',
      locks: [],
    });
  });

  it('holds no secret', async () => {
    const open = openOf([network], { end: denied });
    const texts = [
      await listingJson(open, turn),
      await listingMarkdown(open, now, turn),
      listedLockJson(network),
      JSON.stringify([listingRow(open, now), listingChildren(open, context())]),
      JSON.stringify(listingConfirm(tableSource, { kind: 'unknown' })),
    ];
    for (const text of texts) assert.ok(!text.includes(secret));
  });
});
