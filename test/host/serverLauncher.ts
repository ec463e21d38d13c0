#!/usr/bin/env node
// VS Code for `runTests` where the desktop one cannot be had: takes the same arguments, runs VS
// Code's server with a headless browser as its window, and exits with the suite's result.
import { launchBrowser } from '../support/browser';
import { chosenVsCode } from '../support/chosenVsCode';
import { startVsCodeServer } from '../support/vscodeServer';

const runTimeoutMs = 10 * 60_000;

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const option = (name: string): string | undefined =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const folder = args.find((arg) => !arg.startsWith('--'));
  const development = option('extensionDevelopmentPath');
  const tests = option('extensionTestsPath');
  if (folder === undefined || development === undefined || tests === undefined) {
    throw new Error('Usage: FOLDER --extensionDevelopmentPath=… --extensionTestsPath=…');
  }
  const server = await startVsCodeServer({ version: chosenVsCode() });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const exitCode = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('The host tests did not end in time.'));
      }, runTimeoutMs);
      timer.unref();
      page.on('crash', () => {
        reject(new Error('The browser page crashed.'));
      });
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    await page.exposeFunction('codeAutomationLog', (type: string, values: unknown[]) => {
      (type === 'error' ? console.error : console.log)(...values);
    });
    const remote = (file: string): string =>
      `vscode-remote://127.0.0.1:${String(server.port)}${file}`;
    await page.goto(
      server.url(folder, [
        ['extensionDevelopmentPath', remote(development)],
        ['extensionTestsPath', remote(tests)],
      ]),
    );
    return await exitCode;
  } finally {
    await browser.close();
    await server.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
