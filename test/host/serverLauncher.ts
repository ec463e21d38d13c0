#!/usr/bin/env node
// VS Code for `runTests` where the desktop one cannot be had: takes the same arguments, runs VS
// Code's server with a headless browser as its window, and exits with the suite's result.
import { format } from 'node:util';
import { launchBrowser } from '../support/browser';
import { chosenVsCode } from '../support/chosenVsCode';
import { suiteFrame } from '../support/suiteFrame';
import { startVsCodeServer } from '../support/vscodeServer';

const chatterLines = 60;
const runTimeoutMs = 10 * 60_000;

async function main(): Promise<number> {
  // Ends with `runTests`, however that one ended: the pipe closes.
  process.stdin.on('end', () => process.exit(1)).resume();
  const args = process.argv.slice(2);
  const option = (name: string): string | undefined =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const folder = args.find((arg) => !arg.startsWith('--'));
  const development = option('extensionDevelopmentPath');
  const tests = option('extensionTestsPath');
  if (folder === undefined || development === undefined || tests === undefined) {
    throw new Error('Usage: FOLDER --extensionDevelopmentPath=… --extensionTestsPath=…');
  }
  const log = new HostLog();
  const server = await startVsCodeServer({
    acceptsPayload: true,
    onOutput: log.addChatter,
    version: chosenVsCode(),
  });
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
    await page.exposeFunction('codeAutomationLog', log.add);
    const remote = (file: string): string =>
      `vscode-remote://127.0.0.1:${String(server.port)}${file}`;
    await page.goto(
      server.url(folder, [
        ['extensionDevelopmentPath', remote(development)],
        ['extensionTestsPath', remote(tests)],
      ]),
    );
    const code = await exitCode;
    if (code !== 0) log.printChatter();
    return code;
  } catch (error) {
    log.printChatter();
    throw error;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/**
 * Prints what the suite prints as it comes. The rest is VS Code's own chatter (the native modules
 * this installation does without, …), kept for when something fails.
 */
class HostLog {
  private readonly chatter: string[] = [];
  private isInSuite = false;

  readonly add = (type: string, values: readonly unknown[]): void => {
    if (values[0] === suiteFrame) {
      this.isInSuite = !this.isInSuite;
    } else if (this.isInSuite && (type === 'info' || type === 'log')) {
      console.log(...values);
    } else {
      this.addChatter(`${type}: ${format(...values)}\n`);
    }
  };

  readonly addChatter = (text: string): void => {
    this.chatter.push(text);
  };

  printChatter(): void {
    // Stack traces into VS Code's bundles help nobody.
    const lines = this.chatter.join('').split('\n');
    const kept = lines
      .filter((line) => !/^\s+(at |→ )|^- |\.node'/.test(line))
      .slice(-chatterLines);
    console.error(`VS Code said (last ${String(chatterLines)} lines):\n${kept.join('\n')}`);
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
