import assert from 'node:assert/strict';
import type { LockReading } from '../../../../src/core/lockPlace';
import {
  asked,
  accessTo,
  awsPlaceOf,
  background,
  gatewayOf,
  hostOf,
  noSignal,
} from '../../../support/awsBlocks';
import { TestDynamoDb, type RawItem } from '../../../support/awsDynalite';
import { always, emptyObject, type Fault } from '../../../support/awsFaults';
import { infoOf, only } from '../../../support/fakes';
import { encodeLockInfo } from '../../../../src/core/lockInfo';

const raw = encodeLockInfo(infoOf());

/** What is read of an item, in words. */
function words(reading: LockReading): string {
  if (!reading.ok) return `${reading.error.reason} (${reading.error.detail ?? ''})`;
  if (reading.record === undefined) return 'free';
  const { info, problem } = reading.record;
  return problem === undefined ? `held by ${info.who}` : `held, record ${problem}`;
}

const items: readonly (readonly [string, RawItem | undefined, string])[] = [
  ['no item', undefined, 'free'],
  ['a lock of Terraform', { Info: { S: raw } }, 'held by alice@build-07'],
  ['an item without Info', {}, 'held, record missing'],
  ['an item of another tool', { Owner: { S: 'x' } }, 'held, record missing'],
  ['an empty Info', { Info: { S: '' } }, 'held, record empty'],
  ['an Info that is not JSON', { Info: { S: 'locked' } }, 'held, record notJson'],
  ['an Info that is an array', { Info: { S: '[]' } }, 'held, record notAnObject'],
  ['an enormous Info', { Info: { S: 'x'.repeat(390 * 1024) } }, 'held, record tooLarge'],
  ['a number as Info', { Info: { N: '7' } }, 'held, record notText'],
  ['a map as Info', { Info: { M: { b: { S: '1' }, a: { BOOL: true } } } }, 'held, record notText'],
  ['a binary Info', { Info: { B: 'AAEC' } }, 'held, record notText'],
  ['a null Info', { Info: { NULL: true } }, 'held, record notText'],
  ['extra attributes and a TTL', { Info: { S: raw }, TTL: { N: '1' } }, 'held by alice@build-07'],
  ['a digest where none should be', { Digest: { S: '0'.repeat(32) } }, 'held, record missing'],
];

