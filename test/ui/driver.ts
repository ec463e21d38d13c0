import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { projectRoot } from '../support/projectRoot';
import { Dialog, Notifications } from './driverDialogs';
import { type DomElement, plainText } from './driverDom';
import { Editor } from './driverEditor';
import { QuickInput } from './driverQuickInput';
import { Sidebar } from './driverSidebar';

/** A status bar item as a person or a screen reader finds it. */
export interface StatusBarItem {
  readonly id: string;
  /** Icons left out. */
  readonly text: string;
  readonly ariaLabel: string;
  /** Colour of its background. */
  readonly background: 'none' | 'warning' | 'error';
  readonly visible: boolean;
}

/** VS Code's window in a browser, used the way a person does. */
export class Workbench {
  readonly quickInput: QuickInput;
  readonly dialog: Dialog;
  readonly notifications: Notifications;
  readonly editor: Editor;
  readonly sidebar: Sidebar;

  constructor(readonly page: Page) {
    this.quickInput = new QuickInput(page);
    this.dialog = new Dialog(page);
    this.notifications = new Notifications(page);
    this.editor = new Editor(page);
    this.sidebar = new Sidebar(page);
  }

  /** Opens the address of a VS Code server and waits until the window can be used. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.locator('.statusbar-item').first().waitFor({ timeout: 60_000 });
    const rows = this.page.locator('.explorer-folders-view .monaco-list-row');
    await rows.first().waitFor({ timeout: 60_000 });
  }

  /** Runs a command by its title in the palette, such as `Developer: Reload Window`. */
  async runCommand(title: string): Promise<void> {
    await this.showQuickInput('F1');
    await this.quickInput.type(`>${title}`);
    await this.quickInput.pick(title);
    await this.quickInput.waitUntilPaletteIsGone();
  }

  /** Opens a file by its name or relative path through Quick Open. */
  async openFile(name: string): Promise<void> {
    await this.showQuickInput('Control+p');
    await this.quickInput.type(name);
    await this.quickInput.pick(path.posix.basename(name));
    const tab = this.page.locator('.tab.active', { hasText: path.posix.basename(name) });
    await tab.waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  /** Moves the cursor; line and column count from 1. */
  async goTo(line: number, column = 1): Promise<void> {
    await this.showQuickInput('Control+p');
    await this.quickInput.type(`:${String(line)}:${String(column)}`);
    await this.quickInput.accept();
    await this.quickInput.waitUntilHidden();
    await this.waitForStatusBarItem('status.editor.selection', (item) =>
      item.text.startsWith(`Ln ${String(line)}, Col ${String(column)}`),
    );
  }

  /** The first item whose id ends with, or whose text or label matches, `match`. */
  async statusBarItem(match: string | RegExp): Promise<StatusBarItem | undefined> {
    return (await this.statusBarItems()).find((item) =>
      typeof match === 'string'
        ? item.id.endsWith(match)
        : match.test(item.text) || match.test(item.ariaLabel),
    );
  }

  /** Waits for a status bar item that fulfils `accept`. */
  async waitForStatusBarItem(
    match: string | RegExp,
    accept: (item: StatusBarItem) => boolean = (item) => item.visible,
    timeoutMs = 30_000,
  ): Promise<StatusBarItem> {
    const item = await eventually(
      `the status bar item ${String(match)}`,
      () => this.statusBarItem(match),
      (found) => found !== undefined && accept(found),
      { timeoutMs },
    );
    if (item === undefined) throw new Error('Unreachable: eventually() accepts no undefined here.');
    return item;
  }

  async clickStatusBarItem(id: string): Promise<void> {
    await this.page.locator(`.statusbar-item[id$="${id}"] a`).first().click();
  }

  private async statusBarItems(): Promise<StatusBarItem[]> {
    // In one go, since items move while extensions start.
    const items = await this.page.locator('.statusbar-item').evaluateAll((elements: DomElement[]) =>
      elements.map((element) => ({
        id: element.id,
        classes: element.className,
        text: element.textContent,
        label: element.getAttribute('aria-label'),
        linkLabel: element.querySelector('.statusbar-item-label')?.getAttribute('aria-label'),
        visible: element.getClientRects().length > 0,
      })),
    );
    return items.map((item) => ({
      id: item.id,
      text: plainText(item.text).replace(/\s+/g, ' '),
      ariaLabel: plainText(item.label) || plainText(item.linkLabel),
      background: backgroundOf(item.classes),
      visible: item.visible,
    }));
  }

  /** Chooses a colour theme by its name, such as `Dark High Contrast`. */
  async setTheme(name: string): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput.type(name);
    await this.quickInput.pick(name);
    await this.quickInput.waitUntilHidden();
  }

  /** Saves a picture of the window to `out/screenshots/NAME.png` and returns its path. */
  async screenshot(name: string): Promise<string> {
    const folder = path.join(projectRoot, 'out', 'screenshots');
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  /** A key pressed while VS Code is still busy starting can get lost, so it is pressed again. */
  private async showQuickInput(key: string): Promise<void> {
    await eventually('the quick input', async () => {
      await this.page.keyboard.press(key);
      return this.quickInput.appears(2_000);
    });
  }
}

function backgroundOf(classes: string): StatusBarItem['background'] {
  if (classes.includes('error-kind')) return 'error';
  return classes.includes('warning-kind') ? 'warning' : 'none';
}
