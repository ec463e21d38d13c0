import type { Locator, Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { plainText } from './driverDom';

/** A modal dialog drawn by VS Code (`window.dialogStyle: custom`). */
export class Dialog {
  private readonly box: Locator;

  constructor(page: Page) {
    this.box = page.locator('.monaco-dialog-box');
  }

  async isOpen(): Promise<boolean> {
    return this.box.isVisible();
  }

  /** Message and detail, without the buttons. */
  async text(): Promise<string> {
    await this.box.waitFor();
    return plainText(await this.box.locator('.dialog-message-container').innerText());
  }

  /** The buttons' texts in the order shown. */
  async buttons(): Promise<string[]> {
    await this.box.waitFor();
    const texts = await this.box.locator('.dialog-buttons .monaco-button').allInnerTexts();
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  }

  async click(button: string): Promise<void> {
    const buttons = this.box.locator('.dialog-buttons .monaco-button');
    await buttons.getByText(button, { exact: true }).click();
    await this.box.waitFor({ state: 'hidden' });
  }
}

/** The notifications at the bottom right. */
export class Notifications {
  private readonly toasts: Locator;

  constructor(private readonly page: Page) {
    this.toasts = page.locator('.notifications-toasts .notification-list-item');
  }

  /** The messages shown, newest first. */
  async texts(): Promise<string[]> {
    const texts = await this.toasts.locator('.notification-list-item-message').allInnerTexts();
    return texts.map(plainText);
  }

  /** Waits for a message that matches and returns its whole text. */
  async waitFor(match: RegExp, timeoutMs = 15_000): Promise<string> {
    const texts = await eventually(
      `a notification ${String(match)}`,
      () => this.texts(),
      (shown) => shown.some((text) => match.test(text)),
      { timeoutMs },
    );
    return texts.find((text) => match.test(text)) ?? '';
  }

  /** Clicks a button of the message that matches. */
  async click(match: RegExp, button: string): Promise<void> {
    const buttons = this.toasts.filter({ hasText: match }).locator('.monaco-button');
    await buttons.getByText(button, { exact: true }).first().click();
  }

  /** Closes all messages. */
  async dismissAll(): Promise<void> {
    await eventually('no notifications', async () => {
      const first = this.toasts.first();
      if (!(await first.isVisible())) return true;
      await first.hover({ timeout: 2_000 });
      await first.locator('.codicon-notifications-clear').click({ timeout: 2_000 });
      return !(await first.isVisible());
    });
    // Away from where a tooltip of the vanished button would pop up.
    await this.page.mouse.move(0, 0);
  }
}
