import assert from 'node:assert/strict';
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
import type { DomElement } from './driverDom';
import { screenshotIfFailed } from './driverFailure';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const status = 'stateLock.status';

describe(`Waiting for locks and holding them in VS Code ${version}`, function () {
  this.timeout(120_000);
  let scene: Scene;

  before(async () => {
    scene = await openScene({
      prepare: ({ db, folder, globalStorage }) => seedSample(db, folder, globalStorage, whoAmI()),
    });
  });

  afterEach(async function () {
    await screenshotIfFailed(this, (scene as Scene | undefined)?.workbench);
  });

  after(async () => {
    await (scene as Scene | undefined)?.stop();
  });

  it('says at once that an own lock of an earlier window is still held', async () => {
    const { notifications } = scene.workbench;
    const text = await notifications.waitFor(/You still hold the lock of platform/, 30_000);
    assert.match(text, /Moving the cluster to another account/);
    await scene.workbench.screenshot(`${version}-forgotten`);
    await notifications.dismissAll();
  });

  it('shows the lock above the block and on the file, without anybody looking for it', async () => {
    const { workbench } = scene;
    await workbench.openFile('network.tf');
    const lens = workbench.page.locator('.contentWidgets .codelens-decoration');
    const text = await eventually(
      'the line above the block',
      async () => (await lens.allInnerTexts()).join(' '),
      (shown) => shown.includes('alice@build-07'),
    );
    assert.match(text, /alice@build-07 · apply · 1\dm · network\/terraform\.tfstate/);
    const rows = workbench.page.locator('.explorer-folders-view .monaco-list-row');
    for (const name of ['network.tf', 'billing']) {
      // The badge is drawn by a style sheet.
      const label = rows.filter({ hasText: name }).locator('.monaco-icon-label').first();
      await eventually(
        `the padlock on ${name}`,
        () =>
          label.evaluate((element: DomElement) => {
            const page = globalThis as unknown as {
              getComputedStyle(of: DomElement, part: string): { readonly content: string };
            };
            return page.getComputedStyle(element, '::after').content;
          }),
        (content) => content.includes('🔒'),
      );
    }
    await workbench.screenshot(`${version}-lens`);
  });

  it('waits for a lock, shows who holds it, and takes it when it is free', async () => {
    const { workbench, db } = scene;
    await workbench.runCommand('State Lock: Wait and Acquire…');
    await workbench.quickInput.type('next in line');
    await workbench.quickInput.accept();
    await workbench.dialog.click('Wait and Acquire');
    const text = await workbench.notifications.waitFor(/Waiting for the lock of network/);
    assert.match(text, /alice@build-07 · apply/);
    await workbench.screenshot(`${version}-waiting`);
    await db.remove(sample.table, lockIdOf('network'));
    await workbench.notifications.waitFor(/You hold the lock of network/, 30_000);
    await workbench.waitForStatusBarItem(status, ({ text: shown }) =>
      shown.includes('Locked by you'),
    );
    const item = await db.get(sample.table, lockIdOf('network'));
    assert.match((item?.['Info'] as { S: string }).S, /next in line/);
    await workbench.notifications.dismissAll();
  });

  it('goes on waiting after a reload of the window, and stops when it is cancelled', async () => {
    const { workbench, db } = scene;
    await putSampleLock(db, 'dns', sampleLock('dns'));
    await workbench.openFile('dns.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('alice'));
    await workbench.runCommand('State Lock: Wait and Acquire…');
    await workbench.quickInput.type('after the reload');
    await workbench.quickInput.accept();
    await workbench.dialog.click('Wait and Acquire');
    await workbench.notifications.waitFor(/Waiting for the lock of dns/);
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.notifications.waitFor(/Waiting for the lock of dns/, 45_000);
    await workbench.notifications.click(/Waiting for the lock of dns/, 'Cancel');
    await eventually(
      'the wait to end',
      () => workbench.notifications.texts(),
      (texts) => !texts.some((text) => text.includes('Waiting for the lock')),
    );
    await workbench.notifications.dismissAll();
  });

  it('tells when a lock is released, if asked to', async () => {
    const { workbench, db } = scene;
    await workbench.openFile('dns.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('alice'));
    await workbench.runCommand('State Lock: Notify When Released');
    await db.remove(sample.table, lockIdOf('dns'));
    await workbench.notifications.waitFor(/dns\/terraform\.tfstate was released/, 30_000);
    await workbench.screenshot(`${version}-released`);
    await workbench.notifications.dismissAll();
  });

  it('gives a lock back by itself when its time limit has passed', async () => {
    const { workbench, db } = scene;
    await workbench.runCommand('State Lock: Acquire Lock…');
    await workbench.quickInput.type('only for a minute');
    await workbench.quickInput.accept();
    await workbench.dialog.click('Acquire Lock with Time Limit…');
    await workbench.quickInput.pick('Another time…');
    await workbench.quickInput.type('1');
    await workbench.quickInput.accept();
    await workbench.notifications.waitFor(/You hold the lock of dns/);
    await workbench.notifications.dismissAll();
    await workbench.notifications.waitFor(
      /time limit of your lock of dns\/terraform\.tfstate has passed/,
      100_000,
    );
    assert.equal(await db.get(sample.table, lockIdOf('dns')), undefined);
    await workbench.notifications.dismissAll();
  });

  it('says that an own lock was broken by somebody else', async () => {
    const { workbench, db } = scene;
    await workbench.openFile('network.tf');
    await workbench.waitForStatusBarItem(status, ({ text }) => text.includes('Locked by you'));
    await db.remove(sample.table, lockIdOf('network'));
    await workbench.notifications.waitFor(/Your lock of network.* was removed/, 30_000);
    await workbench.screenshot(`${version}-broken`);
  });
});
