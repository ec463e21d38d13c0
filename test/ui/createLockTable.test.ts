import assert from 'node:assert/strict';
import { chosenVsCode } from '../support/chosenVsCode';
import { eventually } from '../support/eventually';
import { sample, writeModule } from '../support/sampleWorkspace';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const status = 'stateLock.status';

describe(`Creating a lock table in VS Code ${version}`, function () {
  this.timeout(120_000);
  let scene: Scene;

  before(async () => {
    scene = await openScene({
      prepare: ({ db, folder }) => {
        writeModule(folder, 'network', db.endpoint);
        return Promise.resolve();
      },
    });
    await scene.workbench.openFile('network.tf');
  });
  after(async () => {
    await (scene as Scene | undefined)?.stop();
  });

  it('creates nothing when the person declines', async () => {
    const { workbench, db } = scene;
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('no such table'));
    await workbench.runCommand('State Lock: Create Lock Table…');
    await workbench.quickInput.pick(/^Without deletion protection/);
    await workbench.dialog.text();
    await workbench.dialog.click('Cancel');
    assert.equal(db.count('CreateTable'), 0);
  });

  it('shows where and how, sends one request, and the state is free when the table is ready', async () => {
    const { workbench, db } = scene;
    await workbench.runCommand('State Lock: Create Lock Table…');
    await workbench.quickInput.pick(/^With deletion protection/);
    const question = await workbench.dialog.text();
    for (const part of [
      `Create the DynamoDB table ${sample.table}?`,
      `Region: ${sample.region}`,
      'Account:',
      'Key: LockID (String)',
      'Billing: on demand',
      'Deletion protection: on',
    ]) {
      assert.ok(question.includes(part), `${part} is missing in: ${question}`);
    }
    await workbench.screenshot(`${version}-create-lock-table`);
    await workbench.dialog.click('Create Table');
    await workbench.notifications.waitFor(/was created and is ready/);
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('State free'));
    assert.equal(db.count('CreateTable'), 1);
    await workbench.notifications.dismissAll();
  });

  it('opens the required policy beside the file', async () => {
    const { workbench } = scene;
    await workbench.runCommand('State Lock: Show Required IAM Policy');
    await eventually(
      'the policy',
      () => workbench.editor.visibleText(),
      (text) => text.includes('dynamodb:GetItem'),
    );
    await workbench.screenshot(`${version}-iam-policy`);
  });
});
