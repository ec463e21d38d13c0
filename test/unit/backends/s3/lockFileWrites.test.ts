import assert from 'node:assert/strict';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import type { LockPlace } from '../../../../src/core/lockPlace';
import { asked, gatewayOf, hostOf, lockFilePlaceOf, noSignal } from '../../../support/awsBlocks';
import { TestS3 } from '../../../support/awsS3';
import { s3Error } from '../../../support/awsS3Faults';
import { infoOf, only } from '../../../support/fakes';

const mine = infoOf({ id: 'mine', who: 'me&you<x>@here', path: 'bucket/é' });
const alice = encodeLockInfo(infoOf());
const isLock = /\.tflock$/;

describe('writing lock files', () => {
  let s3: TestS3;
  let keys = 0;
  const gateway = gatewayOf(hostOf());
  const keyOf = (): string => `key ${String(keys)}.tfstate.tflock`;
  const newPlace = (more = {}): LockPlace =>
    lockFilePlaceOf(s3.endpoint, `key ${String(++keys)}.tfstate`, more);
  const textOf = () => s3.get('bucket', keyOf());
  const acquire = (place = newPlace()) => gateway.acquire(place, mine, asked, noSignal);
  /** Reads what is there, lets the world change it, and releases what was read. */
  const releaseAfter = async (seen: string, change: () => Promise<void>) => {
    const place = newPlace();
    await s3.put('bucket', keyOf(), seen);
    const reading = only(await gateway.readMany([place], asked, noSignal));
    assert.ok(reading.ok && reading.record);
    await change();
    s3.requests.length = 0;
    const outcome = await gateway.release(place, reading.record, asked, noSignal);
    assert.equal(s3.count('DELETE', isLock), 1, 'the delete was not sent exactly once');
    return outcome;
  };

  before(async () => {
    s3 = await TestS3.start('bucket');
    // The store is proven here, so that each test sees its own requests only.
    await acquire();
  });
  after(() => s3.stop());
  beforeEach(() => s3.reset());

  it('takes a free lock with one conditional request, byte for byte as Go encodes it', async () => {
    const outcome = await acquire();
    assert.equal(outcome.kind, 'acquired');
    assert.equal(await textOf(), encodeLockInfo(mine));
    const request = only(s3.requests);
    assert.deepEqual([request.method, request.key], ['PUT', keyOf()]);
    assert.equal(request.headers['if-none-match'], '*');
    assert.equal(request.headers['content-type'], 'application/json');
    assert.ok(request.headers['x-amz-checksum-sha256']);
  });

  it('proves what it took with the ETag that a read gives', async () => {
    const place = newPlace();
    const outcome = await acquire(place);
    const reading = only(await gateway.readMany([place], asked, noSignal));
    assert.ok(outcome.kind === 'acquired' && reading.ok);
    assert.match(outcome.record.guard, /^"[0-9a-f]{32}"$/);
    assert.deepEqual(reading.record, outcome.record);
  });

  const headerTable: readonly (readonly [string, object, Record<string, string | undefined>])[] = [
    ['nothing without encrypt, whatever keys there are', { kms_key_id: 'k', encrypt: false }, {}],
    ['AES256 with encrypt alone', { encrypt: true }, { 'x-amz-server-side-encryption': 'AES256' }],
    [
      'the KMS key',
      { encrypt: true, kms_key_id: 'alias/a' },
      {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'alias/a',
      },
    ],
    [
      "the customer's key and its digest",
      { encrypt: true, sse_customer_key: Buffer.alloc(32, 1).toString('base64') },
      {
        'x-amz-server-side-encryption-customer-algorithm': 'AES256',
        'x-amz-server-side-encryption-customer-key': Buffer.alloc(32, 1).toString('base64'),
        'x-amz-server-side-encryption-customer-key-md5': '4Funlf7OsLF0HL+vKU+fkg==',
      },
    ],
    ['the ACL', { acl: 'bucket-owner-full-control' }, { 'x-amz-acl': 'bucket-owner-full-control' }],
  ];
  const sensitive = /^x-amz-(?:server-side|acl)/;
  for (const [what, attributes, expected] of headerTable) {
    it(`sends ${what}`, async () => {
      await acquire(newPlace(attributes));
      const { headers } = only(
        s3.requests.filter(({ method, key }) => method === 'PUT' && key === keyOf()),
      );
      const sent = Object.entries(headers).filter(([name]) => sensitive.test(name));
      assert.deepEqual(Object.fromEntries(sent), expected);
    });
  }

  it('sends no checksum where the block says so', async () => {
    await acquire(newPlace({ skip_s3_checksum: true }));
    const { headers } = only(
      s3.requests.filter(({ method, key }) => method === 'PUT' && key === keyOf()),
    );
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('x-amz-checksum')),
      [],
    );
  });

  it('shows the holder and changes nothing where there is a lock', async () => {
    const place = newPlace();
    await s3.put('bucket', keyOf(), alice);
    const outcome = await acquire(place);
    assert.ok(outcome.kind === 'held');
    assert.equal(outcome.record?.raw, alice);
    assert.equal(await textOf(), alice);
    assert.deepEqual([s3.count('PUT'), s3.count('GET')], [1, 1]);
  });

  for (const [what, text] of [
    ['an empty file', ''],
    ['a file that is no JSON', 'x'],
    ['an enormous file', 'x'.repeat(300_000)],
  ] as const) {
    it(`takes no lock where there is ${what}`, async () => {
      const place = newPlace();
      await s3.put('bucket', keyOf(), text);
      const outcome = await acquire(place);
      assert.ok(outcome.kind === 'held' && outcome.record?.problem);
      assert.equal(await textOf(), text);
    });

    it(`deletes ${what} that is still as it was shown`, async () => {
      assert.deepEqual(await releaseAfter(text, () => Promise.resolve()), { kind: 'released' });
      assert.equal(await textOf(), undefined);
    });
  }

  it('lets exactly one of ten win', async () => {
    const place = newPlace();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        gateway.acquire(place, { ...mine, id: String(index) }, asked, noSignal),
      ),
    );
    const winner = outcomes.findIndex(({ kind }) => kind === 'acquired');
    assert.equal(outcomes.filter(({ kind }) => kind === 'held').length, 9);
    assert.ok((await textOf())?.startsWith(`{"ID":"${String(winner)}"`));
  });

  it("deletes somebody's lock that is still as it was shown", async () => {
    assert.deepEqual(await releaseAfter(alice, () => Promise.resolve()), { kind: 'released' });
    assert.equal(await textOf(), undefined);
  });

  it('deletes nothing, and shows the new holder, when the lock was replaced', async () => {
    const bob = encodeLockInfo(infoOf({ id: 'b', who: 'bob@laptop' }));
    const outcome = await releaseAfter(alice, () => s3.put('bucket', keyOf(), bob));
    assert.ok(outcome.kind === 'changed');
    assert.equal(outcome.record?.info.who, 'bob@laptop');
    assert.equal(await textOf(), bob);
  });

  it('says that the lock is gone', async () => {
    const outcome = await releaseAfter(alice, () => s3.remove('bucket', keyOf()));
    assert.deepEqual(outcome, { kind: 'gone' });
  });

  const refusals = [
    ['a concurrent write', s3Error(409, 'ConditionalRequestConflict', 'conflict'), 'busy'],
    ['a missing permission', s3Error(403, 'AccessDenied', 'Access Denied'), 'denied'],
    ['a missing bucket', s3Error(404, 'NoSuchBucket', 'no such bucket'), 'notFound'],
    ['a store without conditions', s3Error(501, 'NotImplemented', 'no'), 'unsafeStore'],
    ['a server that is too busy', s3Error(503, 'SlowDown', 'slow down'), 'throttled'],
    ["an error of S3's own", s3Error(500, 'InternalError', 'oops'), 'uncertain'],
    ['a lost answer', { kind: 'lostAnswer' }, 'uncertain'],
    ['a dropped request', { kind: 'dropped' }, 'uncertain'],
    ["another server's success", { kind: 'answer', status: 200, body: 'OK' }, 'uncertain'],
  ] as const;
  for (const [what, fault, reason] of refusals) {
    it(`reports ${what} as "${reason}", after one attempt`, async () => {
      const place = newPlace();
      s3.intercept = ({ method }) => (method === 'GET' ? undefined : fault);
      const taken = await acquire(place);
      assert.ok(taken.kind === 'failed');
      assert.equal(taken.error.reason, reason);
      assert.equal(s3.count('PUT'), 1);
      const shown = { info: infoOf(), raw: alice, guard: '"0"' };
      const released = await gateway.release(place, shown, asked, noSignal);
      assert.ok(released.kind === 'failed', released.kind);
      assert.equal(released.error.reason, reason);
      assert.equal(s3.count('DELETE'), 1);
    });
  }
});
