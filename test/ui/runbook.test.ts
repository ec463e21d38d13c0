import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AuditEntry } from '../../src/core/audit';
import { encodeLockInfo, formatCreated } from '../../src/core/lockInfo';
import { TestS3 } from '../support/awsS3';
import { s3Error } from '../support/awsS3Faults';
import { chosenVsCode } from '../support/chosenVsCode';
import { eventually } from '../support/eventually';
import { only } from '../support/fakes';
import { backendBlock, lockIdOf, sample, sampleLock } from '../support/sampleWorkspace';
import { screenshotIfFailed } from './driverFailure';
import { passEvidence, typeKey } from './runbookSteps';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const key = 'app/terraform.tfstate';
const body = '{"version":4,"serial":7,"outputs":{"password":"not for everybody"}}';
const who = 'runner@fv-az1234-567';

describe(`Force unlock as a runbook in VS Code ${version}`, function () {
  this.timeout(120_000);
  let scene: Scene;
  let s3: TestS3;
  let storage: string;
  let record: unknown;

  before(async () => {
    s3 = await TestS3.start(sample.bucket);
    await s3.put(sample.bucket, key, body);
    scene = await openScene({
      settings: {
        'stateLock.holders': [
          {
            who: 'runner@*',
            contact: '#platform',
            url: 'https://ci.example.com/runs?machine={host}',
          },
        ],
      },
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        const created = formatCreated(Date.now() - 5 * 60 * 60_000);
        const info = sampleLock('app', { who, created });
        await db.putLock(sample.table, lockIdOf('app'), encodeLockInfo(info));
        mkdirSync(path.join(folder, 'app'));
        const block = backendBlock('app', db.endpoint, s3.endpoint);
        writeFileSync(path.join(folder, 'app', 'main.tf'), block);
      },
    });
    storage = path.join(scene.globalStorage, 'state-lock.terraform-state-lock');
    record = await scene.db.get(sample.table, lockIdOf('app'));
    assert.ok(record);
    const context = scene.workbench.page.context();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await scene.workbench.sidebar.openView('State Locks');
    await scene.workbench.sidebar.waitForRow(key, ({ description }) => description.includes(who));
  });

  afterEach(async function () {
    await screenshotIfFailed(this, (scene as Scene | undefined)?.workbench);
  });

  after(async () => {
    await (scene as Scene | undefined)?.stop();
    await (s3 as TestS3 | undefined)?.stop();
  });

  const clipboard = (match: RegExp): Promise<string> =>
    eventually(
      `the clipboard to hold ${String(match)}`,
      () => scene.workbench.page.evaluate<string>('navigator.clipboard.readText()'),
      (text) => match.test(text),
    );

  const start = (): Promise<void> => scene.workbench.runCommand('State Lock: Force Unlock…');

  const copies = (): string[] => {
    const folder = path.join(storage, 'backups');
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  const audit = (): AuditEntry[] => {
    const file = path.join(storage, 'audit.jsonl');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line) as AuditEntry);
  };

  /** Nothing was written anywhere: not to the table, not to the bucket, not to a file. */
  const assertNoTrace = async (): Promise<void> => {
    assert.deepEqual(await scene.db.get(sample.table, lockIdOf('app')), record);
    assert.equal(scene.db.count('DeleteItem'), 0);
    assert.ok(s3.requests.every(({ method }) => method === 'GET'));
    await eventually('the copies to go', copies, (names) => names.length === 0);
    assert.deepEqual(audit(), []);
    assert.deepEqual(await scene.workbench.notifications.texts(), []);
  };

  it('gathers evidence on demand, and shows it with source and time in tree and hover', async () => {
    const { workbench } = scene;
    assert.equal(s3.requests.length, 0, 'the state is not looked at by itself');
    await workbench.sidebar.treeContextMenu(key, 'Gather Evidence');
    await workbench.notifications.waitFor(/app\/terraform\.tfstate: /);
    await workbench.notifications.dismissAll();
    await workbench.sidebar.expandRow(key);
    const time = String.raw`, \d{4}-\d\d-\d\d \d\d:\d\d UTC\)$`;
    const row = await workbench.sidebar.waitForRow('Points to dead', ({ description }) =>
      description.startsWith('taken 5 hours ago'),
    );
    assert.match(row.description, new RegExp(String.raw`\(lock record${time}`));
    const rows = (await workbench.sidebar.treeRows()).map(({ description }) => description);
    for (const part of [
      new RegExp(String.raw`looks like a run of GitHub Actions.*\(holder's name${time}`),
      new RegExp(String.raw`after the lock was taken \(state object${time}`),
    ]) {
      assert.ok(
        rows.some((text) => part.test(text)),
        `${String(part)} is not in:\n${rows.join('\n')}`,
      );
    }
    await workbench.openFile('main.tf');
    const hover = await workbench.editor.hoverText('bucket');
    assert.match(hover, /Evidence: /);
    assert.match(hover, /looks like a run of GitHub Actions/);
    await workbench.screenshot(`${version}-evidence`);
    await workbench.editor.leaveHover();
  });

  it('can be left at the evidence', async () => {
    const { quickInput } = scene.workbench;
    await start();
    const rows = await quickInput.rows();
    assert.match(rows[0]?.label ?? '', /Continue to the backup$/, 'the default entry goes on');
    await scene.workbench.screenshot(`${version}-runbook-evidence`);
    await quickInput.cancel();
    await assertNoTrace();
  });

  it('copies a message for the holder, who is found by a setting, and can be left at the backup', async () => {
    const { quickInput } = scene.workbench;
    await start();
    await quickInput.pick(/Copy a message to #platform$/);
    const message = await clipboard(/^#platform: The Terraform state /);
    assert.ok(message.includes(who) && message.includes(sampleLock('app').id), message);
    const rows = await quickInput.rows();
    const link = rows.find(({ label }) => label.endsWith('Look at the run'));
    assert.equal(link?.description, 'https://ci.example.com/runs?machine=fv-az1234-567');
    await quickInput.pick(/Continue to the backup$/);
    await eventually(
      'the step of the backup',
      async () => (await quickInput.rows()).map(({ label }) => label),
      (shown) => shown.some((label) => label.includes('Save a copy')),
    );
    await quickInput.cancel();
    await assertNoTrace();
  });

  it('can be left at the record, and the copy of the state is removed again', async () => {
    const { workbench } = scene;
    await start();
    await passEvidence(workbench, 'Save a copy of the state');
    assert.equal(copies().length, 1);
    await workbench.dialog.click('Cancel');
    await assertNoTrace();
  });

  it('cannot go on without a backup where one is required and can be had', async () => {
    const { quickInput } = scene.workbench;
    await start();
    await quickInput.pick(/Continue to the backup$/);
    const labels = await eventually(
      'the step of the backup',
      async () => (await quickInput.rows()).map(({ label }) => label),
      (shown) => shown.some((label) => label.includes('Save a copy')),
    );
    assert.ok(!labels.some((label) => /without a backup/i.test(label)), labels.join());
    await quickInput.cancel();
    await assertNoTrace();
  });

  it('asks to look again where the state cannot be read just now, and deletes nothing', async () => {
    const { quickInput } = scene.workbench;
    s3.intercept = () => s3Error(403, 'AccessDenied', 'no');
    await start();
    await quickInput.pick(/Continue to the backup$/);
    const labels = await eventually(
      'the step of the backup',
      async () => (await quickInput.rows()).map(({ label }) => label),
      (shown) => shown.some((label) => label.includes('Look again')),
    );
    assert.ok(!labels.some((label) => /without a backup/i.test(label)), labels.join());
    s3.intercept = () => undefined;
    await quickInput.pick(/Look again$/);
    await quickInput.pick(/Continue to the backup$/);
    await eventually(
      'the state to be there again',
      async () => (await quickInput.rows()).map(({ label }) => label),
      (shown) => shown.some((label) => label.includes('Save a copy')),
    );
    await quickInput.cancel();
    await assertNoTrace();
  });

  it('can be left at the typed key, and the copy of the state is removed again', async () => {
    const { workbench } = scene;
    await start();
    await passEvidence(workbench, 'Save a copy of the state');
    assert.equal(copies().length, 1);
    await workbench.dialog.click('Continue…');
    await workbench.quickInput.type('app/');
    await workbench.quickInput.cancel();
    await assertNoTrace();
  });

  it('can be left at the last question, where something points to a live holder', async () => {
    const { workbench } = scene;
    await start();
    await passEvidence(workbench, 'Save a copy of the state');
    await workbench.dialog.click('Continue…');
    await workbench.quickInput.type(key);
    await workbench.quickInput.accept();
    assert.match(await workbench.dialog.text(), /SEEMS TO BE ALIVE/);
    await workbench.screenshot(`${version}-runbook-alive`);
    // As somebody does who does not read.
    await workbench.page.keyboard.press('Enter');
    await assertNoTrace();
  });

  it('deletes, reads again, says what is next, and keeps and copies the dossier', async () => {
    const { workbench, db } = scene;
    await start();
    const question = await passEvidence(workbench, 'Save a copy of the state');
    assert.match(question, /Force unlock app\/terraform\.tfstate\?/);
    await workbench.dialog.click('Continue…');
    // The state was written a moment ago.
    assert.equal(await typeKey(workbench, key), 'confirmed once more');
    const said = await workbench.notifications.waitFor(/The lock was removed from app/);
    assert.match(said, /Run "terraform plan" before anything else/);
    assert.match(said, /Read again: nobody holds it\. Backup: saved to /);
    assert.equal(await db.get(sample.table, lockIdOf('app')), undefined);
    const copy = path.join(storage, 'backups', only(copies()));
    assert.equal(readFileSync(copy, 'utf8'), body);
    if (process.platform !== 'win32') assert.equal(statSync(copy).mode & 0o777, 0o600);
    const [attempt, done] = audit();
    assert.deepEqual(
      [attempt?.outcome, done?.outcome, attempt?.dossier?.backup.kind],
      ['attempt', 'done', 'file'],
    );
    assert.deepEqual(
      [attempt?.dossier?.confirmedAlive, attempt?.dossier?.restorable],
      [true, true],
    );
    assert.ok((attempt?.dossier?.evidence.length ?? 0) >= 3);
    await workbench.notifications.click(/The lock was removed/, 'Copy Dossier');
    const dossier = await clipboard(/^## Force unlock of /);
    for (const part of [/### Evidence/, /Backup of the state: saved to/, /GitHub Actions/]) {
      assert.match(dossier, part);
    }
    await workbench.notifications.dismissAll();
  });

  it('puts the deleted lock back, byte for byte, only once and only where nobody holds it', async () => {
    const { workbench, db } = scene;
    await workbench.runCommand('State Lock: Restore Deleted Lock…');
    await workbench.quickInput.pick(lockIdOf('app'));
    const question = await workbench.dialog.text();
    assert.match(question, /Put back the lock of app\/terraform\.tfstate\?/);
    assert.ok(question.includes(who), question);
    await workbench.screenshot(`${version}-restore`);
    // Somebody is faster.
    const other = encodeLockInfo(sampleLock('app', { id: 'other', who: 'bob@laptop' }));
    await db.putLock(sample.table, lockIdOf('app'), other);
    await workbench.dialog.click('Put Back');
    await workbench.notifications.waitFor(/is locked by bob@laptop.* Nothing was changed/);
    await workbench.notifications.dismissAll();
    await db.remove(sample.table, lockIdOf('app'));
    await workbench.runCommand('State Lock: Restore Deleted Lock…');
    await workbench.quickInput.pick(lockIdOf('app'));
    await workbench.dialog.click('Put Back');
    await workbench.notifications.waitFor(/The deleted lock was put back on app/);
    assert.deepEqual(await db.get(sample.table, lockIdOf('app')), record);
    await workbench.notifications.dismissAll();
    await workbench.runCommand('State Lock: Restore Deleted Lock…');
    await workbench.notifications.waitFor(/No lock was removed by Force Unlock here/);
  });
});
