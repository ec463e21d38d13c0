import assert from 'node:assert/strict';
import type { CreateTableOutcome } from '../../../../src/core/lockGateway';
import type { LockPlace } from '../../../../src/core/lockPlace';
import { LockTableAdmin } from '../../../../src/backends/s3/lockTableAdmin';
import {
  accessTo,
  asked,
  awsPlaceOf,
  gatewayOf,
  hostOf,
  noSignal,
  withEnvironment,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import { serviceError } from '../../../support/awsFaults';
import { infoOf } from '../../../support/fakes';

describe('creating a lock table', () => {
  let db: TestDynamoDb;
  let tables = 0;
  const host = hostOf();
  const newPlace = (): LockPlace =>
    awsPlaceOf(accessTo(db.endpoint), 'a.tfstate', `locks-${String(++tables)}`);
  const tableOf = (place: LockPlace): string => place.origin?.name ?? '';
  const create = (
    place: LockPlace,
    deletionProtection = true,
    signal = noSignal,
  ): Promise<CreateTableOutcome> =>
    withEnvironment({}, () =>
      new LockTableAdmin(host, 5).create(place, { deletionProtection }, asked, signal),
    );

  before(async () => {
    db = await TestDynamoDb.start();
  });
  after(() => db.stop());
  beforeEach(() => {
    db.reset();
  });

  it('makes one that Terraform can use, with one request, and waits until it is ready', async () => {
    const place = newPlace();
    assert.deepEqual(await create(place), { kind: 'created' });
    assert.equal(db.count('CreateTable'), 1);
    assert.ok(db.count('DescribeTable') >= 1);
    assert.deepEqual(db.requests[0]?.body, {
      TableName: tableOf(place),
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
      DeletionProtectionEnabled: true,
    });
    await withEnvironment({}, async () => {
      const gateway = gatewayOf(host);
      const outcome = await gateway.acquire(place, infoOf(), asked, noSignal);
      assert.equal(outcome.kind, 'acquired');
    });
  });

  it('protects the table only where that was chosen', async () => {
    await create(newPlace(), false);
    assert.equal(db.requests[0]?.body['DeletionProtectionEnabled'], false);
  });

  it('leaves a table that exists as it is', async () => {
    const place = newPlace();
    await db.createTable(tableOf(place));
    await db.putLock(tableOf(place), 'bucket/a.tfstate', '{}');
    assert.deepEqual(await create(place), { kind: 'exists' });
    assert.equal(db.count(), 1);
    assert.ok(await db.get(tableOf(place), 'bucket/a.tfstate'));
  });

  it('lets one of two win', async () => {
    const place = newPlace();
    const outcomes = await Promise.all([create(place), create(place)]);
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ['created', 'exists']);
  });

  it('names the missing permission', async () => {
    db.intercept = ({ operation }) =>
      operation === 'CreateTable' ? serviceError('AccessDeniedException', 'no') : undefined;
    const outcome = await create(newPlace());
    assert.equal(outcome.kind, 'failed');
    assert.equal(outcome.error.reason, 'denied');
    assert.equal(outcome.error.action, 'dynamodb:CreateTable');
  });

  it('says that it was created where looking is not allowed', async () => {
    db.intercept = ({ operation }) =>
      operation === 'DescribeTable' ? serviceError('AccessDeniedException', 'no') : undefined;
    const outcome = await create(newPlace());
    assert.equal(outcome.kind, 'creating');
    assert.equal(outcome.error?.reason, 'denied');
    assert.equal(db.count('DescribeTable'), 1);
  });

  it('never repeats the request, and calls a lost answer uncertain', async () => {
    db.intercept = ({ operation }) =>
      operation === 'CreateTable' ? { kind: 'dropped' } : undefined;
    const outcome = await create(newPlace());
    assert.equal(outcome.kind, 'failed');
    assert.equal(outcome.error.reason, 'uncertain');
    assert.equal(db.count('CreateTable'), 1);
  });

  it('stops waiting when the person cancels', async () => {
    const controller = new AbortController();
    db.intercept = ({ operation }) => {
      if (operation !== 'DescribeTable') return undefined;
      setTimeout(() => controller.abort(), 20);
      return serviceError('ResourceNotFoundException', 'not yet');
    };
    const outcome = await create(newPlace(), true, controller.signal);
    assert.equal(outcome.kind, 'creating');
    assert.equal(db.count('CreateTable'), 1);
  });

  it('sends nothing where it was cancelled before', async () => {
    const outcome = await create(newPlace(), true, AbortSignal.abort());
    assert.equal(outcome.kind, 'failed');
    assert.equal(db.count(), 0);
  });

  it('is reached through the gateway, and refused by a place that cannot be created', async () => {
    const place = newPlace();
    const request = { deletionProtection: false };
    await withEnvironment({}, async () => {
      const gateway = gatewayOf(host);
      const made = await gateway.createLockTable(place, request, asked, noSignal);
      assert.equal(made.kind, 'created');
      const other = { ...place, backend: 'consul' };
      const refused = await gateway.createLockTable(other, request, asked, noSignal);
      assert.equal(refused.kind, 'failed');
      assert.equal(refused.error.reason, 'unsupported');
    });
  });
});
