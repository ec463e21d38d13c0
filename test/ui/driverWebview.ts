import type { ConsoleMessage, Frame, Page } from 'playwright-core';
import { eventually } from '../support/eventually';

/** The page inside of a webview, and what the browser's console says meanwhile. */
export class WebviewDriver {
  /** Whatever the browser complains of in its console. */
  readonly complaints: string[] = [];

  constructor(private readonly page: Page) {
    page.on('pageerror', ({ stack }) => this.faults.push(stack ?? ''));
    page.on('console', (message: ConsoleMessage) => {
      const text = message.text();
      if (message.type() === 'error' || /Content.Security.Policy|Refused to/i.test(text)) {
        this.complaints.push(text);
      }
    });
  }

  /** What was thrown and caught by nobody, in whatever page there is. */
  readonly faults: string[] = [];

  /** What of the complaints is about a content security policy. */
  get violations(): readonly string[] {
    return this.complaints.filter((text) => /Content.Security.Policy|Refused to/i.test(text));
  }

  /** The frame whose body fulfils `selector`. */
  frame(selector: string, timeoutMs = 30_000): Promise<Frame> {
    return eventually(
      `a webview with ${selector}`,
      async () => {
        for (const frame of this.page.frames()) {
          if (
            (await frame
              .locator(selector)
              .count()
              .catch(() => 0)) > 0
          )
            return frame;
        }
        throw new Error('none of the frames has it');
      },
      () => true,
      { timeoutMs },
    );
  }
}
