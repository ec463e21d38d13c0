import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';

/** Settings with which a terminal's text is in the page, and its shell is the same everywhere. */
export const terminalSettings: Readonly<Record<string, unknown>> = {
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.defaultProfile.linux': 'bash',
  'terminal.integrated.defaultProfile.osx': 'bash',
  'terminal.integrated.confirmOnKill': 'never',
};

/** The terminal that is shown in the panel. */
export class TerminalPanel {
  constructor(private readonly page: Page) {}

  /** Types a line into it, as a person does. */
  async type(line: string): Promise<void> {
    await this.page.locator('.terminal-wrapper.active .xterm-helper-textarea').first().focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** What is on its screen, lines joined as they are shown. */
  async text(): Promise<string> {
    const rows = this.page.locator('.terminal-wrapper.active .xterm-rows > div');
    return (await rows.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
  }

  async waitFor(match: RegExp, timeoutMs = 30_000): Promise<string> {
    return eventually(
      `${String(match)} in the terminal`,
      () => this.text(),
      (text) => match.test(text),
      { timeoutMs },
    );
  }

  /** Clicks a link at the end of a line with the key that follows links. */
  async followLink(text: string): Promise<void> {
    const spans = this.page.locator('.terminal-wrapper.active .xterm-rows > div span');
    const box = await spans.filter({ hasText: text }).first().boundingBox();
    if (box === null) throw new Error(`${text} is not on the terminal's screen.`);
    const [x, y] = [box.x + box.width - 40, box.y + box.height / 2];
    await this.page.keyboard.down('Control');
    const found = this.page.locator('.terminal-wrapper.active .xterm-cursor-pointer');
    await eventually(`the link ${text}`, async () => {
      // Links are looked for when the mouse moves over them.
      await this.page.mouse.move(x - 20, y);
      await this.page.mouse.move(x, y, { steps: 5 });
      return found.first().isVisible();
    });
    await this.page.mouse.click(x, y);
    await this.page.keyboard.up('Control');
  }
}
