import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LockReading } from '../../../../src/core/lockPlace';
import type { StateRef } from '../../../../src/core/stateRef';
import {
  accessTo,
  asked,
  awsStateOf,
  gatewayOf,
  hostOf,
  noSignal,
  s3AccessTo,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import { TestS3 } from '../../../support/awsS3';
import { s3Error } from '../../../support/awsS3Faults';
import { infoOf, only } from '../../../support/fakes';
import { createTempFolder, type TempFolder } from '../../../support/tempFolder';
import { encodeLockInfo } from '../../../../src/core/lockInfo';

const key = 'live/terraform.tfstate';
const body = `{"version":4,"filler":"${'x'.repeat(300_000)}"}`;

describe('the object that holds a state', () => {
  let s3: TestS3;
  let db: TestDynamoDb;
  let temp: TempFolder;

  before(async () => {
    s3 = await TestS3.start('bucket');
    db = await TestDynamoDb.start();
    await db.createTable('locks');
  });
  after(async () => {
    await s3.stop();
    await db.stop();
  });
  beforeEach(async () => {
    temp = createTempFolder('states');
    s3.intercept = () => undefined;
    await s3.put('bucket', key, body);
    s3.requests.length = 0;
  });
  afterEach(() => temp.remove());

  const gateway = gatewayOf(hostOf());
  const fileState = (name = key): StateRef =>
    awsStateOf({ ...s3AccessTo(s3.endpoint), use_lockfile: true, dynamodb_table: null }, name);
  const tableState = (): StateRef =>
    awsStateOf({ ...accessTo(db.endpoint), endpoint: s3.endpoint, use_path_style: true }, key);
  const target = (): string => path.join(temp.path, 'copy.tfstate');

  for (const [where, stateOf] of [
    ['a lock file', fileState],
    ['a table', tableState],
  ] as const) {
    it(`is found from ${where}: its time and size, and nothing of its content is kept`, async () => {
      const info = await gateway.readStateInfo(stateOf(), asked, noSignal);
      assert.ok(info.kind === 'found', JSON.stringify(info));
      assert.equal(info.size, body.length);
      assert.ok(Math.abs((info.writtenAt ?? 0) - Date.now()) < 60_000);
      assert.ok(!JSON.stringify(info).includes('xxx'));
      assert.deepEqual([...new Set(s3.requests.map(({ method }) => method))], ['GET']);
    });

    it(`is saved from ${where}, whole, for its owner alone`, async () => {
      const saved = await gateway.downloadState(stateOf(), target(), asked, noSignal);
      assert.ok(saved.kind === 'saved', JSON.stringify(saved));
      assert.equal(readFileSync(target(), 'utf8'), body);
      assert.deepEqual(
        [saved.bytes, saved.sha256, saved.verified],
        [body.length, createHash('sha256').update(body).digest('hex'), 'md5'],
      );
      if (process.platform !== 'win32') assert.equal(statSync(target()).mode & 0o777, 0o600);
      assert.ok(s3.requests.every(({ method }) => method === 'GET'));
    });
  }

  it('is missing where there is none, which is not the same as not readable', async () => {
    const none = fileState('none.tfstate');
    assert.equal((await gateway.readStateInfo(none, asked, noSignal)).kind, 'missing');
    assert.equal((await gateway.downloadState(none, target(), asked, noSignal)).kind, 'missing');
    s3.intercept = () => s3Error(403, 'AccessDenied', 'no');
    for (const found of [
      await gateway.readStateInfo(fileState(), asked, noSignal),
      await gateway.downloadState(fileState(), target(), asked, noSignal),
    ]) {
      assert.ok(found.kind === 'failed' && found.error.reason === 'denied', JSON.stringify(found));
    }
    assert.ok(!existsSync(target()), 'no file is left behind');
  });

  it('is not saved where less arrives than was promised, and no part of it is left behind', async () => {
    s3.intercept = () => ({
      kind: 'answer',
      status: 200,
      headers: { etag: `"${'0'.repeat(32)}"`, 'content-type': 'application/json' },
      body: 'something else',
    });
    const saved = await gateway.downloadState(fileState(), target(), asked, noSignal);
    assert.ok(saved.kind === 'failed' && saved.error.reason === 'malformed', JSON.stringify(saved));
    assert.ok(!existsSync(target()));
  });

  it('is never written over a file that is there', async () => {
    writeFileSync(target(), 'mine');
    const saved = await gateway.downloadState(fileState(), target(), asked, noSignal);
    assert.equal(saved.kind, 'failed');
    assert.equal(readFileSync(target(), 'utf8'), 'mine');
  });

  it('cannot be read at other backends, and says so', async () => {
    const other = { ...fileState(), backend: 'local', places: [] };
    for (const found of [
      await gateway.readStateInfo(other, asked, noSignal),
      await gateway.downloadState(other, target(), asked, noSignal),
    ]) {
      assert.ok(found.kind === 'failed' && found.error.reason === 'unsupported');
    }
  });
});

describe("the server's clock", () => {
  it('comes with each reading of a table and of a lock file, to a second', async () => {
    const s3 = await TestS3.start('bucket');
    const db = await TestDynamoDb.start();
    try {
      await db.createTable('locks');
      await s3.put('bucket', `${key}.tflock`, encodeLockInfo(infoOf()));
      const gateway = gatewayOf(hostOf());
      const lockFile = { ...s3AccessTo(s3.endpoint), use_lockfile: true, dynamodb_table: null };
      const read = async (state: StateRef): Promise<LockReading> =>
        only(await gateway.readMany(state.places, asked, noSignal));
      for (const state of [awsStateOf(lockFile, key), awsStateOf(accessTo(db.endpoint), key)]) {
        const reading = await read(state);
        assert.ok(reading.ok, JSON.stringify(reading));
        const { at, serverTime } = reading;
        // Not every test server sends the header; what is said must be true.
        if (serverTime !== undefined) assert.ok(Math.abs(serverTime - at) < 2500);
      }
      s3.intercept = () => ({
        kind: 'answer',
        status: 200,
        headers: {
          etag: '"1"',
          date: new Date(Date.now() + 10 * 60_000).toUTCString(),
          'content-type': 'application/json',
        },
        body: encodeLockInfo(infoOf()),
      });
      const skewed = await read(awsStateOf(lockFile, key));
      assert.ok(skewed.ok, JSON.stringify(skewed));
      const skewMs = (skewed.serverTime ?? 0) - skewed.at;
      assert.ok(Math.abs(skewMs - 10 * 60_000) < 2500, String(skewMs));
    } finally {
      await s3.stop();
      await db.stop();
    }
  });
});
