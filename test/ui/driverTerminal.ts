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
    const span = this.page
      .locator('.terminal-wrapper.active .xterm-rows > div span')
      .filter({ hasText: text })
      .first();
    const found = this.page.locator('.terminal-wrapper.active .xterm-cursor-pointer').first();
    await this.page.keyboard.down('Control');
    const [x, y] = await eventually(`the link ${text}`, async () => {
      // The terminal draws its rows anew at times, and puts them elsewhere.
      const box = await span.boundingBox();
      if (box === null) throw new Error('It is not on the screen.');
      const at = [box.x + box.width - 40, box.y + box.height / 2] as const;
      // Links are looked for when the mouse moves over them.
      await this.page.mouse.move(at[0] - 20, at[1]);
      await this.page.mouse.move(...at, { steps: 5 });
      if (!(await found.isVisible())) throw new Error('It is no link.');
      return at;
    });
    await this.page.mouse.click(x, y);
    await this.page.keyboard.up('Control');
  }
}
