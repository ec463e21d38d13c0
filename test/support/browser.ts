import { type Browser, type LaunchOptions, chromium } from 'playwright-core';
import { findOnPath } from '../../scripts/bootstrap.mjs';

/** Why there is no browser to launch, if so. */
export function browserObstacle(): string | undefined {
  const mayBeInstalled = process.platform !== 'linux' || findBrowser() !== undefined;
  return mayBeInstalled ? undefined : 'Chromium is not on PATH';
}

/** Launches headless Chromium: the one on PATH, or on macOS and Windows the installed Chrome. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findBrowser();
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

function findBrowser(): string | undefined {
  return findOnPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
}
