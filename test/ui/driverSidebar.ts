import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { type DomElement, plainText } from './driverDom';

/** A row of a tree view. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  readonly ariaLabel: string;
  /** 1 at the top. */
  readonly level: number;
  /** `undefined` if it has no children. */
  readonly expanded: boolean | undefined;
  /** Such as `codicon-lock`. */
  readonly icon: string;
}

interface FoundRow {
  /** The element's. */
  readonly id: string;
  readonly row: TreeRow;
}

/** The side bar with an extension's views, and the activity bar that opens them. */
export class Sidebar {
  constructor(private readonly page: Page) {}

  /** Opens a view container by its title in the activity bar. */
  async openView(title: string): Promise<void> {
    const item = this.activityItem(title);
    const isOpen = async (): Promise<boolean> => {
      const classes = (await item.getAttribute('class')) ?? '';
      if (!classes.includes('checked')) await item.click({ timeout: 2_000 });
      // A view with nothing to list shows its welcome text instead of the tree.
      const content = this.page
        .locator('.sidebar')
        .locator('.customview-tree, .welcome-view-content');
      return content.filter({ visible: true }).first().isVisible();
    };
    // The extension may only just be starting, on a machine that is busy.
    await eventually(`the view ${title}`, isOpen, Boolean, { timeoutMs: 60_000 });
  }

  /** The number on the container's icon, or an empty string. */
  async activityBadge(title: string): Promise<string> {
    const badge = this.activityItem(title).locator('.badge .badge-content');
    return (await badge.count()) === 0 ? '' : ((await badge.first().textContent()) ?? '');
  }

  /** The rows shown by the extension's tree views. */
  async treeRows(): Promise<TreeRow[]> {
    return (await this.readRows()).map(({ row }) => row);
  }

  /**
   * Waits for a row that fulfils `accept`; `match` is its whole label or an expression over label
   * and aria-label. Rows follow the status bar a moment later.
   */
  async waitForRow(
    match: string | RegExp,
    accept: (row: TreeRow) => boolean = () => true,
    timeoutMs = 15_000,
  ): Promise<TreeRow> {
    const read = async (): Promise<TreeRow> => (await this.findRow(match)).row;
    return eventually(`the row ${String(match)} as expected`, read, accept, { timeoutMs });
  }

  /** The view's message, or the text it shows instead of rows. */
  async viewText(): Promise<string> {
    const body = this.page.locator('.sidebar .pane-body:visible');
    return plainText((await body.allInnerTexts()).join('\n'));
  }

  /** Clicks a button or link among the text shown instead of rows. */
  async clickWelcome(label: string): Promise<void> {
    const content = this.page.locator('.sidebar .welcome-view-content');
    await content.locator('.monaco-button, a').getByText(label, { exact: true }).first().click();
  }

  async expandRow(match: string | RegExp): Promise<void> {
    const row = await this.row(match);
    await eventually(`${String(match)} to expand`, async () => {
      if ((await row.getAttribute('aria-expanded')) === 'true') return true;
      await row.locator('.monaco-tl-twistie').click({ timeout: 2_000 });
      return (await row.getAttribute('aria-expanded')) === 'true';
    });
  }

  async clickRow(match: string | RegExp): Promise<void> {
    await (await this.row(match)).click();
  }

  /** The titles of a row's inline buttons. */
  async rowActions(match: string | RegExp): Promise<string[]> {
    const row = await this.row(match);
    await row.hover();
    const buttons = await row.locator('.actions .action-label').all();
    const titles = await Promise.all(buttons.map((button) => button.getAttribute('aria-label')));
    return titles.filter((title): title is string => title !== null && title !== '');
  }

  /** Clicks a row's inline button. */
  async treeRowAction(match: string | RegExp, title: string): Promise<void> {
    const row = await this.row(match);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${title}"]`).first().click();
  }

