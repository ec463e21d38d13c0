import assert from 'node:assert/strict';
import { LocalLister } from '../../../../src/backends/localLister';
import { backends } from '../../../../src/backends/registry';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import type { ListingPage, LockSource } from '../../../../src/core/lockListing';
import { runListing, type LockListing } from '../../../../src/core/lockListingRun';
import {
  accessTo,
  asked,
  awsStateOf,
  gatewayOf,
  hostOf,
  noSignal,
} from '../../../support/awsBlocks';
import { TestDynamoDb, type RawItem } from '../../../support/awsDynalite';
import {
  always,
  denied,
  emptyObject,
  serviceError,
  tableArn,
  throttled,
  times,
  type Fault,
} from '../../../support/awsFaults';
import { infoOf, only } from '../../../support/fakes';
import { turn } from '../../../support/lockLists';
import { systemClock } from '../../../../src/ui/systemPorts';

const raw = encodeLockInfo(infoOf());
const digest = { Digest: { S: '0'.repeat(32) } };

/** Of a table that is charged on demand. */
const describedTable: Fault = {
  kind: 'answer',
  status: 200,
  body: JSON.stringify({
    Table: {
      TableName: 'locks',
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
      ItemCount: 12_345,
      TableSizeBytes: 5_000_000,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    },
  }),
};

