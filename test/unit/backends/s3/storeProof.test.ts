import assert from 'node:assert/strict';
import { isAwsHost } from '../../../../src/backends/s3/storeProof';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import type { LockPlace, LockRecord } from '../../../../src/core/lockPlace';
import { asked, gatewayOf, hostOf, lockFilePlaceOf, noSignal } from '../../../support/awsBlocks';
import { TestS3, type S3Request } from '../../../support/awsS3';
import { s3Error } from '../../../support/awsS3Faults';
import { infoOf, only } from '../../../support/fakes';

const alice = encodeLockInfo(infoOf());
const bob = encodeLockInfo(infoOf({ id: 'b', who: 'bob@laptop' }));
const lockKey = 'a.tfstate.tflock';
const isProbe = ({ key }: S3Request): boolean => key.includes('.state-lock-probe-');
const isLockWrite = ({ method, key }: S3Request): boolean => method !== 'GET' && key === lockKey;

describe('a store that is asked for a lock file', () => {
  let s3: TestS3;
  beforeEach(async () => {
    s3 = await TestS3.start('bucket');
  });
  afterEach(() => s3.stop());
  const place = (): LockPlace => lockFilePlaceOf(s3.endpoint, 'a.tfstate');
  const sent = (): string[] =>
    s3.requests.filter(isProbe).map(({ method, headers }) => {
      const condition = headers['if-none-match'] ?? (headers['if-match'] ? 'match' : '');
      return `${method} ${condition}`.trim();
    });
  const nothingLeft = async (): Promise<void> => {
    for (const key of new Set(s3.requests.filter(isProbe).map((request) => request.key))) {
      assert.equal(await s3.get('bucket', key), undefined, 'a probe was left behind');
    }
  };
  async function shown(gateway = gatewayOf(hostOf())): Promise<LockRecord> {
    await s3.put('bucket', lockKey, alice);
    const reading = only(await gateway.readMany([place()], asked, noSignal));
    assert.ok(reading.ok && reading.record);
    return reading.record;
  }

  it('is proven on an object of our own before the first write, and once', async () => {
    const gateway = gatewayOf(hostOf());
    for (let times = 0; times < 2; times++) {
      const outcome = await gateway.acquire(place(), infoOf(), asked, noSignal);
      assert.ok(outcome.kind === 'acquired');
      const given = await gateway.release(place(), outcome.record, asked, noSignal);
      assert.equal(given.kind, 'released');
    }
    assert.deepEqual(sent(), ['PUT', 'PUT *', 'DELETE match', 'DELETE match', 'DELETE']);
    const firstWrite = s3.requests.findIndex(isLockWrite);
    assert.ok(s3.requests.slice(firstWrite).every((request) => !isProbe(request)));
    await nothingLeft();
  });

  it('is not proven for reading', async () => {
    await shown();
    assert.ok(s3.requests.every(({ method }) => method === 'GET'));
  });

  it('gets no lock when it ignores conditions, and is not asked again', async () => {
    s3.conditional = false;
    const gateway = gatewayOf(hostOf());
    for (let times = 0; times < 2; times++) {
      const outcome = await gateway.acquire(place(), infoOf(), asked, noSignal);
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.reason, 'unsafeStore');
    }
    assert.equal(s3.requests.filter(isLockWrite).length, 0);
    assert.deepEqual(sent(), ['PUT', 'PUT *', 'DELETE']);
    await nothingLeft();
  });

  it('gets no lock when it keeps to conditions on a write but not on a delete', async () => {
    s3.intercept = (request) => {
      if (request.method === 'DELETE') delete request.headers['if-match'];
      return undefined;
    };
    const outcome = await gatewayOf(hostOf()).acquire(place(), infoOf(), asked, noSignal);
    assert.ok(outcome.kind === 'failed');
    assert.equal(outcome.error.reason, 'unsafeStore');
    assert.match(outcome.error.detail ?? '', /If-Match/);
    await nothingLeft();
  });

  for (const [what, when] of [
    ['If-None-Match', ({ headers }: S3Request) => headers['if-none-match'] !== undefined],
    ['If-Match', ({ headers }: S3Request) => headers['if-match'] !== undefined],
  ] as const) {
    it(`gets no lock when it does not implement ${what}`, async () => {
      s3.intercept = (request) =>
        when(request) ? s3Error(501, 'NotImplemented', 'A header you provided …') : undefined;
      const outcome = await gatewayOf(hostOf()).acquire(place(), infoOf(), asked, noSignal);
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.reason, 'unsafeStore');
      await nothingLeft();
    });
  }

  it('keeps its lock when conditions are ignored, until a person says otherwise', async () => {
    s3.conditional = false;
    const gateway = gatewayOf(hostOf());
    const outcome = await gateway.release(place(), await shown(gateway), asked, noSignal);
    assert.ok(outcome.kind === 'failed');
    assert.equal(outcome.error.reason, 'unsafeStore');
    assert.equal(await s3.get('bucket', lockKey), alice);
    assert.equal(s3.requests.filter(isLockWrite).length, 0);
  });

  describe('and ignores conditions, when a person wants the delete all the same,', () => {
    const consent = { ...asked, unconditional: true };

    it('is read, compared, told to delete, and read again', async () => {
      s3.conditional = false;
      const gateway = gatewayOf(hostOf());
      const record = await shown(gateway);
      const outcome = await gateway.release(place(), record, consent, noSignal);
      assert.deepEqual(outcome, { kind: 'released' });
      const aboutLock = s3.requests.filter(({ key }) => key === lockKey);
      assert.deepEqual(
        aboutLock.map(({ method }) => method),
        ['GET', 'GET', 'DELETE', 'GET'],
      );
      assert.equal(await s3.get('bucket', lockKey), undefined);
    });

    it('deletes nothing when the lock was replaced since it was shown', async () => {
      s3.conditional = false;
      const gateway = gatewayOf(hostOf());
      const record = await shown(gateway);
      await s3.put('bucket', lockKey, bob);
      const outcome = await gateway.release(place(), record, consent, noSignal);
      assert.ok(outcome.kind === 'changed');
      assert.equal(outcome.record?.info.who, 'bob@laptop');
      assert.equal(await s3.get('bucket', lockKey), bob);
    });

    it('says that the lock is gone', async () => {
      s3.conditional = false;
      const gateway = gatewayOf(hostOf());
      const record = await shown(gateway);
      await s3.remove('bucket', lockKey);
      const outcome = await gateway.release(place(), record, consent, noSignal);
      assert.deepEqual(outcome, { kind: 'gone' });
    });
  });

  it('is still guarded when consent was given but it keeps to conditions', async () => {
    const gateway = gatewayOf(hostOf());
    const record = await shown(gateway);
    await s3.put('bucket', lockKey, bob);
    const outcome = await gateway.release(
      place(),
      record,
      { ...asked, unconditional: true },
      noSignal,
    );
    assert.equal(outcome.kind, 'changed');
    const deletes = s3.requests.filter((request) => isLockWrite(request));
    assert.deepEqual(
      deletes.map(({ headers }) => headers['if-match']),
      [record.guard],
    );
  });

  it('is asked again after a proof that failed for another cause', async () => {
    const gateway = gatewayOf(hostOf());
    s3.intercept = (request) =>
      isProbe(request) ? s3Error(403, 'AccessDenied', 'Access Denied') : undefined;
    const first = await gateway.acquire(place(), infoOf(), asked, noSignal);
    assert.ok(first.kind === 'failed');
    assert.equal(first.error.reason, 'denied');
    assert.equal(s3.requests.filter(isLockWrite).length, 0);
    s3.intercept = () => undefined;
    const second = await gateway.acquire(place(), infoOf(), asked, noSignal);
    assert.equal(second.kind, 'acquired');
  });
});

describe('a host', () => {
  for (const host of [
    'bucket.s3.eu-west-1.amazonaws.com',
    's3.amazonaws.com',
    'bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com',
    's3.cn-north-1.amazonaws.com.cn',
    'bucket.s3.dualstack.eu-west-1.amazonaws.com',
  ]) {
    it(`${host} is AWS`, () => assert.ok(isAwsHost(host)));
  }
  for (const host of [
    '',
    '127.0.0.1',
    'minio.example.com',
    'amazonaws.com.example.com',
    'notamazonaws.com',
    's3.amazonaws.com.cn.example.org',
  ]) {
    it(`"${host}" is not known to be AWS`, () => assert.ok(!isAwsHost(host)));
  }
});
