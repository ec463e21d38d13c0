import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chosenVsCode } from '../support/chosenVsCode';
import { lockIdOf, putSampleLock, sample, sampleLock } from '../support/sampleWorkspace';
import { openScene, type Scene } from './scene';

const status = 'stateLock.status';

describe(`A workspace of Terragrunt units in VS Code ${chosenVsCode()}`, function () {
  this.timeout(120_000);
  let scene: Scene;

  before(async () => {
    scene = await openScene({
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        await putSampleLock(db, 'prod/db', sampleLock('prod/db'));
        const write = (file: string, text: string): void => {
          const target = path.join(folder, file);
          mkdirSync(path.dirname(target), { recursive: true });
          writeFileSync(target, text);
        };
        write(
          'root.hcl',
          `remote_state {
  backend = "s3"
  config = {
    bucket         = "${sample.bucket}"
    key            = "\${path_relative_to_include()}/terraform.tfstate"
    region         = "${sample.region}"
    dynamodb_table = "${sample.table}"
    endpoints      = { dynamodb = "${db.endpoint}" }
  }
}
`,
        );
        for (const unit of ['prod/db', 'prod/web']) {
          write(
            `${unit}/terragrunt.hcl`,
            `# ${unit}
terraform {
  source = "../../modules/${path.basename(unit)}"
}

include "root" {
  path = find_in_parent_folders("root.hcl")
}
`,
          );
        }
      },
    });
  });
  after(() => scene.stop());

  it('is known without a single Terraform file: a row for each unit, none for the root', async () => {
    const { workbench } = scene;
    await workbench.waitForStatusBarItem(status, ({ text }) => text === '1 locked · 1 free');
    await workbench.sidebar.openView('State Locks');
    await workbench.sidebar.waitForRow('prod/db/terraform.tfstate');
    assert.deepEqual(
      (await workbench.sidebar.treeRows()).map((row) => row.label),
      ['prod/db/terraform.tfstate', 'prod/web/terraform.tfstate'],
    );
    await workbench.screenshot(`${chosenVsCode()}-terragrunt`);
  });

  it('shows the state of the unit that is edited, and all of them for the root', async () => {
    const { workbench } = scene;
    await workbench.openFile('db/terragrunt.hcl');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.startsWith('alice@build-07'));
    await workbench.openFile('root.hcl');
    await workbench.waitForStatusBarItem(status, ({ text }) => text === '1 locked · 1 free');
  });

  it('takes and gives back the lock of a unit', async () => {
    const { workbench } = scene;
    await workbench.openFile('web/terragrunt.hcl');
    await workbench.waitForStatusBarItem(status, ({ text }) => text === 'State free');
    await workbench.runCommand('State Lock: Acquire Lock…');
    await workbench.quickInput.type('moving the unit');
    await workbench.quickInput.accept();
    assert.match(await workbench.dialog.text(), /Terragrunt/);
    await workbench.dialog.click('Acquire Lock');
    await workbench.notifications.waitFor(/You hold the lock of prod\/web\/terraform\.tfstate/);
    assert.notEqual(await scene.db.get(sample.table, lockIdOf('prod/web')), undefined);
    await workbench.notifications.dismissAll();
    await workbench.runCommand('State Lock: Release Lock');
    await workbench.notifications.waitFor(/You have released the lock of prod\/web/);
    assert.equal(await scene.db.get(sample.table, lockIdOf('prod/web')), undefined);
  });
});
