import assert from 'node:assert/strict';
import type { LockReading } from '../../../../src/core/lockPlace';
import {
  accessTo,
  asked,
  awsPlaceOf,
  background,
  gatewayOf,
  hostOf,
  noSignal,
  withEnvironment,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import { infoOf } from '../../../support/fakes';
import { RecordingAws } from '../../../support/recordingAws';

describe('the accounts that a block allows', () => {
  let db: TestDynamoDb;
  let aws: RecordingAws;

  before(async () => {
    [db, aws] = [await TestDynamoDb.start(), await RecordingAws.start()];
    await db.createTable('locks');
  });
  after(() => Promise.all([db.stop(), aws.stop()]));
  beforeEach(() => {
    db.reset();
    aws.reset();
  });

  const place = (accounts: Readonly<Record<string, unknown>>) =>
    awsPlaceOf({ ...accessTo(db.endpoint), sts_endpoint: aws.endpoint, ...accounts }, 'a');
  const words = (reading: LockReading | undefined): string =>
    reading === undefined || reading.ok
      ? 'read'
      : `${reading.error.reason} ${reading.error.detail ?? ''}`;

  for (const [accounts, attribute] of [
    [{ allowed_account_ids: ['210987654321'] }, 'allowed_account_ids'],
    [{ forbidden_account_ids: ['1', '123456789012'] }, 'forbidden_account_ids'],
  ] as const) {
    it(`keep every request from another one: ${attribute}`, async () => {
      await withEnvironment({}, async () => {
        const gateway = gatewayOf(hostOf());
        const [reading] = await gateway.readMany([place(accounts)], background, noSignal);
        assert.equal(words(reading), `wrongAccount 123456789012 (${attribute})`);
        const outcome = await gateway.acquire(place(accounts), infoOf(), asked, noSignal);
        assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'wrongAccount');
      });
      assert.equal(db.count(), 0);
    });
  }

  it('are asked for once for each key, and let the right one through', async () => {
    await withEnvironment({}, async () => {
      const gateway = gatewayOf(hostOf());
      const at = place({ allowed_account_ids: ['123456789012'] });
      for (let tick = 0; tick < 3; tick++) {
        assert.equal(words((await gateway.readMany([at], background, noSignal))[0]), 'read');
      }
      assert.equal((await gateway.acquire(at, infoOf(), asked, noSignal)).kind, 'acquired');
    });
    assert.equal(aws.stsRequests.length, 1);
    await db.remove('locks', 'bucket/a');
  });

  it('cost nothing where there are none', async () => {
    await withEnvironment({}, async () => {
      const at = place({ allowed_account_ids: [] });
      const [reading] = await gatewayOf(hostOf()).readMany([at], background, noSignal);
      assert.equal(words(reading), 'read');
    });
    assert.equal(aws.stsRequests.length, 0);
  });
});
