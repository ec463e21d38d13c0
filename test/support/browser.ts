import { type Browser, type LaunchOptions, chromium } from 'playwright-core';
import { findOnPath } from '../../scripts/bootstrap.mjs';

/** Launches headless Chromium: the one on PATH, or on macOS and Windows the installed Chrome. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findOnPath(
    ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  );
  return chromium.launch({
    ...(executablePath === undefined ? { channel: 'chrome' } : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    ...options,
  });
}
