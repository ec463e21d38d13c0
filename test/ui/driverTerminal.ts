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
}
