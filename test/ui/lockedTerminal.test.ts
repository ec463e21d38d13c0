import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { terminalObstacle } from '../../scripts/bootstrap.mjs';
import { TestS3 } from '../support/awsS3';
import { chosenVsCode } from '../support/chosenVsCode';
import { eventually } from '../support/eventually';
import { skipTest } from '../support/mochaRun';
import { projectRoot } from '../support/projectRoot';
import { lockIdOf, putSampleLock, sample, sampleLock } from '../support/sampleWorkspace';
import { findTerraform, TerraformModule, writeTerraformModule } from '../support/terraform';
import { screenshotIfFailed } from './driverFailure';
import { TerminalPanel, terminalSettings } from './driverTerminal';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const item = 'stateLock.terminal';
const refused = /Error acquiring the state lock/;

describe(`Locked terminals in VS Code ${version}, with a real terraform`, function () {
  this.timeout(240_000);
  let scene: Scene;
  let s3: TestS3;
  let terminal: TerminalPanel;
  let outside: TerraformModule;

  before(async function () {
    const terraform = findTerraform();
    if (terraform === undefined) return skipTest(this, 'terraform is not on PATH');
    const obstacle = terminalObstacle(projectRoot, version);
    if (obstacle !== undefined) return skipTest(this, obstacle);
    s3 = await TestS3.start(sample.bucket);
    scene = await openScene({
      env: { CHECKPOINT_DISABLE: '1' },
      settings: terminalSettings,
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        const endpoints = { s3: s3.endpoint, dynamodb: db.endpoint };
        const [live, other] = ['live', 'other'].map((name) => {
          const directory = writeTerraformModule(folder, name, endpoints);
          const file = path.join(directory, 'main.tf');
          const [block = ''] = readFileSync(file, 'utf8').split('resource ');
          writeFileSync(file, `${block}resource "terraform_data" "a" {}\n`);
          return new TerraformModule(terraform, directory);
        });
        assert.ok(live !== undefined && other !== undefined);
        outside = live;
        for (const module of [live, other]) {
          const init = await module.run('init', '-no-color');
          assert.equal(init.exitCode, 0, init.output);
        }
      },
    });
    terminal = new TerminalPanel(scene.workbench.page);
    await scene.workbench.openFile('live/main.tf');
    await scene.workbench.waitForStatusBarItem('stateLock.status', ({ text }) =>
      text.includes('State free'),
    );
  });

  afterEach(async function () {
    await screenshotIfFailed(this, (scene as Scene | undefined)?.workbench);
  });

  after(async () => {
    await (scene as Scene | undefined)?.stop();
    await (s3 as TestS3 | undefined)?.stop();
  });

  async function openLocked(reason: string): Promise<void> {
    const { workbench } = scene;
    await workbench.waitForStatusBarItem('stateLock.status', ({ text }) =>
      text.includes('State free'),
    );
    await workbench.runCommand('State Lock: Open Locked Terminal…');
    await workbench.quickInput.type(reason);
    await workbench.quickInput.accept();
    await workbench.dialog.click('Open Locked Terminal');
    await workbench.waitForStatusBarItem(item, ({ text }) =>
      text.includes('Locked by you · terminal'),
    );
    await terminal.waitFor(/terraform and tofu do not lock by themselves here/);
  }

  async function itemGoes(): Promise<void> {
    await eventually(
      'the item of the locked terminal to go',
      () => scene.workbench.statusBarItem(item),
      (found) => found?.visible !== true,
    );
  }

  const lockOf = (module: string): Promise<unknown> => scene.db.get(sample.table, lockIdOf(module));

  it('runs plan, apply and state mv under one lock while terraform outside is refused throughout', async () => {
    const { workbench } = scene;
    await openLocked('Moving a resource');
    const first = await lockOf('live');
    assert.ok(first !== undefined);

    const finished = path.join(outside.directory, 'finished');
    let attempts = 0;
    const outsiders = (async (): Promise<void> => {
      do {
        const plan = await outside.run('plan', '-no-color');
        attempts += 1;
        assert.equal(plan.exitCode, 1, plan.output);
        assert.match(plan.output, refused);
        assert.match(plan.output, /Moving a resource/);
        assert.deepEqual(await lockOf('live'), first, 'the lock changed');
      } while (!existsSync(finished));
    })();
    await terminal.type(
      'terraform plan && terraform apply -auto-approve && terraform state mv terraform_data.a terraform_data.b && touch finished',
    );
    await outsiders;
    await workbench.screenshot(`${version}-locked-terminal`);
    console.log(`      ${String(attempts)} plans outside, all refused`);
    assert.ok(attempts >= 3, `only ${String(attempts)} attempts`);
    const list = await outside.run('state', 'list');
    // Terraform may have something to say about its own configuration before.
    assert.deepEqual(list.output.match(/terraform_data\.\w+/g), ['terraform_data.b']);

    await terminal.type('exit');
    await workbench.notifications.waitFor(/You have released the lock of live/);
    assert.equal(await lockOf('live'), undefined);
    await itemGoes();
    const plan = await outside.run('plan', '-no-color');
    assert.equal(plan.exitCode, 0, plan.output);
    await workbench.notifications.dismissAll();
  });

  it('warns of a command in another module, which Terraform itself refuses', async () => {
    const { workbench } = scene;
    await openLocked('Staying here');
    await terminal.type('cd ../other && terraform plan');
    const text = await workbench.notifications.waitFor(/without a lock/);
    assert.match(text, /other without a lock.*holds the lock of live\/terraform\.tfstate only/s);
    await terminal.waitFor(/Changes to backend configurations require reinitialization/);
    assert.doesNotMatch(await terminal.text(), /Plan:/);
    await workbench.screenshot(`${version}-locked-elsewhere`);
    await workbench.notifications.dismissAll();
  });

  it('is closed by Release Lock, since without its lock nothing in it would be safe', async () => {
    const { workbench } = scene;
    await eventually('the end of the command before to be noticed', async () => {
      await workbench.runCommand('State Lock: Release Lock');
      const text = await workbench.dialog.text();
      assert.match(text, /A locked terminal works under the lock of live/);
      if (text.includes('releases the lock')) return true;
      await workbench.dialog.click('Cancel');
      return false;
    });
    await workbench.dialog.click('Close Terminal and Release Lock');
    await workbench.notifications.waitFor(/You have released the lock of live/);
    assert.equal(await lockOf('live'), undefined);
    await itemGoes();
    await workbench.notifications.dismissAll();
  });

  it('keeps the lock when it is closed while Terraform runs in it', async () => {
    const { workbench } = scene;
    await openLocked('An apply that is not done');
    await terminal.type('terraform apply -replace=terraform_data.b');
    await terminal.waitFor(/Enter a value:/);
    await workbench.runCommand('State Lock: Release Lock');
    assert.match(await workbench.dialog.text(), /Terraform is running in it.*you keep the lock/s);
    await workbench.dialog.click('Cancel');
    await workbench.runCommand('Terminal: Kill the Active Terminal Instance');
    await workbench.notifications.waitFor(/closed while Terraform was running/);
    assert.ok((await lockOf('live')) !== undefined);
    await workbench.screenshot(`${version}-locked-kept`);
    await workbench.notifications.click(/closed while Terraform was running/, 'Release Lock');
    await workbench.notifications.waitFor(/You have released the lock of live/);
    assert.equal(await lockOf('live'), undefined);
    await workbench.notifications.dismissAll();
  });

  it('warns when the lock is broken, and never gives back what is not its lock', async () => {
    const { workbench, db } = scene;
    await openLocked('About to be broken');
    await db.remove(sample.table, lockIdOf('live'));
    await putSampleLock(db, 'live', sampleLock('live'));
    const dialog = await workbench.dialog.text();
    assert.match(dialog, /The lock of your locked terminal is gone: live\/terraform\.tfstate/);
    assert.match(dialog, /held by alice@build-07/);
    await workbench.screenshot(`${version}-locked-broken`);
    await workbench.waitForStatusBarItem(item, ({ background }) => background === 'warning');
    await workbench.dialog.click('Close Terminal');
    await itemGoes();
    assert.ok((await lockOf('live')) !== undefined, "another's lock was removed");
    await workbench.notifications.dismissAll();
  });

  it('warns in an ordinary terminal before the refusal, and makes its lock ID a link', async () => {
    const { workbench, db } = scene;
    await putSampleLock(db, 'live', sampleLock('live'));
    await workbench.waitForStatusBarItem('stateLock.status', ({ text }) => text.includes('alice'));
    await workbench.runCommand('Terminal: Create New Terminal');
    await workbench.runCommand('View: Toggle Maximized Panel');
    await terminal.waitFor(/[$#] /);
    await terminal.type('cd live && terraform apply');
    const text = await workbench.notifications.waitFor(/live\/terraform\.tfstate is locked by/);
    assert.match(text, /alice@build-07 .* terraform apply will be refused/);
    await terminal.waitFor(/Terraform acquires a state lock/);
    await workbench.screenshot(`${version}-terminal-refused`);
    await workbench.notifications.dismissAll();
    await terminal.followLink(sampleLock('live').id);
    await workbench.sidebar.waitForRow('ID', ({ description }) =>
      description.includes(sampleLock('live').id),
    );
    await workbench.screenshot(`${version}-terminal-link`);
  });
});