describe('listing the locks of a DynamoDB table', () => {
  let db: TestDynamoDb;
  const lister = new LocalLister(backends, hostOf());
  const sourcesOf = (table: string, key = 'a'): Promise<readonly LockSource[]> =>
    lister.listSources([awsStateOf(accessTo(db.endpoint), key, table)]);
  const tableOf = async (table: string): Promise<LockSource> =>
    only((await sourcesOf(table)).filter(({ kind }) => kind === 'table'));
  const list = async (table: string, signal = noSignal): Promise<LockListing> =>
    runListing(
      await tableOf(table),
      {
        lister,
        clock: systemClock,
        random: () => 0,
        options: asked,
        turn,
        onProgress: () => undefined,
      },
      signal,
    );
  const page = async (table: string): Promise<ListingPage> =>
    lister.listPage(await tableOf(table), undefined, asked, noSignal);
  const errorOf = async (table: string) => {
    const answer = await page(table);
    assert.equal(answer.kind, 'failed');
    return answer.error;
  };

  before(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('locks');
    const items: Readonly<Record<string, RawItem>> = {
      'bucket/held': { Info: { S: raw } },
      'bucket/held-md5': digest,
      'bucket/free-md5': digest,
      'bucket/no-info': {},
      'bucket/other-tool': { Owner: { S: 'x' } },
      'bucket/number': { Info: { N: '7' } },
      'bucket/both-md5': { Info: { S: raw }, ...digest },
      'bucket/digest-elsewhere': digest,
      'no-slash': { Info: { S: '' } },
      'bucket/enormous': { Info: { S: 'x'.repeat(390 * 1024) } },
      'bucket/long-reason': { Info: { S: encodeLockInfo(infoOf({ info: 'y'.repeat(5000) })) } },
    };
    for (const [lockId, rest] of Object.entries(items)) {
      await db.put('locks', { LockID: { S: lockId }, ...rest });
    }
  });
  after(() => db.stop());
  beforeEach(() => db.reset());

  it('finds every item that blocks somebody, and no digest', async () => {
    const listing = await list('locks');
    assert.equal(listing.end.kind, 'complete');
    assert.deepEqual(
      listing.locks.map(({ path, problem }) => [path, problem]),
      [
        ['bucket/both-md5', undefined],
        ['bucket/digest-elsewhere', 'missing'],
        ['bucket/enormous', 'tooLarge'],
        ['bucket/held', undefined],
        ['bucket/long-reason', undefined],
        ['bucket/no-info', 'missing'],
        ['bucket/number', 'notText'],
        ['bucket/other-tool', 'missing'],
        ['no-slash', 'empty'],
      ],
    );
    assert.equal(listing.scanned, 11);
    assert.ok(listing.readUnits !== undefined && listing.readUnits > 0);
    console.log(`      ${String(listing.readUnits)} read units`);
  });

  it('agrees item by item with what a single read says', async () => {
    const { locks } = await list('locks');
    const source = await tableOf('locks');
    for (const lock of locks) {
      const { places } = await lister.stateOfListed(source, lock.path);
      const reading = only(await gatewayOf(hostOf()).readMany(places, asked, noSignal));
      assert.ok(reading.ok && reading.record !== undefined, lock.path);
      assert.equal(reading.record.problem, lock.problem);
      assert.equal(reading.record.info.id, lock.info.id);
    }
  });

  it('reads consistently, and only what it needs', async () => {
    await list('locks');
    const { body } = only(db.requests.filter(({ operation }) => operation === 'Scan'));
    assert.equal(body['ConsistentRead'], true);
    assert.equal(body['ProjectionExpression'], 'LockID, #i, #d');
    assert.equal(db.count(), 1);
  });

  it('keeps little of what is enormous, and says that it cut', async () => {
    const { locks } = await list('locks');
    const long = only(locks.filter(({ path }) => path === 'bucket/long-reason'));
    assert.deepEqual([long.info.info.length, long.cut], [1000, true]);
    assert.ok(JSON.stringify(locks).length < 10_000);
  });

  it('goes through 5,000 items page by page', async () => {
    await db.createTable('many');
    const items = Array.from({ length: 5000 }, (_, index): RawItem => {
      const lockId = `bucket/${String(index)}`;
      return index % 2 === 0
        ? { LockID: { S: `${lockId}-md5` }, ...digest }
        : { LockID: { S: lockId }, Info: { S: raw } };
    });
    await db.putMany('many', items);
    const listing = await list('many');
    assert.deepEqual([listing.locks.length, listing.scanned], [2500, 5000]);
    assert.equal(new Set(listing.locks.map(({ path }) => path)).size, 2500);
    assert.equal(db.count('Scan'), 3);
    console.log(
      `      5,000 items: ${String(db.count('Scan'))} requests, ` +
        `${String(listing.readUnits)} read units`,
    );
  }).timeout(60_000);

  it('is partial when cancelled during a page', async () => {
    const controller = new AbortController();
    db.intercept = always({ kind: 'blackHole' });
    db.onArrival = () => setTimeout(() => controller.abort(), 10);
    const { end, locks } = await list('locks', controller.signal);
    assert.deepEqual([end.kind === 'partial' && end.error.reason, locks], ['cancelled', []]);
  });

  it('backs off when throttled, then goes on', async () => {
    // The SDK itself tries a read three times.
    db.intercept = times(4, throttled, ['Scan']);
    const listing = await list('locks');
    assert.deepEqual([listing.end.kind, listing.locks.length], ['complete', 9]);
    assert.equal(db.count('Scan'), 5);
  });

  it('names the refused action and the table', async () => {
    db.intercept = always(denied('dynamodb:Scan', 'locks'));
    const { reason, action, resource } = await errorOf('locks');
    assert.deepEqual([reason, action, resource], ['denied', 'dynamodb:Scan', tableArn('locks')]);
  });

  it('does not take the answer of something else for an empty table', async () => {
    db.intercept = always(emptyObject);
    assert.equal((await errorOf('locks')).reason, 'malformed');
  });

  it('does not take a table of something else for a lock table', async () => {
    await db.createTable('users', 'UserID');
    await db.put('users', { UserID: { S: 'x' } });
    assert.equal((await errorOf('users')).reason, 'wrongSchema');
    const size = await lister.measureSource(await tableOf('users'), asked, noSignal);
    assert.ok(size.kind === 'unknown');
    assert.equal(size.error?.reason, 'wrongSchema');
  });

  it('says that a table does not exist', async () => {
    assert.equal((await errorOf('absent')).reason, 'notFound');
  });

  it('measures the table beforehand, where that is allowed', async () => {
    const source = await tableOf('locks');
    const size = await lister.measureSource(source, asked, noSignal);
    // The embedded table has not been counted yet; one unit is provisioned.
    assert.deepEqual(size, { kind: 'known', items: 0, bytes: 0, readUnitsPerSecond: 1 });
    db.intercept = always(describedTable);
    const counted = await lister.measureSource(source, asked, noSignal);
    assert.deepEqual(counted, { kind: 'known', items: 12_345, bytes: 5_000_000 });
    db.intercept = always(denied('dynamodb:DescribeTable', 'locks'));
    const refused = await lister.measureSource(source, asked, noSignal);
    assert.ok(refused.kind === 'unknown');
    assert.equal(refused.error?.action, 'dynamodb:DescribeTable');
    db.intercept = always(serviceError('InternalServerError', 'no', 500));
    const failed = await lister.measureSource(source, asked, noSignal);
    assert.ok(failed.kind === 'unknown');
  });

  it('offers each table and bucket of the states once, without secrets', async () => {
    const access = accessTo(db.endpoint);
    const states = [
      awsStateOf(access, 'a', 'locks'),
      awsStateOf(access, 'b', 'locks'),
      awsStateOf(access, 'c', 'others'),
    ];
    const sources = await lister.listSources(states);
    assert.deepEqual(
      sources.map(({ kind, name }) => `${kind} ${name}`),
      ['table locks', 'bucket bucket', 'table others'],
    );
    const shown = sources.map((source) => ({ ...source, config: undefined }));
    assert.doesNotMatch(JSON.stringify(shown), /not-a-real-key/);
  });

  describe('the state behind a listed lock', () => {
    for (const [lockId, key] of [
      ['bucket/a/b.tfstate', 'a/b.tfstate'],
      ['bucket//odd', '/odd'],
      ['no-slash', 'no-slash'],
      ['bucket/', 'bucket/'],
    ] as const) {
      it(`of ${lockId} is confirmed by typing ${key}`, async () => {
        const state = await lister.stateOfListed(await tableOf('locks'), lockId);
        assert.deepEqual([state.key, state.path], [key, lockId]);
      });
    }

    it('is at the same place as that of a state in the workspace', async () => {
      const inWorkspace = awsStateOf(accessTo(db.endpoint), 'held', 'locks');
      const listed = await lister.stateOfListed(await tableOf('locks'), 'bucket/held');
      assert.deepEqual(listed.places, inWorkspace.places);
    });

    it('is released only while its record is the one that was read', async () => {
      await db.putLock('locks', 'foreign/state', raw);
      const { places } = await lister.stateOfListed(await tableOf('locks'), 'foreign/state');
      const place = only(places);
      const gateway = gatewayOf(hostOf());
      const reading = only(await gateway.readMany([place], asked, noSignal));
      assert.ok(reading.ok && reading.record !== undefined);
      await db.putLock('locks', 'foreign/state', encodeLockInfo(infoOf({ id: 'another' })));
      const refused = await gateway.release(place, reading.record, asked, noSignal);
      assert.equal(refused.kind, 'changed');
      await db.putLock('locks', 'foreign/state', raw);
      const released = await gateway.release(place, reading.record, asked, noSignal);
      assert.equal(released.kind, 'released');
      assert.equal(await db.get('locks', 'foreign/state'), undefined);
    });
  });
});
