import assert from 'node:assert/strict';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import type { LockPlace, LockReading } from '../../../../src/core/lockPlace';
import {
  asked,
  background,
  gatewayOf,
  hostOf,
  lockFilePlaceOf,
  noSignal,
} from '../../../support/awsBlocks';
import { TestS3, type S3Request } from '../../../support/awsS3';
import { s3Error, type S3Fault } from '../../../support/awsS3Faults';
import { infoOf, only } from '../../../support/fakes';

const alice = encodeLockInfo(infoOf());
const customerKey = Buffer.alloc(32, 7).toString('base64');
const customerHeader = 'x-amz-server-side-encryption-customer-key';
const text = (body: string, status = 200): S3Fault => ({ kind: 'answer', status, body });

describe('reading lock files', () => {
  let s3: TestS3;
  const gateway = gatewayOf(hostOf());
  const place = (key = 'a.tfstate', more = {}): LockPlace =>
    lockFilePlaceOf(s3.endpoint, key, more);
  const read = async (of = place()): Promise<LockReading> =>
    only(await gateway.readMany([of], background, noSignal));
  const answerGet = (fault: S3Fault): void => {
    s3.intercept = ({ method, key }) => (method === 'GET' && key !== '' ? fault : undefined);
  };

  before(async () => {
    s3 = await TestS3.start('bucket');
    await s3.put('bucket', 'a.tfstate.tflock', alice);
    await s3.put('bucket', 'huge.tfstate.tflock', 'x'.repeat(20_000_000));
  });
  after(() => s3.stop());
  beforeEach(() => s3.reset());

  it('finds the lock beside the state, whole, with its ETag as proof', async () => {
    const reading = await read();
    assert.ok(reading.ok && reading.record);
    assert.equal(reading.record.raw, alice);
    assert.deepEqual(reading.record.info, infoOf());
    assert.match(reading.record.guard, /^"[0-9a-f]{32}"$/);
    assert.equal(only(s3.requests).key, 'a.tfstate.tflock');
  });

  it('says free where S3 says that there is no such key', async () => {
    const reading = await read(place('none.tfstate'));
    assert.ok(reading.ok);
    assert.equal(reading.record, undefined);
  });

  it('loads no more of an enormous file than could be a lock', async () => {
    const reading = await read(place('huge.tfstate'));
    assert.ok(reading.ok);
    assert.equal(reading.record?.problem, 'tooLarge');
    assert.ok(reading.record.raw.length < 70_000);
  });

  const failures: readonly (readonly [string, S3Fault, string])[] = [
    ['a 404 without a body', text('', 404), 'malformed'],
    ["a 404 in another server's words", text('<html>not found</html>', 404), 'malformed'],
    ['a 404 of another kind', s3Error(404, 'NoSuchUpload', 'x'), 'malformed'],
    ['a missing bucket', s3Error(404, 'NoSuchBucket', 'x'), 'notFound'],
    ["another server's page", text('<html>Log in</html>'), 'malformed'],
    ['no content', text('', 204), 'malformed'],
    ['a refusal', s3Error(403, 'AccessDenied', 'Access Denied'), 'denied'],
    ['a refusal without a body', text('', 403), 'denied'],
    ['expired credentials', s3Error(400, 'ExpiredToken', 'expired'), 'signedOut'],
    ['an unknown key', s3Error(403, 'InvalidAccessKeyId', 'x'), 'badCredentials'],
    ['a bad request', s3Error(400, 'InvalidRequest', 'missing header'), 'malformed'],
    ['a redirect that names no region', s3Error(301, 'PermanentRedirect', 'x'), 'wrongRegion'],
  ];
  for (const [what, fault, reason] of failures) {
    it(`says "${reason}", never free, on ${what}`, async () => {
      answerGet(fault);
      const reading = only(
        await gatewayOf(hostOf()).readMany([place('none.tfstate')], asked, noSignal),
      );
      assert.ok(!reading.ok, 'it was read');
      assert.equal(reading.error.reason, reason);
    });
  }

  for (const [what, fault] of [
    [
      'a redirect',
      s3Error(301, 'PermanentRedirect', 'x', { headers: { 'x-amz-bucket-region': 'us-east-2' } }),
    ],
    [
      'a signature for another region',
      s3Error(400, 'AuthorizationHeaderMalformed', 'x', { more: '<Region>us-east-2</Region>' }),
    ],
  ] as const) {
    it(`names the real region after ${what}`, async () => {
      answerGet(fault);
      const reading = await read();
      assert.deepEqual(!reading.ok && reading.error, {
        reason: 'wrongRegion',
        place: 'Bucket bucket',
        detail: 'us-east-2',
      });
    });
  }

  it('says which permission is missing on which object', async () => {
    const arn = 'arn:aws:s3:::bucket/a.tfstate.tflock';
    const message = `User: arn:aws:iam::123456789012:user/x is not authorized to perform: s3:GetObject on resource: "${arn}" because no identity-based policy allows the s3:GetObject action`;
    answerGet(s3Error(403, 'AccessDenied', message));
    const reading = await read();
    assert.ok(!reading.ok);
    assert.deepEqual([reading.error.action, reading.error.resource], ['s3:GetObject', arn]);
  });

  describe('that are encrypted', () => {
    /** As S3: an object with a customer's key is only given with that key, and any other only without. */
    const asS3 =
      (withKey: boolean) =>
      ({ method, key, headers }: S3Request): S3Fault | undefined => {
        if (method !== 'GET' || key === '') return undefined;
        const sent = headers[customerHeader] !== undefined;
        if (sent === withKey) return undefined;
        const message = withKey
          ? 'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.'
          : 'The encryption parameters are not applicable to this object.';
        return s3Error(400, 'InvalidRequest', message);
      };
    const withKey = { sse_customer_key: customerKey };
    const ways = [
      ['with the key where it was written with it', { ...withKey, encrypt: true }, true, [true]],
      ['without it where it was not', { ...withKey, encrypt: true }, false, [true, false]],
      ['without it first where the block does not encrypt', withKey, false, [false]],
      ['with it after that', withKey, true, [false, true]],
    ] as const;
    for (const [what, more, stored, sent] of ways) {
      it(`are read ${what}`, async () => {
        s3.intercept = asS3(stored);
        const reading = await read(place('a.tfstate', more));
        assert.equal(reading.ok && reading.record?.raw, alice);
        const keys = s3.requests.map(({ headers }) => headers[customerHeader] !== undefined);
        assert.deepEqual(keys, sent);
      });
    }

    const kms = s3Error(
      403,
      'AccessDenied',
      'User: x is not authorized to perform: kms:Decrypt on resource: y',
    );
    for (const [what, intercept] of [
      ["with a customer's key that is not here", asS3(true)],
      [
        'with a KMS key that may not be used',
        (request: S3Request) => (request.key === '' ? undefined : kms),
      ],
      [
        'with a KMS key that is disabled',
        (request: S3Request) =>
          request.key === '' ? undefined : s3Error(400, 'KMS.DisabledException', 'disabled'),
      ],
    ] as const) {
      it(`${what} are held, with the details unknown and the ETag as proof`, async () => {
        s3.intercept = (request) =>
          request.method === 'DELETE' || request.method === 'PUT' ? undefined : intercept(request);
        const reading = await read();
        assert.ok(reading.ok && reading.record);
        assert.equal(reading.record.problem, 'encrypted');
        assert.match(reading.record.guard, /^"[0-9a-f]{32}"$/);
      });
    }

    it('and not listed either are held, and cannot be broken for want of a proof', async () => {
      const denied = s3Error(403, 'AccessDenied', 'Access Denied');
      s3.intercept = ({ key }) => (key === '' ? denied : kms);
      const reading = await read();
      assert.ok(reading.ok && reading.record);
      assert.equal(reading.record.problem, 'encrypted');
      s3.requests.length = 0;
      const outcome = await gateway.release(place(), reading.record, asked, noSignal);
      assert.ok(outcome.kind === 'failed');
      assert.deepEqual([outcome.error.reason, outcome.error.action], ['denied', 's3:ListBucket']);
      assert.equal(s3.count('DELETE'), 0);
    });

    it('are not told to be free when they are gone by the time they are listed', async () => {
      s3.intercept = ({ key }) => (key === '' ? undefined : kms);
      const reading = await read(place('none.tfstate'));
      assert.ok(!reading.ok);
      assert.equal(reading.error.reason, 'busy');
    });
  });

  describe('of many states', () => {
    const many = (): LockPlace[] =>
      Array.from({ length: 40 }, (_, index) => place(`${String(index)}.tfstate`));

    it('asks for each once, and for eight at a time', async () => {
      let now = 0;
      let most = 0;
      s3.onArrival = () => {
        now += 1;
        most = Math.max(most, now);
        setTimeout(() => (now -= 1), 10);
      };
      s3.intercept = () => ({ kind: 'delay', ms: 10 });
      const readings = await gateway.readMany(many(), background, noSignal);
      assert.equal(readings.filter(({ ok }) => ok).length, 40);
      assert.equal(s3.requests.length, 40);
      assert.ok(most <= 8 && most > 1, String(most));
    });

    it('stops asking where every other file would fail in the same way', async () => {
      answerGet(s3Error(404, 'NoSuchBucket', 'x'));
      const readings = await gateway.readMany(many(), background, noSignal);
      assert.ok(readings.every((reading) => !reading.ok && reading.error.reason === 'notFound'));
      assert.ok(s3.requests.length <= 8);
    });

    it('tells of each by itself which may not be read', async () => {
      const denied = s3Error(403, 'AccessDenied', 'Access Denied');
      s3.intercept = ({ key }) => (key.startsWith('3.') ? denied : undefined);
      const readings = await gateway.readMany(many(), background, noSignal);
      assert.deepEqual(
        readings.map(({ ok }, index) => (ok ? -1 : index)).filter((index) => index >= 0),
        [3],
      );
    });
  });
});