describe('reading locks from a DynamoDB table', () => {
  let db: TestDynamoDb;
  const read = async (key: string, host = hostOf()): Promise<LockReading> => {
    const place = awsPlaceOf(accessTo(db.endpoint), key);
    return only(await gatewayOf(host).readMany([place], background, noSignal));
  };

  before(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('locks');
  });
  after(() => db.stop());
  beforeEach(() => db.reset());

  for (const [index, [what, item, expected]] of items.entries()) {
    it(`reads ${what} as: ${expected}, alone and in a batch`, async () => {
      const key = `item-${String(index)}`;
      if (item) await db.put('locks', { LockID: { S: `bucket/${key}` }, ...item });
      const alone = await read(key);
      assert.equal(words(alone), expected);
      const places = [key, 'another'].map((name) => awsPlaceOf(accessTo(db.endpoint), name));
      const [inBatch] = await gatewayOf(hostOf()).readMany(places, background, noSignal);
      assert.ok(inBatch?.ok && alone.ok);
      assert.deepEqual(inBatch.record, alone.record);
      assert.deepEqual([db.count('GetItem'), db.count('BatchGetItem')], [1, 1]);
    });
  }

  it('keeps the raw text byte for byte', async () => {
    const text = `{"ID":"1", "Who":"<\\u0026>", "x":"é\\ud83d"}\n `;
    await db.putLock('locks', 'bucket/raw', text);
    const reading = await read('raw');
    assert.ok(reading.ok);
    assert.equal(reading.record?.raw, text);
  });

  it("calls another state's digest at this LockID no lock, but not free either", async () => {
    await db.put('locks', { LockID: { S: 'bucket/k-md5' }, Digest: { S: '0'.repeat(32) } });
    assert.equal(words(await read('k-md5')), 'blocked (bucket/k)');
  });

  it('calls a lock at such a LockID a lock', async () => {
    await db.put('locks', {
      LockID: { S: 'bucket/l-md5' },
      Info: { S: raw },
      Digest: { S: '0'.repeat(32) },
    });
    assert.equal(words(await read('l-md5')), 'held by alice@build-07');
  });

  it('does not take the digest beside a lock for anything', async () => {
    await db.put('locks', { LockID: { S: 'bucket/m-md5' }, Digest: { S: '0'.repeat(32) } });
    assert.equal(words(await read('m')), 'free');
  });

  for (const key of ['a b?#&+=%/é日本', 'a/../b', '/leading//and/trailing/', 'x'.repeat(900)]) {
    it(`finds the lock of the key ${key.slice(0, 30)} byte for byte`, async () => {
      await db.putLock('locks', `bucket/${key}`, raw);
      assert.equal(words(await read(key)), 'held by alice@build-07');
    });
  }

  it('asks for consistent reads, and only for what it needs', async () => {
    const places = ['a', 'b'].map((key) => awsPlaceOf(accessTo(db.endpoint), key));
    await gatewayOf(hostOf()).readMany(places, background, noSignal);
    await read('a');
    const [batch, single] = db.requests.map(({ body }) => body);
    assert.deepEqual(batch, {
      RequestItems: {
        locks: {
          Keys: [{ LockID: { S: 'bucket/a' } }, { LockID: { S: 'bucket/b' } }],
          ConsistentRead: true,
          ProjectionExpression: 'LockID, Info, Digest',
        },
      },
    });
    assert.equal(single?.['ConsistentRead'], true);
  });

  it('never scans or queries, describes or lists', async () => {
    await read('a');
    assert.deepEqual(
      db.requests.map(({ operation }) => operation),
      ['GetItem'],
    );
  });

  it('asks once for places of the same LockID', async () => {
    const place = awsPlaceOf(accessTo(db.endpoint), 'a');
    const twin = { ...place, id: 'twin' };
    const readings = await gatewayOf(hostOf()).readMany([place, twin], background, noSignal);
    assert.deepEqual([readings.map(words), db.count()], [['free', 'free'], 1]);
  });

  it('logs each request with its duration and outcome, and no lock records', async () => {
    const host = hostOf();
    await db.putLock('locks', 'bucket/logged', raw);
    await read('logged', host);
    assert.match(only(host.lines), /^dynamodb:GetItem in eu-west-1: ok, \d+ ms$/);
  });

  it('tells who we are without asking the service', async () => {
    const place = awsPlaceOf(accessTo(db.endpoint), 'a');
    const facts = await gatewayOf(hostOf()).identify(place, asked, noSignal);
    assert.deepEqual(facts, [
      { label: 'Credentials', value: 'keys in the backend block' },
      { label: 'Access key', value: '…0KEY' },
      { label: 'Account', value: 'not told by these credentials' },
    ]);
    assert.equal(db.count(), 0);
  });
});

describe('a server that is not DynamoDB', () => {
  let db: TestDynamoDb;
  before(async () => {
    db = await TestDynamoDb.start();
  });
  after(() => db.stop());
  beforeEach(() => db.reset());

  const json = (value: unknown): Fault => ({
    kind: 'answer',
    status: 200,
    body: JSON.stringify(value),
  });
  const answers: readonly (readonly [string, Fault])[] = [
    ['{}', emptyObject],
    ['nothing', { kind: 'answer', status: 200, body: '' }],
    ['null', json(null)],
    ['a list', json([])],
    ['a web page', { kind: 'answer', status: 200, body: '<html>Log in</html>' }],
    ['a text of JSON', json('hello')],
    ['no responses', json({ Responses: {} })],
    ['unprocessed keys without keys', json({ Responses: {}, UnprocessedKeys: { locks: {} } })],
    [
      'unprocessed keys that are not ours',
      json({ UnprocessedKeys: { locks: { Keys: [{ Other: { S: 'x' } }] } } }),
    ],
    ['items without their key', json({ Responses: { locks: [{ Info: { S: raw } }] } })],
    ['not found', { kind: 'answer', status: 404, body: 'not found' }],
    ['a redirection', { kind: 'answer', status: 302, body: '' }],
    ['a fault without words', { kind: 'answer', status: 500, body: '' }],
    ['an error in XML', { kind: 'answer', status: 400, body: '<Error><Code>X</Code></Error>' }],
  ];
  for (const [what, fault] of answers) {
    it(`never makes a state free by answering ${what}`, async () => {
      db.intercept = always(fault);
      const places = ['a', 'b'].map((key) => awsPlaceOf(accessTo(db.endpoint), key));
      for (const asking of [places, places.slice(0, 1)]) {
        const readings = await gatewayOf(hostOf()).readMany(asking, background, noSignal);
        for (const reading of readings) {
          assert.ok(!reading.ok, JSON.stringify(reading));
          assert.ok(
            ['malformed', 'network', 'throttled'].includes(reading.error.reason),
            reading.error.reason,
          );
        }
      }
    });
  }
});
