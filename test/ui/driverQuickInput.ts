import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { type DomElement, plainText } from './driverDom';

/** An entry of a quick pick. */
export interface QuickPickRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** The box at the top: command palette, Quick Open, quick picks and input boxes. */
export class QuickInput {
  private readonly widget: Locator;
  private readonly input: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget:visible');
    this.input = this.widget.locator('.quick-input-box input');
  }

  /** Whether it is there within that time. */
  async appears(timeoutMs: number): Promise<boolean> {
    return this.input.waitFor({ timeout: timeoutMs }).then(
      () => true,
      () => false,
    );
  }

  /** Replaces what is typed in. */
  async type(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
  }

  /** Presses Enter in it, as soon as it is there. */
  async accept(): Promise<void> {
    await this.input.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.widget.waitFor();
    await eventually('the quick input to close', async () => {
      await this.page.keyboard.press('Escape');
      await this.widget.waitFor({ state: 'hidden', timeout: 500 });
      return true;
    });
  }

  async waitUntilHidden(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden' });
  }

  /** Clicks the entry with exactly this label, or a label that matches. */
  async pick(label: string | RegExp): Promise<void> {
    const exact = typeof label === 'string' ? new RegExp(`^${escapeRegExp(label)}$`) : label;
    const name = this.page.locator('.quick-input-list-rows .label-name', { hasText: exact });
    const row = this.rowLocator.filter({ has: name }).first();
    await eventually(`the entry ${String(label)}`, async () => {
      if (!(await row.isVisible())) throw new Error(`entries: ${(await this.labels()).join(', ')}`);
      // While the list still filters, a click would land on whatever took the entry's place.
      const before = await this.labels();
      await delay(80);
      if ((await this.labels()).join() !== before.join()) return false;
      await row.click({ timeout: 2_000 });
      return true;
    });
  }

  /** Waits until the command palette gives way to what the chosen command shows, if anything. */
  async waitUntilPaletteIsGone(): Promise<void> {
    await eventually('the palette to close', async () => {
      if (!(await this.input.isVisible())) return true;
      return !(await this.input.inputValue({ timeout: 500 })).startsWith('>');
    });
  }

  /** The entries shown; waits for the first. */
  async rows(): Promise<QuickPickRow[]> {
    await this.rowLocator.first().waitFor();
    const rows = await this.rowLocator.evaluateAll((elements: DomElement[]) =>
      elements.map((element) => ({
        label: element.querySelector('.quick-input-list-rows .label-name')?.textContent,
        description: element.querySelector('.quick-input-list-rows .label-description')
          ?.textContent,
        detail: element.querySelector('.quick-input-list-label-meta')?.textContent,
      })),
    );
    return rows.map((row) => ({
      label: plainText(row.label),
      description: plainText(row.description),
      detail: plainText(row.detail),
    }));
  }

  async title(): Promise<string> {
    await this.widget.waitFor();
    return textOf(this.widget.locator('.quick-input-title'));
  }

  /** What is typed in. */
  async value(): Promise<string> {
    return this.input.inputValue();
  }

  /** The prompt or validation message below the input. */
  async message(): Promise<string> {
    return textOf(this.widget.locator('.quick-input-message'));
  }

  /** All text in the box: title, message and entries. */
  async text(): Promise<string> {
    await this.widget.waitFor();
    return plainText(await this.widget.innerText());
  }

  private async labels(): Promise<string[]> {
    return this.rowLocator.locator('.quick-input-list-rows .label-name').allTextContents();
  }

  private get rowLocator(): Locator {
    return this.widget.locator('.quick-input-list .monaco-list-row');
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

async function textOf(locator: Locator): Promise<string> {
  return plainText((await locator.count()) === 0 ? '' : await locator.first().textContent());
}