  /** Clicks a button in the title bar of the view. */
  async viewAction(title: string): Promise<void> {
    await this.page.locator('.sidebar .composite.title, .sidebar .pane-header').first().hover();
    const buttons = this.page.locator('.sidebar .title-actions, .sidebar .pane-header .actions');
    await buttons.locator(`.action-label[aria-label^="${title}"]`).first().click();
  }

  /** Opens a row's context menu and clicks an item. */
  async treeContextMenu(match: string | RegExp, item: string): Promise<void> {
    const menu = await this.showContextMenu(match);
    const entry = menu.getByText(item, { exact: true }).first();
    await eventually(`${item} to be chosen`, async () => {
      await entry.click({ timeout: 2_000 });
      await entry.waitFor({ state: 'hidden', timeout: 500 });
      return true;
    });
  }

  /** The items of a row's context menu, which is closed again. */
  async contextMenuItems(match: string | RegExp): Promise<string[]> {
    const menu = await this.showContextMenu(match);
    const items = await menu.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return items.map((text) => text.trim()).filter((text) => text !== '');
  }

  /** Opens a row's context menu and leaves it open. @returns whether it still is. */
  async holdContextMenu(match: string | RegExp): Promise<() => Promise<boolean>> {
    const menu = await this.showContextMenu(match);
    return () => menu.first().isVisible();
  }

  private async showContextMenu(match: string | RegExp): Promise<Locator> {
    const row = await this.row(match);
    const items = this.page.locator('.monaco-menu .action-menu-item .action-label');
    await eventually('the context menu', async () => {
      await row.click({ button: 'right', timeout: 2_000 });
      await items.first().waitFor({ timeout: 2_000 });
      return true;
    });
    // A menu ignores the mouse for a moment after it opened: a click then may close it and choose nothing.
    await delay(300);
    return items;
  }

  private async row(match: string | RegExp): Promise<Locator> {
    // By its id rather than its place: a refresh may add rows above.
    const { id } = await this.findRow(match);
    return this.page.locator(`.sidebar [id="${id}"]`);
  }

  private async findRow(match: string | RegExp): Promise<FoundRow> {
    const fits = ({ row }: FoundRow): boolean =>
      typeof match === 'string'
        ? row.label === match
        : match.test(row.label) || match.test(row.ariaLabel);
    return eventually(`the row ${String(match)}`, async () => {
      const rows = await this.readRows();
      const found = rows.find(fits);
      if (found === undefined) {
        throw new Error(`rows: ${JSON.stringify(rows.map(({ row }) => row.label))}`);
      }
      return found;
    });
  }

  private async readRows(): Promise<FoundRow[]> {
    const rows = await this.rowLocator.evaluateAll((elements: DomElement[]) =>
      elements.map((element) => ({
        id: element.id,
        top: Number(element.getAttribute('data-index')),
        label: element.querySelector('.label-name')?.textContent,
        description: element.querySelector('.label-description')?.textContent,
        ariaLabel: element.getAttribute('aria-label'),
        level: element.getAttribute('aria-level'),
        expanded: element.getAttribute('aria-expanded'),
        icon: element.querySelector('.custom-view-tree-node-item-icon')?.className,
      })),
    );
    // Their order in the page is that of their drawing.
    rows.sort((a, b) => a.top - b.top);
    return rows.map((row) => ({
      id: row.id,
      row: {
        label: plainText(row.label),
        description: plainText(row.description),
        ariaLabel: plainText(row.ariaLabel),
        level: Number(row.level ?? 1),
        expanded: row.expanded === null ? undefined : row.expanded === 'true',
        icon: /codicon-(?!colored)[\w-]+/.exec(row.icon ?? '')?.[0] ?? '',
      },
    }));
  }

  private get rowLocator(): Locator {
    return this.page.locator('.sidebar .customview-tree .monaco-list-row');
  }

  private activityItem(title: string): Locator {
    const label = `.action-label[aria-label="${title}"], .action-label[aria-label^="${title} "]`;
    return this.page.locator('.activitybar .action-item', { has: this.page.locator(label) });
  }
}
