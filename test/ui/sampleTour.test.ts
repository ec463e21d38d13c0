import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { whoAmI } from '../../src/storage/who';
import { chosenVsCode } from '../support/chosenVsCode';
import { eventually } from '../support/eventually';
import {
  lockIdOf,
  putSampleLock,
  sample,
  sampleLock,
  seedSample,
} from '../support/sampleWorkspace';
import { passEvidence } from './runbookSteps';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const status = 'stateLock.status';
const popupFadesInMs = 500;

describe(`A workspace of four states in VS Code ${version}`, function () {
  this.timeout(120_000);
  let scene: Scene;

  before(async () => {
    scene = await openScene({
      // The bucket of the states is out of reach here.
      settings: { 'stateLock.forceUnlock.requireBackup': false },
      prepare: ({ db, folder, globalStorage }) => seedSample(db, folder, globalStorage, whoAmI()),
    });
  });

  after(async () => {
    await (scene as Scene | undefined)?.stop();
  });

  it('counts all states in the status bar while no Terraform file is open', async () => {
    const item = await scene.workbench.waitForStatusBarItem(
      status,
      ({ text }) => text === '1 locked · 1 stale · 1 yours · 1 free',
    );
    assert.equal(item.background, 'warning');
    assert.match(item.ariaLabel, /Terraform states of this workspace: 1 locked/);
  });

  it('lists every state with holder, operation and age, and badges the locked ones', async () => {
    const { sidebar } = scene.workbench;
    await sidebar.openView('State Locks');
    const rows = await eventually(
      'four rows',
      () => sidebar.treeRows(),
      (all) => all.length === 4,
    );
    const texts = rows.map((row) => `${row.label}: ${row.description}`);
    assert.deepEqual(
      texts.map((text) => text.replace(/1[2-4]m/, '12m').replace(/2[5-7]m/, '25m')),
      [
        'billing/terraform.tfstate: runner@ci-3 · apply · 5h · stale',
        'dns/terraform.tfstate: free',
        'network/terraform.tfstate: alice@build-07 · apply · 12m',
        'platform/terraform.tfstate: locked by you · 25m',
      ],
    );
    assert.deepEqual(
      rows.map((row) => row.icon.replace('codicon-', '')),
      ['warning', 'unlock', 'lock', 'key'],
    );
    assert.match(
      rows[2]?.ariaLabel ?? '',
      /State network\/terraform\.tfstate: locked by alice@build-07 for 1\d minutes, operation apply, not you/,
    );
    assert.equal(await sidebar.activityBadge('State Locks'), '3');
  });

  it('shows the whole record below a state', async () => {
    const { sidebar } = scene.workbench;
    await sidebar.expandRow('network/terraform.tfstate');
    const details = await eventually(
      'the details',
      async () => (await sidebar.treeRows()).filter((row) => row.level === 2),
      (rows) => rows.length > 0,
    );
    const byLabel = new Map(details.map((row) => [row.label, row.description]));
    assert.equal(byLabel.get('ID'), sampleLock('network').id);
    assert.equal(byLabel.get('Who'), 'alice@build-07');
    assert.equal(byLabel.get('Operation'), 'OperationTypeApply');
    assert.equal(byLabel.get('Version'), '1.11.4');
    assert.equal(byLabel.get('Table'), sample.table);
    assert.equal(byLabel.get('Region'), sample.region);
    await scene.workbench.screenshot(`${version}-tree`);
  });

  it('looks as in the README', async () => {
    const { workbench } = scene;
    await workbench.setTheme('Dark Modern');
    await workbench.openFile('network.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('alice'));
    await workbench.notifications.dismissAll();
    await workbench.editor.hoverText('bucket');
    await delay(popupFadesInMs);
    await workbench.screenshot(`${version}-readme`);
    await workbench.editor.leaveHover();
    await workbench.setTheme('Light Modern');
    await workbench.runCommand('View: Close Editor');
  });

  it('offers on a row exactly the actions that apply', async () => {
    const { sidebar } = scene.workbench;
    const actions = async (row: string): Promise<string> =>
      (await sidebar.contextMenuItems(`${row}/terraform.tfstate`)).join(', ');
    assert.equal(
      await actions('dns'),
      'Acquire Lock…, Open Locked Terminal…, Reveal Backend Block, Check State, List Workspaces…',
    );
    assert.equal(
      await actions('network'),
      'Force Unlock…, Wait and Acquire…, Notify When Released, Gather Evidence, Copy Lock ID, Copy Lock Info as JSON, Reveal Backend Block, Check State, List Workspaces…',
    );
    assert.equal(
      await actions('platform'),
      'Release Lock, Set Time Limit…, Copy Lock ID, Copy Lock Info as JSON, Reveal Backend Block, Check State, List Workspaces…',
    );
  });

  it("keeps a row's menu open while the rows change under it", async () => {
    const { workbench, db } = scene;
    const { sidebar } = workbench;
    const isOpen = await sidebar.holdContextMenu('network/terraform.tfstate');
    await putSampleLock(db, 'dns', sampleLock('dns'));
    await sidebar.waitForRow('dns/terraform.tfstate', (row) => row.description !== 'free', 30_000);
    await db.remove(sample.table, lockIdOf('dns'));
    await sidebar.waitForRow('dns/terraform.tfstate', (row) => row.description === 'free', 30_000);
    assert.ok(await isOpen(), 'the menu was closed');
    await workbench.page.keyboard.press('Escape');
  });

  it('releases an own lock with the inline button', async () => {
    const { sidebar, notifications } = scene.workbench;
    await sidebar.treeRowAction('platform/terraform.tfstate', 'Release Lock');
    await notifications.waitFor(/You have released the lock of platform/);
    assert.equal(await scene.db.get(sample.table, lockIdOf('platform')), undefined);
    await notifications.dismissAll();
  });

  it('reveals the backend block and shows the lock in its hover, with links', async () => {
    const { workbench } = scene;
    await workbench.sidebar.treeContextMenu('network/terraform.tfstate', 'Reveal Backend Block');
    const item = await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('alice'));
    assert.match(item.text, /^alice@build-07 · apply · 1\dm$/);
    const hover = await workbench.editor.hoverText('bucket');
    for (const part of [
      'held by someone else',
      'alice@build-07',
      'apply',
      '1.11.4',
      'Force Unlock…',
      'Copy Lock ID',
      'Checked',
    ]) {
      assert.ok(hover.includes(part), `${part} is missing in: ${hover}`);
    }
    await workbench.screenshot(`${version}-hover`);
    await workbench.editor.leaveHover();
  });

  it('opens the actions that apply from the status bar', async () => {
    const { workbench } = scene;
    await workbench.clickStatusBarItem(status);
    const rows = await eventually(
      'the actions',
      () => workbench.quickInput.rows(),
      (all) => all.length > 3,
    );
    assert.deepEqual(
      rows.map((row) => row.label),
      [
        'Gather Evidence',
        'Force Unlock…',
        'Wait and Acquire…',
        'Notify When Released',
        'Refresh',
        'Copy Lock ID',
        'Copy Lock Info as JSON',
        'Check State',
        'List Workspaces…',
        'Reveal Backend Block',
        'Show All State Locks',
        'Show Log',
      ],
    );
    await workbench.screenshot(`${version}-actions`);
    await workbench.quickInput.cancel();
  });

  it('shows a hostile record literally everywhere', async () => {
    const { workbench, db } = scene;
    const evil = '$(flame) [x](command:workbench.action.quit) <b>bold</b> **no**';
    await putSampleLock(db, 'dns', sampleLock('dns', { who: evil, info: evil, operation: evil }));
    await workbench.openFile('dns.tf');
    const item = await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('flame'));
    assert.ok(visible(item.text).includes('$(flame) [x](command:workbench.action'), item.text);
    // The tree follows the status bar a moment later.
    await workbench.sidebar.waitForRow('dns/terraform.tfstate', ({ description }) =>
      visible(description).includes(evil.slice(0, 60)),
    );
    const hover = await workbench.editor.hoverText('bucket');
    assert.ok(hover.includes(`Holder: ${evil}`), hover);
    const links = await workbench.page.locator('.monaco-hover:visible a').allTextContents();
    assert.deepEqual(links, ['Force Unlock…', 'Copy Lock ID', 'Refresh']);
    await workbench.screenshot(`${version}-hostile`);
    await workbench.editor.leaveHover();
    await workbench.runCommand('State Lock: Force Unlock…');
    const dialog = await passEvidence(workbench, 'Continue without a backup');
    assert.ok(visible(dialog).includes(evil), dialog);
    assert.equal(await workbench.page.locator('.monaco-dialog-box .dialog-message a').count(), 0);
    await workbench.screenshot(`${version}-hostile-modal`);
    await workbench.dialog.click('Cancel');
    await db.remove(sample.table, lockIdOf('dns'));
  });

  it('shows who was quicker, literally, and changes nothing', async () => {
    const { workbench, db } = scene;
    await workbench.openFile('platform.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('free'));
    await workbench.runCommand('State Lock: Acquire Lock…');
    await workbench.quickInput.type('too late');
    await workbench.quickInput.accept();
    await workbench.dialog.text();
    const who = '[mallory](command:workbench.action.quit)$(flame)';
    await putSampleLock(db, 'platform', sampleLock('platform', { who }));
    const before = await db.get(sample.table, lockIdOf('platform'));
    await workbench.dialog.click('Acquire Lock');
    const text = await workbench.notifications.waitFor(/Nothing was changed/);
    assert.ok(visible(text).includes(`locked by ${who}`), text);
    const links = workbench.page.locator('.notification-toast .notification-list-item-message a');
    assert.equal(await links.count(), 0);
    assert.deepEqual(await db.get(sample.table, lockIdOf('platform')), before);
    await workbench.notifications.dismissAll();
  });

  it('keeps the last answer, as old and with the cause, when reading fails', async () => {
    const { workbench, db } = scene;
    await workbench.openFile('network.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('alice'));
    db.intercept = () => ({ kind: 'dropped' });
    const item = await workbench.waitForStatusBarItem(status, ({ text }) =>
      text.includes('unknown'),
    );
    assert.match(item.text, /Lock unknown: not reachable \(was locked .* ago: alice@build-07/);
    await workbench.screenshot(`${version}-unreachable`);
    db.intercept = () => undefined;
    await workbench.runCommand('State Lock: Refresh');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.startsWith('alice'));
  });

  it('follows unsaved edits, and keeps the last good block while somebody types', async () => {
    const { workbench } = scene;
    await workbench.openFile('dns.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('free'));
    await workbench.goTo(3, 5);
    await workbench.editor.type('= broken');
    await eventually('the mark of a block that does not parse', async () => {
      await workbench.editor.leaveHover();
      return (await workbench.editor.hoverText('bucket')).includes('does not parse just now');
    });
    await workbench.editor.leaveHover();
    await workbench.editor.press('Control+z');
    await workbench.runCommand('File: Revert File');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('free'));
  });

  it('writes every action to the audit file, with the raw record', async () => {
    const file = path.join(scene.globalStorage, 'state-lock.terraform-state-lock', 'audit.jsonl');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Record<string, string>);
    assert.deepEqual(
      entries.map((entry) => `${String(entry['action'])} ${String(entry['outcome'])}`),
      ['release attempt', 'release done', 'acquire attempt', 'acquire refused'],
    );
    assert.match(entries[0]?.['record'] ?? '', /Moving the cluster to another account/);
    await scene.workbench.runCommand('State Lock: Open Audit File');
    await scene.workbench.page.locator('.tab.active', { hasText: 'audit.jsonl' }).waitFor();
  });

  it('looks right in light and dark, as the screenshots show', async () => {
    const { workbench } = scene;
    await workbench.openFile('network.tf');
    for (const theme of ['Dark Modern', 'Light Modern', 'Dark High Contrast']) {
      await workbench.setTheme(theme);
      await workbench.sidebar.openView('State Locks');
      await workbench.editor.hoverText('bucket');
      await delay(popupFadesInMs);
      await workbench.screenshot(`${version}-${theme.toLowerCase().replaceAll(' ', '-')}`);
      await workbench.editor.leaveHover();
    }
  });
});

/** What a person sees: without the joiners that keep icons and links from being recognised. */
function visible(text: string): string {
  return text.replaceAll('\u2060', '');
}
