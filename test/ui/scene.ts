import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { TestDynamoDb } from '../support/awsDynalite';
import { launchBrowser } from '../support/browser';
import { chosenVsCode } from '../support/chosenVsCode';
import { sampleCredentials } from '../support/sampleWorkspace';
import { createTempFolder } from '../support/tempFolder';
import { startVsCodeServer, type VsCodeServer } from '../support/vscodeServer';
import { builtVsix } from '../support/vsix';
import { Workbench } from './driver';

/** A VS Code with the extension installed as a user installs it, and an embedded DynamoDB. */
export interface Scene {
  readonly db: TestDynamoDb;
  readonly server: VsCodeServer;
  readonly workbench: Workbench;
  /** The workspace's folder. */
  readonly folder: string;
  /** Where extensions keep their files. */
  readonly globalStorage: string;
  stop(): Promise<void>;
}

export interface SceneOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What VS Code opens, if not the folder itself: a `.code-workspace` file in it. */
  readonly open?: string;
  /** Fills the workspace and the servers before VS Code opens the folder. */
  prepare(scene: Omit<Scene, 'workbench' | 'stop'>): Promise<void>;
}

/** Polls as often as the setting allows, so that a test waits no longer than it must. */
export const shortestPollS = 5;

/** Starts everything and opens the workspace. */
export async function openScene(options: SceneOptions): Promise<Scene> {
  const db = await TestDynamoDb.start();
  const temp = createTempFolder('ui');
  const folder = path.join(temp.path, 'infrastructure');
  mkdirSync(folder);
  const server = await startVsCodeServer({
    version: chosenVsCode(),
    env: { ...sampleCredentials, ...options.env },
    settings: { 'stateLock.polling.interval': shortestPollS, ...options.settings },
    vsix: [builtVsix()],
  });
  let browser: Browser | undefined;
  const stop = async (): Promise<void> => {
    await browser?.close();
    await server.stop();
    await db.stop();
    temp.remove();
  };
  try {
    const globalStorage = path.join(server.dataDir, 'data', 'User', 'globalStorage');
    await options.prepare({ db, server, folder, globalStorage });
    browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const workbench = new Workbench(page);
    await workbench.open(server.url(path.join(folder, options.open ?? '')));
    return { db, server, workbench, folder, globalStorage, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
