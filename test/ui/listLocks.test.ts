import assert from 'node:assert/strict';
import { encodeLockInfo } from '../../src/core/lockInfo';
import { whoAmI } from '../../src/storage/who';
import { chosenVsCode } from '../support/chosenVsCode';
import { eventually } from '../support/eventually';
import { sample, sampleLock, seedSample } from '../support/sampleWorkspace';
import { passEvidence, typeKey } from './runbookSteps';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const foreign = 'other-team-state/payments/terraform.tfstate';
const branch = `All locks of ${sample.table}`;

describe(`Listing all locks in VS Code ${version}`, function () {
  this.timeout(120_000);
  // A context menu now and then closes under the mouse and chooses nothing.
  this.retries(2);
  let scene: Scene;

  before(async () => {
    scene = await openScene({
      // The bucket of the states is out of reach here.
      settings: { 'stateLock.forceUnlock.requireBackup': false },
      prepare: async ({ db, folder, globalStorage }) => {
        await seedSample(db, folder, globalStorage, whoAmI());
        const info = sampleLock('payments', { who: 'carol@[x](command:y)', path: foreign });
        await db.putLock(sample.table, foreign, encodeLockInfo(info));
        await db.put(sample.table, {
          LockID: { S: `${foreign}-md5` },
          Digest: { S: '0'.repeat(32) },
        });
      },
    });
    const context = scene.workbench.page.context();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await scene.workbench.sidebar.openView('State Locks');
    await scene.workbench.sidebar.waitForRow('dns/terraform.tfstate', (row) =>
      row.description.includes('free'),
    );
  });

  after(async () => {
    await (scene as Scene | undefined)?.stop();
  });

  const listedRows = async (): Promise<string[]> => {
    const rows = await scene.workbench.sidebar.treeRows();
    return rows.filter(({ level }) => level === 2).map(({ label }) => label);
  };

  const clipboard = async (match: RegExp): Promise<string> =>
    eventually(
      `the clipboard to hold ${String(match)}`,
      () => scene.workbench.page.evaluate<string>('navigator.clipboard.readText()'),
      (text) => match.test(text),
    );

  it('asks of which table, shows the cost, and reads nothing before that', async () => {
    const { workbench, db } = scene;
    await workbench.runCommand('State Lock: List All Locks…');
    await workbench.quickInput.pick(sample.table);
    const question = await workbench.dialog.text();
    assert.match(question, /List all locks of DynamoDB table terraform-locks in eu-west-1\?/);
    assert.match(question, /reads every item of the table/);
    assert.match(question, /what this costs is not known/);
    assert.equal(db.count('Scan'), 0);
    await workbench.screenshot(`${version}-list-cost`);
    await workbench.dialog.click('List Locks');
    const text = await workbench.notifications.waitFor(/4 locks in DynamoDB table/);
    assert.match(text, /5 items read/);
    await workbench.notifications.dismissAll();
  });

  it('lists them as a branch, also of states that are not in this workspace', async () => {
    const { sidebar } = scene.workbench;
    const row = await sidebar.waitForRow(branch);
    assert.match(row.description, /^4 locks, /);
    await sidebar.expandRow(branch);
    const listed = await sidebar.waitForRow(foreign);
    assert.match(listed.description, /^carol@\[x\]\u2060?\(command:y\) · apply · 1[2-4]m$/);
    const known = await sidebar.waitForRow(`${sample.bucket}/network/terraform.tfstate`);
    assert.match(known.description, /in this workspace$/);
    await sidebar.expandRow(foreign);
    await sidebar.waitForRow('Version', ({ description }) => description === '1.11.4');
    await scene.workbench.screenshot(`${version}-list`);
  });

  it('filters by holder', async () => {
    const { workbench } = scene;
    await workbench.runCommand('State Lock: Filter List…');
    await workbench.quickInput.type('CAROL');
    await workbench.quickInput.accept();
    await workbench.sidebar.waitForRow(branch, ({ description }) =>
      description.startsWith('1 of 4 locks match "CAROL"'),
    );
    assert.deepEqual(await listedRows().then((rows) => rows.filter((row) => row.includes('/'))), [
      foreign,
    ]);
  });

  it('copies what is shown as Markdown and as JSON, and the record of one lock', async () => {
    const { workbench } = scene;
    await workbench.sidebar.treeContextMenu(branch, 'Copy List as Markdown');
    const table = await clipboard(/^All locks of/);
    assert.match(table, /\| carol\\@\\\[x\\\]\\\(command\\:y\\\) \| apply \|/);
    assert.doesNotMatch(table, /network/);
    await workbench.sidebar.treeContextMenu(branch, 'Copy List as JSON');
    const json = JSON.parse(await clipboard(/^\{/)) as { complete: boolean; locks: unknown[] };
    assert.deepEqual([json.complete, json.locks.length], [true, 1]);
    await workbench.sidebar.treeContextMenu(foreign, 'Copy Lock Info as JSON');
    const record = JSON.parse(await clipboard(/^\{\s*"ID"/)) as Record<string, string>;
    assert.equal(record['Path'], foreign);
  });

  it('breaks the lock of a foreign state, only with its key typed', async () => {
    const { workbench, db } = scene;
    await workbench.sidebar.treeContextMenu(foreign, 'Force Unlock…');
    const question = await passEvidence(workbench, 'Continue without a backup');
    assert.match(question, /Force unlock payments\/terraform\.tfstate\?/);
    assert.match(question, /Who: carol@\[x\]\(command:y\)/);
    await workbench.dialog.click('Continue…');
    await workbench.quickInput.type('yes');
    await workbench.quickInput.accept();
    assert.ok(await db.get(sample.table, foreign), 'nothing may be deleted yet');
    await typeKey(workbench, 'payments/terraform.tfstate');
    await workbench.notifications.waitFor(/The lock was removed from payments/);
    assert.equal(await db.get(sample.table, foreign), undefined);
    assert.ok(await db.get(sample.table, `${foreign}-md5`), 'the digest must stay');
    await workbench.sidebar.waitForRow(branch, ({ description }) =>
      description.startsWith('0 of 3 locks match'),
    );
    await workbench.notifications.dismissAll();
  });

  it('acts on a state of the workspace as its own row does', async () => {
    const { workbench, db } = scene;
    await workbench.runCommand('State Lock: Filter List…');
    await workbench.quickInput.type('');
    await workbench.quickInput.accept();
    const listed = `${sample.bucket}/platform/terraform.tfstate`;
    await workbench.sidebar.waitForRow(listed, ({ description }) =>
      description.startsWith('locked by you'),
    );
    await workbench.sidebar.treeContextMenu(listed, 'Release Lock');
    await workbench.notifications.waitFor(/You have released the lock of platform/);
    assert.equal(await db.get(sample.table, listed), undefined);
    await workbench.sidebar.waitForRow(branch, ({ description }) =>
      description.startsWith('2 locks'),
    );
    await workbench.sidebar.waitForRow('platform/terraform.tfstate', ({ description }) =>
      description.includes('free'),
    );
    await workbench.notifications.dismissAll();
  });

  it('closes the list', async () => {
    const { sidebar } = scene.workbench;
    await sidebar.treeContextMenu(branch, 'Close List');
    await eventually(
      'the branch to go',
      () => sidebar.treeRows(),
      (rows) => rows.every(({ label }) => label !== branch),
    );
    assert.equal(scene.db.count('Scan'), 1);
  });
});
