import assert from 'node:assert/strict';
import { LocalLister } from '../../../../src/backends/localLister';
import { backends } from '../../../../src/backends/registry';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import type { LockSource } from '../../../../src/core/lockListing';
import type { HeldLock } from '../../../../src/core/lockPlace';
import type { StateRef } from '../../../../src/core/stateRef';
import { forceUnlockConfirm } from '../../../../src/present/confirmView';
import {
  asked,
  awsStateOf,
  gatewayOf,
  hostOf,
  noSignal,
  s3AccessTo,
  type Attributes,
} from '../../../support/awsBlocks';
import { TestS3 } from '../../../support/awsS3';
import { s3Error } from '../../../support/awsS3Faults';
import { infoOf, only } from '../../../support/fakes';

const lister = new LocalLister(backends, hostOf({}));
const gateway = gatewayOf(hostOf({}));
const path = 'bucket/other/team.tfstate';
const lockFile = 'other/team.tfstate.tflock';
const raw = encodeLockInfo(infoOf({ path }));
const sseKey = Buffer.alloc(32, 7).toString('base64');

describe('the state behind a listed lock file', () => {
  let s3: TestS3;
  before(async () => {
    s3 = await TestS3.start('bucket');
  });
  beforeEach(async () => {
    s3.reset();
    await s3.put('bucket', lockFile, raw);
  });
  after(() => s3.stop());

  /** A state of the workspace in the same bucket. */
  const stateOf = (key: string, more: Attributes = {}): StateRef =>
    awsStateOf(
      { ...s3AccessTo(s3.endpoint), use_lockfile: true, dynamodb_table: null, ...more },
      key,
    );
  const bucketOf = async (...states: StateRef[]): Promise<LockSource> =>
    only((await lister.listSources(states)).filter(({ kind }) => kind === 'bucket'));
  const readListed = async (state: StateRef): Promise<HeldLock> => {
    const place = only(state.places);
    const reading = only(await gateway.readMany([place], asked, noSignal));
    assert.ok(reading.ok && reading.record !== undefined, JSON.stringify(reading));
    return { place, record: reading.record };
  };

  it('is released only while its record is the one that was read, with one request', async () => {
    const state = await lister.stateOfListed(await bucketOf(stateOf('mine')), path);
    assert.deepEqual([state.path, state.key], [path, 'other/team.tfstate']);
    const { place, record } = await readListed(state);
    const another = encodeLockInfo(infoOf({ id: 'another' }));
    await s3.put('bucket', lockFile, another);
    const refused = await gateway.release(place, record, asked, noSignal);
    assert.equal(refused.kind === 'changed' && refused.record?.info.id, 'another');
    assert.equal(await s3.get('bucket', lockFile), another);
    await s3.put('bucket', lockFile, raw);
    s3.requests.length = 0;
    const released = await gateway.release(place, record, asked, noSignal);
    assert.equal(released.kind, 'released');
    const deletes = s3.requests.filter((request) => request.key === lockFile);
    assert.deepEqual(
      deletes.map(({ method, headers }) => [method, headers['if-match']]),
      [['DELETE', record.guard]],
    );
    assert.equal(await s3.get('bucket', lockFile), undefined);
  });

  it('may have a second lock that the list cannot know, and the dialog says so', async () => {
    const state = await lister.stateOfListed(await bucketOf(stateOf('mine')), path);
    const { detail } = forceUnlockConfirm(state, [await readListed(state)], 'me@here', Date.now());
    assert.match(detail, /Not seen here: a lock of the same state in a DynamoDB table/);
    assert.match(detail, /Who: alice@build-07/);
  });

  it('is at the same place as that of a state in the workspace', async () => {
    const own = stateOf('other/team.tfstate', { encrypt: true, acl: 'private' });
    const listed = await lister.stateOfListed(await bucketOf(stateOf('mine'), own), path);
    assert.deepEqual(listed.places, own.places);
  });

  it("is read with the customer's key of another state of the bucket, or without", async () => {
    const source = await bucketOf(
      stateOf('plain'),
      stateOf('secret', { encrypt: true, sse_customer_key: sseKey }),
    );
    const state = await lister.stateOfListed(source, path);
    let encrypted = true;
    s3.intercept = ({ key, headers }) => {
      const sent = headers['x-amz-server-side-encryption-customer-key'] === sseKey;
      return key !== lockFile || sent === encrypted
        ? undefined
        : s3Error(400, 'InvalidRequest', 'The encryption parameters are not applicable');
    };
    assert.equal((await readListed(state)).record.raw, raw);
    encrypted = false;
    assert.equal((await readListed(state)).record.raw, raw);
    const shown = JSON.stringify([source, state].map(({ facts, id }) => [facts, id]));
    assert.ok(!shown.includes(sseKey));
  });

  it('is asked of the bucket once, however many states are in it', async () => {
    const states = Array.from({ length: 3000 }, (_each, n) => stateOf(`s${String(n)}`));
    const started = performance.now();
    const source = await bucketOf(...states);
    assert.ok(performance.now() - started < 2000);
    assert.ok(source.unlockable);
  });
});
