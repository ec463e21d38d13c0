import assert from 'node:assert/strict';
import {
  accessTo,
  asked,
  awsPlaceOf,
  gatewayOf,
  hostOf,
  noSignal,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import {
  always,
  denied,
  emptyObject,
  expired,
  serviceError,
  tableArn,
  throttled,
  type Fault,
} from '../../../support/awsFaults';
import { infoOf, recordOf } from '../../../support/fakes';

/** What becomes of a write, whether it was carried out, and how often it arrived. */
const table: readonly (readonly [string, Fault, string, boolean])[] = [
  ['the answer is lost', { kind: 'lostAnswer' }, 'uncertain', true],
  ['the connection breaks before it is carried out', { kind: 'dropped' }, 'uncertain', false],
  ['nobody answers', { kind: 'blackHole' }, 'uncertain', false],
  ['it is carried out after we stopped waiting', { kind: 'delay', ms: 400 }, 'uncertain', true],
  [
    'the service has a fault',
    serviceError('InternalServerError', 'sorry', 500),
    'uncertain',
    false,
  ],
  ['the service is down', serviceError('ServiceUnavailable', 'down', 503), 'uncertain', false],
  ['a web page answers', { kind: 'answer', status: 200, body: '<html>' }, 'uncertain', false],
  ['a server that is not DynamoDB answers {}', emptyObject, 'uncertain', false],
  ['an unknown error answers', serviceError('NovelException', 'new'), 'uncertain', false],
  ['it is throttled', throttled, 'throttled', false],
  ['it is denied', denied('dynamodb:Write', 'locks'), 'denied', false],
  ['the token has expired', expired, 'signedOut', false],
  [
    'the table is missing',
    serviceError('ResourceNotFoundException', 'no table'),
    'notFound',
    false,
  ],
];

describe('a write is sent exactly once', () => {
  let db: TestDynamoDb;
  let keys = 0;
  const options = { ...asked, timeoutMs: 250 };
  const newKey = () => `key-${String(++keys)}`;
  const itemOf = (key: string) => db.get('locks', `bucket/${key}`);

  before(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('locks');
  });
  after(() => db.stop());
  beforeEach(() => db.reset());

  for (const [what, fault, reason, carriedOut] of table) {
    it(`and an acquire ends as "${reason}" when ${what}`, async () => {
      const key = newKey();
      db.intercept = always(fault);
      const place = awsPlaceOf(accessTo(db.endpoint), key);
      const outcome = await gatewayOf(hostOf()).acquire(place, infoOf(), options, noSignal);
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.reason, reason);
      assert.equal(outcome.error.place, 'DynamoDB table locks in eu-west-1');
      if (fault.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
      assert.deepEqual([db.count(), (await itemOf(key)) !== undefined], [1, carriedOut]);
    });

    it(`and a release ends as "${reason}" when ${what}`, async () => {
      const key = newKey();
      const { raw } = recordOf();
      await db.putLock('locks', `bucket/${key}`, raw);
      db.intercept = always(fault);
      const place = awsPlaceOf(accessTo(db.endpoint), key);
      const record = { ...recordOf(), guard: JSON.stringify({ S: raw }) };
      const outcome = await gatewayOf(hostOf()).release(place, record, options, noSignal);
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.reason, reason);
      if (fault.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
      assert.deepEqual([db.count(), (await itemOf(key)) === undefined], [1, carriedOut]);
    });
  }

  it('and a denied one says which action on what', async () => {
    db.intercept = always(denied('dynamodb:DeleteItem', 'locks'));
    const place = awsPlaceOf(accessTo(db.endpoint), newKey());
    const outcome = await gatewayOf(hostOf()).release(place, recordOf(), options, noSignal);
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'denied');
    assert.deepEqual(
      [outcome.error.action, outcome.error.resource],
      ['dynamodb:DeleteItem', tableArn('locks')],
    );
  });

  it('and its cancellation leaves the outcome uncertain', async () => {
    db.intercept = always({ kind: 'blackHole' });
    const controller = new AbortController();
    const place = awsPlaceOf(accessTo(db.endpoint), newKey());
    db.onArrival = () => controller.abort();
    const outcome = await gatewayOf(hostOf()).acquire(place, infoOf(), options, controller.signal);
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'uncertain');
    assert.equal(db.count(), 1);
  });

  it('not at all when it was cancelled before', async () => {
    const place = awsPlaceOf(accessTo(db.endpoint), newKey());
    const outcome = await gatewayOf(hostOf()).acquire(
      place,
      infoOf(),
      options,
      AbortSignal.abort(),
    );
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'cancelled');
    assert.equal(db.count(), 0);
  });

  for (const endpoint of ['http://127.0.0.1:9', '127.0.0.1:8000']) {
    it(`not at all where ${endpoint} cannot be reached, and so nothing is uncertain`, async () => {
      const place = awsPlaceOf(accessTo(endpoint), newKey());
      const outcome = await gatewayOf(hostOf()).acquire(place, infoOf(), options, noSignal);
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.reason, 'network');
    });
  }

  it('on a connection of its own, so that a dying one is never reused', async () => {
    const gateway = gatewayOf(hostOf());
    for (let count = 0; count < 3; count++) {
      const place = awsPlaceOf(accessTo(db.endpoint), newKey());
      await gateway.acquire(place, infoOf(), options, noSignal);
    }
    assert.equal(db.connections, 3);
  });
});
