import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { plainText } from './driverDom';

const hoverAttempts = 4;

/** The active text editor. */
export class Editor {
  constructor(private readonly page: Page) {}

  /**
   * Types at the cursor, without the editor closing brackets or completing words. What follows a
   * line break gets indented as usual.
   */
  async type(text: string): Promise<void> {
    await this.focus();
    await this.page.keyboard.insertText(text);
  }

  /** Presses a key, such as `Control+s`, with the editor focused. */
  async press(key: string): Promise<void> {
    await this.focus();
    await this.page.keyboard.press(key);
  }

  /** The lines on the screen, top to bottom. */
  async visibleText(): Promise<string> {
    const lines = await this.page.locator('.editor-instance .view-lines .view-line').all();
    const placed = await Promise.all(
      lines.map(async (line) => ({
        top: (await line.boundingBox())?.y ?? 0,
        text: ((await line.textContent()) ?? '').replace(/\u00a0/g, ' '),
      })),
    );
    // Their order in the page is that of their drawing.
    placed.sort((a, b) => a.top - b.top);
    return placed.map((line) => line.text).join('\n');
  }

  /**
   * Rests the mouse on the first place that shows `text` and returns what pops up. Hovers get lost
   * now and then, so it tries again; at last through the keyboard's command at the cursor.
   * @param showAtCursor moves the cursor there and runs `Show or Focus Hover`.
   */
  async hoverText(text: string, showAtCursor?: () => Promise<void>): Promise<string> {
    const popup = this.page.locator('.monaco-editor .monaco-hover:visible .hover-contents');
    for (let attempt = 0; attempt < hoverAttempts; attempt++) {
      await this.page.mouse.move(0, 0);
      await delay(200);
      const { x, y } = await this.positionOf(text);
      await this.page.mouse.move(x - 3, y);
      await this.page.mouse.move(x, y);
      if (await appears(popup, 3_000)) return contentOf(popup);
    }
    if (showAtCursor !== undefined) {
      await showAtCursor();
      if (await appears(popup, 5_000)) return contentOf(popup);
    }
    throw new Error(`No hover appeared at ${text}.`);
  }

  /** Takes the mouse away, so that what popped up closes. */
  async leaveHover(): Promise<void> {
    await this.page.mouse.move(0, 0);
    await this.page.keyboard.press('Escape');
  }

  private async focus(): Promise<void> {
    const focused = this.page.locator('.editor-instance .monaco-editor.focused');
    if ((await focused.count()) > 0) return;
    await this.page.keyboard.press('Control+1');
    await focused.waitFor();
  }

  private async positionOf(text: string): Promise<{ x: number; y: number }> {
    const line = this.page.locator('.editor-instance .view-line').filter({ hasText: text }).first();
    // The line's only child is as wide as its text, in a font where all characters are.
    const content = line.locator('> span').first();
    const box = await content.boundingBox();
    const shown = ((await content.textContent()) ?? '').replace(/\u00a0/g, ' ');
    const start = shown.indexOf(text);
    if (box === null || start < 0) throw new Error(`The editor does not show ${text}.`);
    const characterWidth = box.width / shown.length;
    const x = box.x + (start + text.length / 2) * characterWidth;
    return { x, y: box.y + box.height / 2 };
  }
}

async function appears(popup: Locator, timeoutMs: number): Promise<boolean> {
  try {
    await popup.first().waitFor({ timeout: timeoutMs });
    return true;
  } catch {
    return false;
  }
}

async function contentOf(popup: Locator): Promise<string> {
  // The provider's answer replaces "Loading..." in place.
  for (let attempt = 0; attempt < 20; attempt++) {
    const text = plainText((await popup.allInnerTexts()).join('\n'));
    if (text !== '' && text !== 'Loading...') return text;
    await delay(200);
  }
  throw new Error('The hover stayed empty.');
}
