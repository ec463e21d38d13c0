import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chosenVsCode } from '../support/chosenVsCode';
import { putSampleLock, sample, sampleLock, writeModule } from '../support/sampleWorkspace';
import { openScene, type Scene } from './scene';

describe(`A workspace of several folders in VS Code ${chosenVsCode()}`, function () {
  this.timeout(120_000);
  let scene: Scene | undefined;

  after(() => scene?.stop());

  it('lists the states of every folder, however deep, and no downloaded module', async () => {
    scene = await openScene({
      open: 'teams.code-workspace',
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        await putSampleLock(db, 'payments', sampleLock('payments'));
        const folders = ['red', 'blue'].map((name) => path.join(folder, name));
        const [red = '', blue = ''] = folders;
        writeModule(red, 'payments', db.endpoint);
        writeModule(path.join(blue, 'live', 'eu', 'prod'), 'orders', db.endpoint);
        writeModule(path.join(blue, '.terraform', 'modules'), 'downloaded', db.endpoint);
        mkdirSync(path.join(blue, 'empty'));
        const workspace = { folders: folders.map((each) => ({ path: each })) };
        writeFileSync(path.join(folder, 'teams.code-workspace'), JSON.stringify(workspace));
      },
    });
    const { workbench } = scene;
    await workbench.sidebar.openView('State Locks');
    await workbench.waitForStatusBarItem(
      'stateLock.status',
      ({ text }) => text === '1 locked · 1 free',
    );
    await workbench.sidebar.waitForRow('payments/terraform.tfstate');
    const rows = await workbench.sidebar.treeRows();
    assert.deepEqual(
      rows.map((row) => row.label),
      ['orders/terraform.tfstate', 'payments/terraform.tfstate'],
    );
    await workbench.openFile('orders.tf');
    await workbench.waitForStatusBarItem('stateLock.status', ({ text }) => text === 'State free');
  });
});
