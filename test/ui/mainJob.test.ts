import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { whoAmI } from '../../src/storage/who';
import { TestS3 } from '../support/awsS3';
import { eventually } from '../support/eventually';
import { chosenVsCode } from '../support/chosenVsCode';
import { skipTest } from '../support/mochaRun';
import { lockIdOf, sample } from '../support/sampleWorkspace';
import { findTerraform, TerraformModule, writeTerraformModule } from '../support/terraform';
import { passEvidence, typeKey } from './runbookSteps';
import { openScene, shortestPollS, type Scene } from './scene';

const version = chosenVsCode();
const status = 'stateLock.status';

describe(`The main job in VS Code ${version}, with a real terraform`, function () {
  this.timeout(180_000);
  let scene: Scene;
  let s3: TestS3;
  let module: TerraformModule;

  before(async function () {
    const terraform = findTerraform();
    if (terraform === undefined) skipTest(this, 'terraform is not on PATH');
    s3 = await TestS3.start(sample.bucket);
    scene = await openScene({
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        const endpoints = { s3: s3.endpoint, dynamodb: db.endpoint };
        module = new TerraformModule(terraform, writeTerraformModule(folder, 'live', endpoints));
        const init = await module.run('init', '-no-color');
        assert.equal(init.exitCode, 0, init.output);
      },
    });
    await scene.workbench.openFile('main.tf');
    await scene.workbench.waitForStatusBarItem(status, (item) => item.text.includes('State free'));
  });

  after(async () => {
    // Where `before` was skipped or failed there may be nothing to stop.
    await (scene as Scene | undefined)?.stop();
    await (s3 as TestS3 | undefined)?.stop();
  });

  it("shows a real apply's lock within one poll, and its end", async () => {
    const { workbench } = scene;
    const apply = await module.holdLock();
    const started = Date.now();
    const item = await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('apply'));
    const seconds = (Date.now() - started) / 1000;
    console.log(`      shown ${seconds.toFixed(1)} s after the apply took the lock`);
    assert.ok(seconds <= shortestPollS * 1.1 + 2, `shown after ${String(seconds)} s`);
    assert.match(item.text, new RegExp(`${whoAmI()} · apply`));
    assert.match(item.ariaLabel, /locked by .*, operation apply, not you/);
    await workbench.screenshot(`${version}-apply-held`);
    assert.equal((await apply.go()).exitCode, 0);
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('State free'));
  });

  it('acquires through palette, input box and modal; terraform plan is refused with our reason', async () => {
    const { workbench } = scene;
    await workbench.runCommand('State Lock: Acquire Lock…');
    await workbench.quickInput.accept();
    await inputSays(scene, 'Please give a reason.');
    await workbench.quickInput.type('Moving <the> "network" & more');
    await workbench.quickInput.accept();
    const question = await workbench.dialog.text();
    assert.match(question, /Acquire the lock of live\/terraform\.tfstate\?/);
    for (const part of [sample.table, sample.region, 'Account:', 'Moving <the> "network" & more']) {
      assert.ok(question.includes(part), `${part} is missing in: ${question}`);
    }
    await workbench.screenshot(`${version}-acquire`);
    await workbench.dialog.click('Acquire Lock');
    await workbench.notifications.waitFor(/You hold the lock of live\/terraform\.tfstate/);
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('Locked by you'));
    const plan = await module.run('plan', '-no-color');
    assert.equal(plan.exitCode, 1, plan.output);
    assert.match(plan.output, /Error acquiring the state lock/);
    assert.match(plan.output, /Info:\s+Moving <the> "network" & more/);
    await workbench.notifications.dismissAll();
  });

  it('survives a reload of the window, and releases what it acquired', async () => {
    const { workbench } = scene;
    // What is shown before the page is loaded again is the old window.
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('Locked by you'));
    await workbench.runCommand('State Lock: Release Lock');
    await workbench.notifications.waitFor(/You have released the lock of live/);
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('State free'));
    assert.equal(await scene.db.get(sample.table, lockIdOf('live')), undefined);
    await workbench.notifications.dismissAll();
  });

  it('notices that terraform force-unlock released our lock', async () => {
    const { workbench } = scene;
    await acquire(scene, 'to be broken by terraform');
    const item = await scene.db.get(sample.table, lockIdOf('live'));
    const { ID } = JSON.parse((item?.['Info'] as { S: string }).S) as { ID: string };
    const unlock = await module.run('force-unlock', '-force', '-no-color', ID);
    assert.equal(unlock.exitCode, 0, unlock.output);
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('State free'));
  });

  it("breaks the lock of a killed apply, only with the state's key typed, and terraform plan works", async () => {
    const { workbench } = scene;
    const apply = await module.holdLock();
    await apply.kill();
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('apply'));
    await workbench.runCommand('State Lock: Force Unlock…');
    const question = await passEvidence(workbench, 'Save a copy of the state');
    for (const part of [whoAmI(), 'looks like you', 'OperationTypeApply', sample.table, '1.11']) {
      assert.ok(question.includes(part), `${part} is missing in: ${question}`);
    }
    await workbench.screenshot(`${version}-force-unlock`);
    await workbench.dialog.click('Continue…');
    await workbench.quickInput.type('yes');
    await workbench.quickInput.accept();
    await inputSays(scene, "This is not the state's key.");
    assert.ok(await scene.db.get(sample.table, lockIdOf('live')), 'nothing may be deleted yet');
    await typeKey(workbench, 'live/terraform.tfstate');
    await workbench.notifications.waitFor(
      /The lock was removed from live.* nobody holds it\. Backup: saved/,
    );
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('State free'));
    const plan = await module.run('plan', '-no-color');
    assert.equal(plan.exitCode, 0, plan.output);
    await workbench.notifications.dismissAll();
  });

  it('deletes nothing when the lock is replaced between modal and confirmation', async () => {
    const { workbench, db } = scene;
    const first = await module.holdLock();
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('apply'));
    await workbench.runCommand('State Lock: Force Unlock…');
    await passEvidence(workbench, 'Save a copy of the state');
    await first.go();
    const second = await module.holdLock();
    const held = await db.get(sample.table, lockIdOf('live'));
    await workbench.dialog.click('Continue…');
    // The evidence was of a live process.
    assert.equal(await typeKey(workbench, 'live/terraform.tfstate'), 'confirmed once more');
    await workbench.notifications.waitFor(/no longer the one you were shown/);
    await delay(500);
    assert.deepEqual(await db.get(sample.table, lockIdOf('live')), held);
    assert.equal((await second.go()).exitCode, 0);
    await workbench.notifications.dismissAll();
  });
});

async function acquire({ workbench }: Scene, reason: string): Promise<void> {
  await workbench.runCommand('State Lock: Acquire Lock…');
  await workbench.quickInput.type(reason);
  await workbench.quickInput.accept();
  await workbench.dialog.click('Acquire Lock');
  await workbench.notifications.waitFor(/You hold the lock/);
  await workbench.notifications.dismissAll();
}

/** The refusal of what was typed appears a moment after Enter. */
async function inputSays({ workbench }: Scene, refusal: string): Promise<void> {
  await eventually(
    refusal,
    () => workbench.quickInput.text(),
    (text) => text.includes(refusal),
  );
}
