import assert from 'node:assert/strict';
import type { LockError } from '../../../../src/core/lockError';
import {
  accessTo,
  awsPlaceOf,
  background,
  gatewayOf,
  hostOf,
  noSignal,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import {
  always,
  denied,
  expired,
  serviceError,
  tableArn,
  throttled,
  times,
  type Fault,
} from '../../../support/awsFaults';
import { only } from '../../../support/fakes';

const place = 'DynamoDB table locks in eu-west-1';

const classes: readonly (readonly [string, Fault, Partial<LockError>])[] = [
  [
    'a table that does not exist',
    serviceError('ResourceNotFoundException', 'Requested resource not found'),
    { reason: 'notFound' },
  ],
  [
    'a refusal by IAM',
    denied('dynamodb:GetItem', 'locks'),
    { reason: 'denied', action: 'dynamodb:GetItem', resource: tableArn('locks') },
  ],
  [
    'a refusal that does not say of what',
    serviceError('AccessDeniedException', 'Access denied'),
    { reason: 'denied', action: 'dynamodb:GetItem', resource: place },
  ],
  ['an expired token', expired, { reason: 'signedOut' }],
  [
    'an expired token by its other name',
    serviceError('ExpiredToken', 'expired'),
    { reason: 'signedOut' },
  ],
  [
    'an unknown access key',
    serviceError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ),
    { reason: 'badCredentials' },
  ],
  [
    'a wrong secret key or clock',
    serviceError('InvalidSignatureException', 'Signature expired'),
    { reason: 'badCredentials' },
  ],
  ['a provisioned table that is too slow', throttled, { reason: 'throttled' }],
  [
    'a throttled account',
    serviceError('ThrottlingException', 'Rate exceeded'),
    { reason: 'throttled' },
  ],
  ['too many requests', serviceError('RequestLimitExceeded', 'Too many'), { reason: 'throttled' }],
  [
    'a fault of the service',
    serviceError('InternalServerError', 'sorry', 500),
    { reason: 'network' },
  ],
  [
    'a service that is down',
    serviceError('ServiceUnavailable', 'down', 503),
    { reason: 'network' },
  ],
  ['an error nobody has heard of', serviceError('NovelException', 'new'), { reason: 'malformed' }],
  ['an unknown refusal', serviceError('NovelException', 'new', 403), { reason: 'denied' }],
  ['a connection that breaks', { kind: 'dropped' }, { reason: 'network' }],
];

describe('a read that fails', () => {
  let db: TestDynamoDb;
  const readAt = async (
    endpoint: string,
    table = 'locks',
    timeoutMs = 5000,
  ): Promise<LockError> => {
    const at = awsPlaceOf(accessTo(endpoint), 'a', table);
    const options = { ...background, timeoutMs };
    const reading = only(await gatewayOf(hostOf()).readMany([at], options, noSignal));
    assert.ok(!reading.ok, 'it did not fail');
    return reading.error;
  };

  before(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('locks');
    await db.createTable('other-key', 'Id');
    await db.createTable('number-key', 'LockID', 'N');
  });
  after(() => db.stop());
  beforeEach(() => db.reset());

  for (const [what, fault, expected] of classes) {
    it(`says "${expected.reason ?? ''}" and where, for ${what}`, async () => {
      db.intercept = always(fault);
      const error = await readAt(db.endpoint);
      assert.equal(error.place, place);
      assert.ok(error.detail);
      assert.deepEqual({ ...error, ...expected }, error);
    });
  }

  it('says "notFound" for a table that is not there', async () => {
    assert.equal((await readAt(db.endpoint, 'missing')).reason, 'notFound');
  });

  for (const table of ['other-key', 'number-key']) {
    it(`says "wrongSchema" for the table ${table}, whose key is not Terraform's`, async () => {
      assert.equal((await readAt(db.endpoint, table)).reason, 'wrongSchema');
    });
  }

  it('says "network" where nobody listens', async () => {
    assert.equal((await readAt('http://127.0.0.1:9')).reason, 'network');
  });

  it('says "network" for an endpoint that is no URL', async () => {
    assert.equal((await readAt('127.0.0.1:8000')).reason, 'network');
  });

  it('is tried three times where that may help', async () => {
    db.intercept = times(2, throttled);
    const [reading] = await gatewayOf(hostOf()).readMany(
      [awsPlaceOf(accessTo(db.endpoint), 'a')],
      background,
      noSignal,
    );
    assert.ok(reading?.ok);
    assert.equal(db.count(), 3);
  });

  it('is tried once where it cannot', async () => {
    db.intercept = always(denied('dynamodb:GetItem', 'locks'));
    await readAt(db.endpoint);
    assert.equal(db.count(), 1);
  });

  it('ends with "timeout" within the time for a request, though nobody answers', async () => {
    db.intercept = always({ kind: 'blackHole' });
    const started = performance.now();
    const error = await readAt(db.endpoint, 'locks', 200);
    const took = performance.now() - started;
    assert.deepEqual([error.reason, error.detail], ['timeout', 'no answer within 0.2 s']);
    assert.ok(took < 1000, `it took ${String(took)} ms`);
  });

  it('ends with "timeout" within the time for a request, though every try is refused slowly', async () => {
    db.intercept = () => ({ kind: 'delay', ms: 500 });
    const started = performance.now();
    assert.equal((await readAt(db.endpoint, 'locks', 200)).reason, 'timeout');
    assert.ok(performance.now() - started < 1000);
  });

  it('ends a batch of hundreds within a few times that, keeping nothing as free', async () => {
    db.intercept = always({ kind: 'blackHole' });
    const places = Array.from({ length: 250 }, (_, index) =>
      awsPlaceOf(accessTo(db.endpoint), String(index)),
    );
    const options = { ...background, timeoutMs: 150 };
    const readings = await gatewayOf(hostOf()).readMany(places, options, noSignal);
    assert.ok(readings.every((reading) => !reading.ok && reading.error.reason === 'timeout'));
  });

  it('ends at once with "cancelled" when it is cancelled', async () => {
    db.intercept = always({ kind: 'blackHole' });
    const controller = new AbortController();
    const at = awsPlaceOf(accessTo(db.endpoint), 'a');
    const reading = gatewayOf(hostOf()).readMany([at], background, controller.signal);
    setTimeout(() => controller.abort(), 50);
    const [answer] = await reading;
    assert.ok(answer && !answer.ok && answer.error.reason === 'cancelled');
  });

  it('asks nothing when it was cancelled before', async () => {
    const at = awsPlaceOf(accessTo(db.endpoint), 'a');
    const [answer] = await gatewayOf(hostOf()).readMany([at], background, AbortSignal.abort());
    assert.ok(answer && !answer.ok && answer.error.reason === 'cancelled');
    assert.equal(db.count(), 0);
  });

  it('recovers by itself when the cause is gone', async () => {
    const gateway = gatewayOf(hostOf());
    const at = awsPlaceOf(accessTo(db.endpoint), 'a');
    db.intercept = always({ kind: 'dropped' });
    const [broken] = await gateway.readMany([at], background, noSignal);
    db.reset();
    const [whole] = await gateway.readMany([at], background, noSignal);
    assert.deepEqual([broken?.ok, whole?.ok], [false, true]);
  });
});
