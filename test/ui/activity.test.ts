import assert from 'node:assert/strict';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { whoAmI } from '../../src/storage/who';
import { chosenVsCode } from '../support/chosenVsCode';
import { writeLongHistory } from '../support/longHistory';
import { seedSample } from '../support/sampleWorkspace';
import { screenshotIfFailed } from './driverFailure';
import { WebviewDriver } from './driverWebview';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const events = 100_000;
const drawn = 'body[data-drawn-at]';

describe(`Lock Activity in VS Code ${version}`, function () {
  this.timeout(180_000);
  let scene: Scene;
  let webviews: WebviewDriver;
  let frame: Frame;
  let started = 0;

  before(async () => {
    scene = await openScene({
      prepare: async ({ db, folder, globalStorage }) => {
        await seedSample(db, folder, globalStorage, whoAmI());
        const directory = path.join(globalStorage, 'state-lock.terraform-state-lock', 'history');
        const lines = writeLongHistory(directory, { events, until: Date.now(), days: 120 });
        assert.ok(lines >= events, `only ${String(lines)} lines`);
      },
    });
    await scene.workbench.waitForStatusBarItem('stateLock.status', (item) =>
      /locked/.test(item.text),
    );
    await scene.workbench.notifications.dismissAll();
    await scene.workbench.page.setViewportSize({ width: 1400, height: 1000 });
    webviews = new WebviewDriver(scene.workbench.page);
  });

  after(async () => {
    await (scene as Scene | undefined)?.stop();
  });
  afterEach(async function () {
    await screenshotIfFailed(this, (scene as Scene | undefined)?.workbench);
  });

  const open = async (): Promise<number> => {
    const { page, quickInput } = scene.workbench;
    await page.keyboard.press('F1');
    await quickInput.type('>State Lock: Show Lock Activity');
    await page
      .locator('.quick-input-list .monaco-list-row.focused', { hasText: 'Show Lock Activity' })
      .waitFor();
    started = Date.now();
    await quickInput.accept();
    frame = await webviews.frame(drawn);
    return Number(await frame.locator('body').getAttribute('data-drawn-at')) - started;
  };

  it('opens a history of 100,000 events in under a second', async () => {
    const ms = await open();
    const inside = await frame.locator('body').getAttribute('data-drawn-ms');
    console.log(
      `      ${String(events)} events: ${String(ms)} ms, ${String(inside)} of them in the view`,
    );
    await scene.workbench.screenshot(`${version}-activity-dark`);
    await scene.workbench.page.keyboard.press('Control+b');
    await new Promise((r) => setTimeout(r, 1500));
    await scene.workbench.screenshot(`${version}-activity-dark2`);
    console.log(await frame.evaluate('JSON.stringify(document.body.dataset)'), started);
  });
});
