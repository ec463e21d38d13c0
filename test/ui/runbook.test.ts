import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeLockInfo, formatCreated } from '../../src/core/lockInfo';
import { TestS3 } from '../support/awsS3';
import { chosenVsCode } from '../support/chosenVsCode';
import { eventually } from '../support/eventually';
import { sample, sampleLock } from '../support/sampleWorkspace';
import { screenshotIfFailed } from './driverFailure';
import { passEvidence, typeKey } from './runbookSteps';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const key = 'app/terraform.tfstate';
const lockPath = `${sample.bucket}/${key}`;
const body = '{"version":4,"serial":7}';
const hourMs = 3_600_000;

describe(`The runbook of a stuck lock in VS Code ${version}`, function () {
  this.timeout(120_000);
  let scene: Scene;
  let s3: TestS3;
  const record = encodeLockInfo(
    sampleLock('app', {
      path: lockPath,
      who: 'runner@fv-az1120-4',
      created: formatCreated(Date.now() - 5 * hourMs),
    }),
  );

  before(async () => {
    s3 = await TestS3.start(sample.bucket);
    await s3.put(sample.bucket, key, body);
    scene = await openScene({
      settings: {
        'stateLock.holders': [
          { who: 'runner@*', contact: '#platform', url: 'https://ci.example.com/runs?on={host}' },
        ],
      },
      prepare: async ({ db, folder }) => {
        await db.createTable(sample.table);
        await db.putLock(sample.table, lockPath, record);
        mkdirSync(path.join(folder, 'app'));
        const block = `terraform {
  backend "s3" {
    bucket         = "${sample.bucket}"
    key            = "${key}"
    region         = "${sample.region}"
    dynamodb_table = "${sample.table}"
    use_path_style = true
    endpoints = {
      dynamodb = "${db.endpoint}"
      s3       = "${s3.endpoint}"
    }
  }
}
`;
        writeFileSync(path.join(folder, 'app', 'main.tf'), block);
      },
    });
    const context = scene.workbench.page.context();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await scene.workbench.openFile('main.tf');
    await scene.workbench.sidebar.openView('State Locks');
    await scene.workbench.sidebar.waitForRow(key, ({ description }) =>
      description.startsWith('runner@fv-az1120-4'),
    );
  });
  afterEach(async function () {
    await screenshotIfFailed(this, (scene as Scene | undefined)?.workbench);
  });
  after(async () => {
    // Where `before` failed there may be nothing to stop.
    await (scene as Scene | undefined)?.stop();
    await (s3 as TestS3 | undefined)?.stop();
  });

  const storage = (): string => path.join(scene.globalStorage, 'state-lock.terraform-state-lock');
  const backups = (): string[] => {
    const folder = path.join(storage(), 'backups');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const audit = (): string => {
    const file = path.join(storage(), 'audit.jsonl');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const stored = async (): Promise<unknown> => {
    const item = await scene.db.get(sample.table, lockPath);
    return (item?.['Info'] as { readonly S: string } | undefined)?.S;
  };
  const clipboard = (match: RegExp): Promise<string> =>
    eventually(
      `the clipboard to hold ${String(match)}`,
      () => scene.workbench.page.evaluate<string>('navigator.clipboard.readText()'),
      (text) => match.test(text),
    );
  const start = async (): Promise<void> => {
    await scene.workbench.runCommand('State Lock: Force Unlock…');
    await scene.workbench.quickInput.rows();
  };

  // The state has just been written, long after the lock was taken: a sign of life.
  it('gathers evidence, and shows it in tree and hover', async () => {
    const { workbench } = scene;
    await workbench.sidebar.treeContextMenu(key, 'Gather Evidence');
    await workbench.notifications.waitFor(/POINTS TO ALIVE: .* show the evidence/);
    await workbench.notifications.dismissAll();
    await workbench.sidebar.expandRow(key);
    await workbench.sidebar.waitForRow('Is the holder alive?', ({ description }) =>
      description.startsWith('POINTS TO ALIVE'),
    );
    await workbench.sidebar.waitForRow('Points to dead', ({ description }) =>
      /taken 5 hours ago by the record's own time.*\(lock record\)/.test(description),
    );
    const hover = await workbench.editor.hoverText('bucket');
    for (const part of ['Is the holder alive?: POINTS TO ALIVE', 'looks like a run of GitHub']) {
      assert.ok(hover.includes(part), `${part} is missing in: ${hover}`);
    }
    await workbench.screenshot(`${version}-evidence`);
    await workbench.editor.leaveHover();
  });

  it('helps to ask the holder, with a message that says what is locked', async () => {
    const { workbench } = scene;
    await start();
    const labels = (await workbench.quickInput.rows()).map((row) => row.label);
    assert.ok(labels.includes('Look at the run'), labels.join());
    await workbench.screenshot(`${version}-runbook-evidence`);
    await workbench.quickInput.pick(/Copy a message to #platform$/);
    const message = await clipboard(/^#platform: /);
    assert.match(
      message,
      /The Terraform state app\/terraform\.tfstate is locked by runner@fv-az1120-4 · apply · 5h/,
    );
    assert.match(message, /Lock ID: 5f0c2c9e-.*Is this run still going\?/s);
    await workbench.quickInput.pick(/Continue to the backup$/);
    await workbench.quickInput.rows();
    await workbench.screenshot(`${version}-runbook-backup`);
    await workbench.quickInput.cancel();
  });

  it('leaves no trace wherever it is left', async () => {
    const { workbench } = scene;
    // At the evidence, at the backup, at the record, and at the key.
    await start();
    await workbench.quickInput.cancel();
    await start();
    await workbench.quickInput.pick(/Continue to the backup$/);
    await workbench.quickInput.pick(/Save a copy of the state$/);
    await workbench.dialog.text();
    assert.equal(backups().length, 1);
    await workbench.dialog.click('Cancel');
    await eventually('the copy to be removed', () => Promise.resolve(backups().length === 0));
    await start();
    await passEvidence(workbench, 'Save a copy of the state');
    await workbench.dialog.click('Continue…');
    await workbench.quickInput.type('app');
    await workbench.quickInput.cancel();
    await eventually('the copy to be removed', () => Promise.resolve(backups().length === 0));
    assert.equal(await stored(), record);
    assert.equal(audit(), '');
    assert.deepEqual(await workbench.notifications.texts(), []);
  });

  it('removes the lock with a backup, reads again, and leaves a dossier', async () => {
    const { workbench } = scene;
    await start();
    await passEvidence(workbench, 'Save a copy of the state');
    await workbench.screenshot(`${version}-runbook-record`);
    await workbench.dialog.click('Continue…');
    assert.equal(await typeKey(workbench, key), 'confirmed once more');
    const said = await workbench.notifications.waitFor(/The lock was removed from app/);
    assert.match(said, /terraform plan.*Read again: nobody holds it\. Backup: saved to /s);
    const [file = ''] = backups();
    const saved = path.join(storage(), 'backups', file);
    assert.equal(readFileSync(saved, 'utf8'), body);
    assert.equal(statSync(saved).mode & 0o777, 0o600);
    assert.equal(await stored(), undefined);
    await workbench.screenshot(`${version}-runbook-done`);
    await workbench.notifications.click(/The lock was removed/, 'Copy Dossier');
    const dossier = await clipboard(/^## Force unlock/);
    for (const part of [
      /^### Evidence$/m,
      /POINTS TO ALIVE/,
      /written 4 hours after the lock was taken/,
      /Backup of the state: saved to .*24 bytes/,
      /Asked once more, because of signs of life: yes/,
    ]) {
      assert.match(dossier, part);
    }
    const [attempt] = audit()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { outcome: string; record: string; dossier?: object });
    assert.equal(attempt?.outcome, 'attempt');
    assert.equal(attempt.record, record);
    assert.ok(attempt.dossier);
    await workbench.notifications.dismissAll();
  });

  it('does not put the lock back over another, and puts it back byte for byte once it is free', async () => {
    const { workbench, db } = scene;
    const restore = async (): Promise<string> => {
      await workbench.runCommand('State Lock: Restore Deleted Lock…');
      await workbench.quickInput.pick(/app\/terraform\.tfstate$/);
      const question = await workbench.dialog.text();
      await workbench.dialog.click('Put Back');
      return question;
    };
    const other = encodeLockInfo(sampleLock('app', { id: 'other', path: lockPath }));
    await db.putLock(sample.table, lockPath, other);
    const question = await restore();
    assert.match(question, /Put back the lock of app.*only if nobody holds the lock now/s);
    await workbench.screenshot(`${version}-restore`);
    await workbench.notifications.waitFor(/is locked by alice@build-07.* Nothing was changed/);
    assert.equal(await stored(), other);
    await workbench.notifications.dismissAll();
    await db.remove(sample.table, lockPath);
    await restore();
    await workbench.notifications.waitFor(/The deleted lock was put back on app/);
    assert.equal(await stored(), record);
    await workbench.sidebar.waitForRow(key, ({ description }) =>
      description.startsWith('runner@fv-az1120-4'),
    );
    await workbench.notifications.dismissAll();
    await workbench.runCommand('State Lock: Restore Deleted Lock…');
    await workbench.notifications.waitFor(/No lock was removed by Force Unlock here/);
  });
});
