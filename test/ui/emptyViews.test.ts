import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chosenVsCode } from '../support/chosenVsCode';
import { eventually } from '../support/eventually';
import { putSampleLock, sample, sampleLock, writeModule } from '../support/sampleWorkspace';
import { createTempFolder } from '../support/tempFolder';
import { openScene, shortestPollS, type Scene } from './scene';

const version = chosenVsCode();
const status = 'stateLock.status';

describe(`Where there is nothing to show, in VS Code ${version}`, function () {
  this.timeout(120_000);
  let scene: Scene | undefined;

  afterEach(async () => {
    await scene?.stop();
    scene = undefined;
  });

  const viewSays = (words: RegExp): Promise<string> =>
    eventually(
      String(words),
      () => scene?.workbench.sidebar.viewText() ?? '',
      (text) => words.test(text),
      { timeoutMs: 30_000 },
    );

  it('says that there is no backend, and shows nothing in the status bar', async () => {
    scene = await openScene({
      prepare: ({ folder }) => {
        writeFileSync(path.join(folder, 'main.tf'), 'resource "terraform_data" "x" {}\n');
        return Promise.resolve();
      },
    });
    await scene.workbench.sidebar.openView('State Locks');
    await viewSays(/No Terraform backend block was found/);
    await scene.workbench.screenshot(`${version}-no-backend`);
    const item = await scene.workbench.statusBarItem(status);
    assert.notEqual(item?.visible, true);
    assert.deepEqual(scene.db.requests, []);
  });

  it('asks nothing of anybody in an untrusted workspace, and starts once it is trusted', async () => {
    scene = await openScene({
      settings: {
        'security.workspace.trust.enabled': true,
        'security.workspace.trust.startupPrompt': 'never',
        'security.workspace.trust.banner': 'never',
      },
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        await putSampleLock(db, 'network', sampleLock('network'));
        writeModule(folder, 'network', db.endpoint);
      },
    });
    const { workbench, db } = scene;
    await workbench.openFile('network.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) =>
      text.includes('Lock unknown: workspace not trusted'),
    );
    await workbench.sidebar.openView('State Locks');
    await viewSays(/This workspace is not trusted/);
    await workbench.screenshot(`${version}-untrusted`);
    await workbench.runCommand('State Lock: Refresh');
    await workbench.runCommand('State Lock: Acquire Lock…');
    await workbench.quickInput.type('not trusted');
    await workbench.quickInput.accept();
    await workbench.dialog.click('Acquire Lock');
    await workbench.notifications.waitFor(/not trusted/);
    await delay(shortestPollS * 1000);
    assert.equal(db.connections, 0, 'no connection to the endpoint of an untrusted block');
    console.log(`      ${String(db.connections)} connections while untrusted`);
    await workbench.notifications.dismissAll();
    await workbench.sidebar.clickWelcome('Manage Workspace Trust');
    await workbench.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
    await workbench.openFile('network.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('alice@build-07'));
  });

  it('says that it is signed out, stops asking, and goes on after a log-in', async () => {
    const aws = createTempFolder('aws');
    const credentials = path.join(aws.path, 'credentials');
    scene = await openScene({
      env: {
        AWS_ACCESS_KEY_ID: undefined,
        AWS_SECRET_ACCESS_KEY: undefined,
        AWS_SHARED_CREDENTIALS_FILE: credentials,
        AWS_CONFIG_FILE: path.join(aws.path, 'config'),
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        await putSampleLock(db, 'network', sampleLock('network'));
        writeModule(folder, 'network', db.endpoint);
      },
    });
    const { workbench, db } = scene;
    await workbench.sidebar.openView('State Locks');
    await viewSays(/You are signed out/);
    await workbench.screenshot(`${version}-signed-out`);
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('unknown'));
    assert.equal(db.count(), 0);
    // What a log-in in some other program leaves behind.
    writeFileSync(
      credentials,
      '[default]\naws_access_key_id = S3RVER\naws_secret_access_key = S3RVER\n',
    );
    await workbench.sidebar.waitForRow('network/terraform.tfstate');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('1 locked'));
    aws.remove();
  });
});
