import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { LocalExplorer } from '../../../../src/backends/localExplorer';
import { backends } from '../../../../src/backends/registry';
import type { StateCheck } from '../../../../src/core/stateCheck';
import {
  accessTo,
  asked,
  awsStateOf,
  hostOf,
  noSignal,
  s3AccessTo,
  type Attributes,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import { TestS3 } from '../../../support/awsS3';
import { s3Error } from '../../../support/awsS3Faults';

const key = 'app/terraform.tfstate';
const digestItem = `bucket/${key}-md5`;
const body = '{"version":4}';
const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');

describe('the digest of a state', () => {
  const host = hostOf({});
  const explorer = new LocalExplorer(backends, host);
  let s3: TestS3;
  let db: TestDynamoDb;

  before(async () => {
    s3 = await TestS3.start('bucket');
    db = await TestDynamoDb.start();
    await db.createTable('locks');
  });
  beforeEach(async () => {
    s3.reset();
    db.reset();
    await s3.put('bucket', key, body);
    await db.put('locks', { LockID: { S: digestItem }, Digest: { S: md5(body) } });
  });
  after(async () => {
    await s3.stop();
    await db.stop();
  });

  const check = (more: Attributes = {}, signal = noSignal): Promise<StateCheck> => {
    const access = { ...accessTo(db.endpoint), endpoint: s3.endpoint, use_path_style: true };
    return explorer.checkState(awsStateOf({ ...access, ...more }, key), asked, signal);
  };
  const setDigest = (text: string): Promise<void> =>
    db.put('locks', { LockID: { S: digestItem }, Digest: { S: text } });
  const textOf = (answer: StateCheck): string =>
    answer.kind === 'failed'
      ? JSON.stringify(answer.error)
      : answer.facts.map(({ label, value }) => `${label}: ${value}`).join('\n');

  it('matches: one request to each, and nothing written', async () => {
    db.requests.length = 0;
    const answer = await check();
    assert.equal(answer.kind, 'sound', textOf(answer));
    assert.equal(textOf(answer), `Digest: matches (${md5(body)})`);
    assert.deepEqual(
      db.requests.map(({ operation }) => operation),
      ['GetItem'],
    );
    assert.deepEqual(
      s3.requests.map(({ method, key: of }) => [method, of]),
      [['GET', key]],
    );
  });

  it('that does not match is explained, with both values, and stays as it is', async () => {
    await setDigest(md5('older'));
    const answer = await check();
    assert.equal(answer.kind, 'unsound');
    const text = textOf(answer);
    assert.ok(
      text.includes(
        `Digest: does not match: the table says ${md5('older')}, the MD5 of the state object is ${md5(body)}`,
      ),
      text,
    );
    assert.match(text, /Consequence: Terraform will refuse to read the state/);
    assert.ok(text.includes(`Digest should be ${md5(body)}.`), text);
    assert.ok(text.includes(`Item of the digest: ${digestItem} in table locks`), text);
    assert.deepEqual(await db.get('locks', digestItem), {
      LockID: { S: digestItem },
      Digest: { S: md5('older') },
    });
    assert.equal(await s3.get('bucket', key), body);
  });

  for (const [what, prepare] of [
    ['missing', (): Promise<void> => s3.remove('bucket', key)],
    ['empty', (): Promise<void> => s3.put('bucket', key, '')],
  ] as const) {
    it(`cannot match a state object that is ${what}`, async () => {
      await prepare();
      const answer = await check();
      assert.equal(answer.kind, 'unsound');
      assert.ok(textOf(answer).includes(`says ${md5(body)}, the state object is ${what}`));
    });
  }

  it('that is not there is compared with nothing, and the state is not read', async () => {
    await db.remove('locks', digestItem);
    const answer = await check();
    assert.equal(answer.kind, 'open');
    assert.match(textOf(answer), /the table has none of this state/);
    assert.equal(s3.requests.length, 0);
  });

  it('that is no MD5 is one that Terraform ignores', async () => {
    await setDigest('not hex');
    const answer = await check();
    assert.equal(answer.kind, 'open');
    assert.match(textOf(answer), /"not hex" in the table is not an MD5, so Terraform ignores it/);
  });

  it('is the same in capitals', async () => {
    await setDigest(md5(body).toUpperCase());
    assert.equal((await check()).kind, 'sound');
  });

  it('of a large state is told without keeping the state', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, 'x');
    await s3.put('bucket', key, large);
    await setDigest(md5(large));
    const answer = await check();
    assert.equal(answer.kind, 'sound', textOf(answer));
  }).timeout(30_000);

  it('is not compared with more than anybody waits for', async () => {
    s3.intercept = () => ({
      kind: 'answer',
      status: 200,
      headers: { etag: '"e"', 'content-length': String(2 ** 30) },
      body: 'x',
    });
    const answer = await check();
    assert.equal(answer.kind, 'open');
    assert.match(textOf(answer), /more than 256 MiB/);
  });

  const encrypted = s3Error(
    400,
    'InvalidRequest',
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided.',
  );

  it('of a state that is encrypted with an unknown key is not compared, and that is said', async () => {
    s3.intercept = () => encrypted;
    const answer = await check();
    assert.equal(answer.kind, 'open');
    assert.match(textOf(answer), /customer key \(SSE-C\) that is not known here/);
  });

  it('of a state that is encrypted with the key of the block is read with it', async () => {
    const sseKey = Buffer.alloc(32, 7).toString('base64');
    s3.intercept = ({ headers }) =>
      headers['x-amz-server-side-encryption-customer-key'] === sseKey ? undefined : encrypted;
    const answer = await check({ encrypt: true, sse_customer_key: sseKey });
    assert.equal(answer.kind, 'sound', textOf(answer));
    assert.equal(s3.requests.length, 1);
    assert.ok(!textOf(answer).includes(sseKey) && !host.lines.join().includes(sseKey));
  });

  it('is not known where the state may not be read: the action is named', async () => {
    s3.intercept = () => s3Error(403, 'AccessDenied', 'Access Denied');
    const answer = await check();
    assert.ok(answer.kind === 'failed');
    assert.deepEqual(
      [answer.error.reason, answer.error.action, answer.error.resource],
      ['denied', 's3:GetObject', `s3://bucket/${key}`],
    );
  });

  it('is not known where another server answers', async () => {
    s3.intercept = () => ({ kind: 'answer', status: 200, body: 'Sign in' });
    const answer = await check();
    assert.equal(answer.kind === 'failed' && answer.error.reason, 'malformed');
  });

  it('is not waited for once it is cancelled', async () => {
    const controller = new AbortController();
    s3.intercept = () => {
      setTimeout(() => controller.abort(), 5);
      return { kind: 'blackHole' };
    };
    const answer = await check({}, controller.signal);
    assert.equal(answer.kind === 'failed' && answer.error.reason, 'cancelled');
  });

  it('is not kept of a state whose lock is no item of a table', async () => {
    const state = awsStateOf(
      { use_lockfile: true, dynamodb_table: null, ...s3AccessTo(s3.endpoint) },
      key,
    );
    assert.ok(!state.capabilities?.includes('checkState'));
    const answer = await explorer.checkState(state, asked, noSignal);
    assert.equal(answer.kind === 'failed' && answer.error.reason, 'unsupported');
  });
});
