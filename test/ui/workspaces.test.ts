import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeLockInfo } from '../../src/core/lockInfo';
import { TestS3 } from '../support/awsS3';
import { chosenVsCode } from '../support/chosenVsCode';
import { eventually } from '../support/eventually';
import { backendBlock, sample, sampleLock } from '../support/sampleWorkspace';
import { screenshotIfFailed } from './driverFailure';
import { passEvidence, typeKey } from './runbookSteps';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const key = 'app/terraform.tfstate';
const devKey = `env:/dev/${key}`;
const devTitle = `${devKey} (workspace dev)`;
const body = '{"version":4,"serial":7}';
const md5 = createHash('md5').update(body).digest('hex');

describe(`Workspaces, digests and listed lock files in VS Code ${version}`, function () {
  this.timeout(120_000);
  // A context menu now and then closes under the mouse and chooses nothing.
  this.retries(2);
  let scene: Scene;
  let s3: TestS3;

  before(async () => {
    s3 = await TestS3.start(sample.bucket);
    for (const name of ['dev', 'prod']) await s3.put(sample.bucket, `env:/${name}/${key}`, body);
    await s3.put(sample.bucket, key, body);
    const foreign = sampleLock('foreign', { path: `${sample.bucket}/foreign.tfstate` });
    await s3.put(sample.bucket, 'foreign.tfstate.tflock', encodeLockInfo(foreign));
    scene = await openScene({
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        const dev = `${sample.bucket}/${devKey}`;
        await db.putLock(sample.table, dev, encodeLockInfo(sampleLock('dev', { path: dev })));
        await db.put(sample.table, {
          LockID: { S: `${dev}-md5` },
          Digest: { S: '0'.repeat(32) },
        });
        mkdirSync(path.join(folder, 'app'));
        const block = backendBlock('app', db.endpoint, s3.endpoint);
        writeFileSync(path.join(folder, 'app', 'main.tf'), block);
      },
    });
    await scene.workbench.sidebar.openView('State Locks');
    await scene.workbench.sidebar.waitForRow(key, (row) => row.description === 'free');
  });

  afterEach(async function () {
    await screenshotIfFailed(this, (scene as Scene | undefined)?.workbench);
  });

  after(async () => {
    await (scene as Scene | undefined)?.stop();
    await (s3 as TestS3 | undefined)?.stop();
  });

  const stateRows = async (): Promise<string[]> => {
    const rows = await scene.workbench.sidebar.treeRows();
    return rows.filter(({ level }) => level === 1).map(({ label }) => label);
  };

  it('lists them on demand, and watches those that are ticked', async () => {
    const { workbench } = scene;
    assert.equal(s3.requests.length, 0, 'nothing is listed by itself');
    await workbench.runCommand('State Lock: List Workspaces…');
    const rows = await workbench.quickInput.rows();
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      [
        ['default', 'selected · free'],
        ['dev', ''],
        ['prod', ''],
      ],
    );
    await workbench.quickInput.pick('dev');
    await workbench.screenshot(`${version}-workspaces`);
    await workbench.quickInput.accept();
    const row = await workbench.sidebar.waitForRow(devTitle, ({ description }) =>
      description.startsWith('alice@build-07 · apply'),
    );
    assert.equal(row.level, 1);
    assert.deepEqual(await stateRows(), [key, devTitle]);
  });

  it('keeps them across a reload, beside the selected workspace', async () => {
    const { workbench, server, folder } = scene;
    // VS Code writes down what extensions remember a moment later.
    await delay(3_000);
    await workbench.open(server.url(folder));
    await workbench.sidebar.openView('State Locks');
    await workbench.sidebar.waitForRow(devTitle, ({ description }) =>
      description.startsWith('alice@build-07'),
    );
    await workbench.sidebar.waitForRow(key, ({ description }) => description === 'free');
  });

  it('breaks the lock of a watched one, and explains the digest that no longer matches', async () => {
    const { workbench, db } = scene;
    await workbench.sidebar.treeContextMenu(devTitle, 'Force Unlock…');
    await passEvidence(workbench, 'Save a copy of the state');
    await workbench.dialog.click('Continue…');
    await typeKey(workbench, devKey);
    const said = await workbench.notifications.waitFor(/The lock was removed from env:\/dev/);
    assert.match(said, /Digest: does not match/);
    assert.ok(said.includes(md5), said);
    assert.match(said, /Terraform will refuse to read the state/);
    await workbench.notifications.dismissAll();
    await workbench.sidebar.expandRow(devTitle);
    await workbench.sidebar.waitForRow('What to check', ({ description }) =>
      description.includes(`Digest should be ${md5}.`),
    );
    await workbench.screenshot(`${version}-digest`);
    const item = await db.get(sample.table, `${sample.bucket}/${devKey}-md5`);
    assert.deepEqual(item?.['Digest'], { S: '0'.repeat(32) }, 'it is never written');
  });

  it('checks again on demand', async () => {
    const { workbench, db } = scene;
    await db.put(sample.table, {
      LockID: { S: `${sample.bucket}/${devKey}-md5` },
      Digest: { S: md5 },
    });
    await workbench.sidebar.treeContextMenu(devTitle, 'Check State');
    await workbench.notifications.waitFor(new RegExp(`Digest: matches \\(${md5}\\)`));
    await workbench.notifications.dismissAll();
    await workbench.sidebar.waitForRow('Digest', ({ description }) =>
      description.startsWith('matches'),
    );
  });

  it('takes a workspace off again', async () => {
    const { workbench } = scene;
    await workbench.sidebar.treeContextMenu(devTitle, 'Stop Watching Workspace');
    await eventually('the row to go', stateRows, (rows) => !rows.includes(devTitle));
    assert.deepEqual(await stateRows(), [key]);
  });

  it('breaks a lock file of a bucket that is listed, and says what no list knows', async () => {
    const { workbench } = scene;
    const foreign = `${sample.bucket}/foreign.tfstate`;
    await workbench.runCommand('State Lock: List All Locks…');
    await workbench.quickInput.pick(sample.bucket);
    await workbench.dialog.click('List Locks');
    await workbench.notifications.waitFor(/1 lock in S3 bucket/);
    await workbench.notifications.dismissAll();
    await workbench.sidebar.expandRow(`All locks of ${sample.bucket}`);
    await workbench.sidebar.treeContextMenu(foreign, 'Force Unlock…');
    const question = await passEvidence(workbench, 'Continue');
    assert.match(question, /Not seen here: a lock of the same state in a DynamoDB table/);
    await workbench.dialog.click('Continue…');
    await typeKey(workbench, 'foreign.tfstate');
    await workbench.notifications.waitFor(/The lock was removed from foreign\.tfstate/);
    assert.equal(await s3.get(sample.bucket, 'foreign.tfstate.tflock'), undefined);
  });
});
