import assert from 'node:assert/strict';
import { LocalExplorer } from '../../src/backends/localExplorer';
import { backends } from '../../src/backends/registry';
import type { StateCheck } from '../../src/core/stateCheck';
import { asked, hostOf, noSignal, withEnvironment } from '../support/awsBlocks';
import { TestDynamoDb } from '../support/awsDynalite';
import { TestS3 } from '../support/awsS3';
import { skipTest } from '../support/mochaRun';
import { sample } from '../support/sampleWorkspace';
import { createTempFolder } from '../support/tempFolder';
import {
  findTerraform,
  TerraformModule,
  writeTerraformModule,
  type TerraformResult,
} from '../support/terraform';
import { ExtensionView } from './extensionView';

const keys = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

describe('the digest that a real terraform keeps of a state', () => {
  const temp = createTempFolder('digest');
  const stateKey = 'app/terraform.tfstate';
  const digestItem = `${sample.bucket}/${stateKey}-md5`;
  let s3: TestS3;
  let db: TestDynamoDb;
  let module: TerraformModule;

  before(async function () {
    const terraform = findTerraform();
    if (terraform === undefined) return skipTest(this, 'there is no terraform on PATH');
    s3 = await TestS3.start(sample.bucket);
    db = await TestDynamoDb.start();
    await db.createTable(sample.table);
    const endpoints = { s3: s3.endpoint, dynamodb: db.endpoint };
    module = new TerraformModule(terraform, writeTerraformModule(temp.path, 'app', endpoints));
    assert.equal((await module.run('init', '-no-color')).exitCode, 0);
    const apply = await module.holdLock();
    assert.equal((await apply.go()).exitCode, 0);
  });
  after(async () => {
    await (s3 as TestS3 | undefined)?.stop();
    await (db as TestDynamoDb | undefined)?.stop();
    temp.remove();
  });

  const check = (): Promise<StateCheck> =>
    withEnvironment(keys, async () => {
      const resolution = await new ExtensionView().resolve(module.directory);
      assert.ok(resolution?.kind === 'state', JSON.stringify(resolution));
      const explorer = new LocalExplorer(backends, hostOf());
      return explorer.checkState(resolution.state, asked, noSignal);
    });
  const plan = (): Promise<TerraformResult> => module.run('plan', '-no-color');
  const setDigest = (text: string): Promise<void> =>
    db.put(sample.table, { LockID: { S: digestItem }, Digest: { S: text } });
  const factOf = (answer: StateCheck, label: string): string =>
    answer.kind === 'failed'
      ? JSON.stringify(answer.error)
      : (answer.facts.find((fact) => fact.label === label)?.value ?? '');

  it('matches after an apply', async () => {
    const answer = await check();
    assert.equal(answer.kind, 'sound', JSON.stringify(answer));
  });

  it('is refused by terraform exactly where we say so, and mended by the value that we name', async () => {
    await setDigest('0'.repeat(32));
    const answer = await check();
    assert.equal(answer.kind, 'unsound');
    const refused = await plan();
    assert.equal(refused.exitCode, 1, refused.output);
    const words = /"(state data in S3 .*?)"/.exec(factOf(answer, 'Consequence'))?.[1] ?? 'nothing';
    assert.ok(refused.output.replace(/\s+/g, ' ').includes(words), refused.output);
    const value = /Digest should be ([0-9a-f]{32})\./.exec(factOf(answer, 'What to check'))?.[1];
    assert.ok(value);
    await setDigest(value);
    assert.equal((await check()).kind, 'sound');
    const accepted = await plan();
    assert.equal(accepted.exitCode, 0, accepted.output);
  });

  it('is ignored by terraform where we say so', async () => {
    await setDigest('not hex');
    assert.equal((await check()).kind, 'open');
    const accepted = await plan();
    assert.equal(accepted.exitCode, 0, accepted.output);
  });

  it('is refused by terraform without a state object, too', async () => {
    await setDigest('0'.repeat(32));
    await s3.remove(sample.bucket, stateKey);
    const answer = await check();
    assert.equal(answer.kind, 'unsound');
    const refused = await plan();
    assert.equal(refused.exitCode, 1, refused.output);
    await db.remove(sample.table, digestItem);
    assert.equal((await check()).kind, 'open');
    const accepted = await plan();
    assert.equal(accepted.exitCode, 0, accepted.output);
  });
});
