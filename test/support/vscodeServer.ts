import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type VsCodeServerInstallation,
  type VsCodeVersion,
  ensureVsCodeServer,
} from '../../scripts/bootstrap.mjs';
import { onProcessEnd } from './cleanup';
import { projectRoot } from './projectRoot';
import { noteStartedVsCode } from './startedVsCodes';
import { createTempFolder } from './tempFolder';
import { quietSettings } from './vscodeSettings';

/** The oldest VS Code the extension supports; tests run there unless told otherwise. */
export const oldestVsCode: VsCodeVersion = '1.100.3';

/** What a server starts with. */
export interface VsCodeServerOptions {
  readonly version?: VsCodeVersion;
  /** Added to this process's environment; the extension host inherits it. `undefined` removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Added to {@link quietSettings}. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Extensions to install as a user would. */
  readonly vsix?: readonly string[];
  /** Port to listen on, instead of any free one. */
  readonly port?: number;
  /**
   * Lets `url` carry a payload, which newer versions read only when started for automation. VS Code
   * then refuses to show modal dialogs and holds notifications back: no good for UI tests.
   */
  readonly acceptsPayload?: boolean;
  readonly onOutput?: (text: string) => void;
}

/** A running server of VS Code with folders of its own. */
export interface VsCodeServer {
  readonly version: VsCodeVersion;
  readonly port: number;
  /** Server data, among it `data/User/settings.json` and `data/logs`. Removed by `stop`. */
  readonly dataDir: string;
  /** The workbench's address, with `folder` open. */
  url(folder: string, payload?: readonly (readonly [string, string])[]): string;
  /** Ends the server and every process it started. */
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;

/** Installs VS Code's server if need be, starts it and waits until it answers. */
export async function startVsCodeServer(options: VsCodeServerOptions = {}): Promise<VsCodeServer> {
  const installation = ensureVsCodeServer(projectRoot, options.version ?? oldestVsCode);
  const folder = createTempFolder('server');
  try {
    writeSettings(folder.path, { ...quietSettings, ...options.settings });
    for (const file of options.vsix ?? []) installVsix(installation, folder.path, file);
    const child = spawnServer(installation, folder.path, options);
    const takeBack = onProcessEnd(() => killGroup(child, 'SIGKILL'));
    const stop = async (): Promise<void> => {
      await endGroup(child);
      takeBack();
      folder.remove();
    };
    try {
      const port = await listeningPort(child, options.onOutput);
      await waitForAnswer(`http://127.0.0.1:${String(port)}/`);
      noteStartedVsCode(installation.version);
      const url: VsCodeServer['url'] = (opened, payload) => workbenchUrl(port, opened, payload);
      return { version: installation.version, port, dataDir: folder.path, url, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    folder.remove();
    throw error;
  }
}

function spawnServer(
  installation: VsCodeServerInstallation,
  dataDir: string,
  options: VsCodeServerOptions,
): ChildProcess {
  const args = [
    path.join(projectRoot, 'scripts', 'endWithParent.mjs'),
    installation.serverMain,
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--without-connection-token'],
    ...folderArguments(dataDir),
    ...(options.acceptsPayload === true ? ['--enable-smoke-test-driver'] : []),
  ];
  // A group of its own, so that extension hosts and file watchers can be ended with the server.
  return spawn(installation.nodePath, args, {
    detached: true,
    env: serverEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function folderArguments(dataDir: string): string[] {
  const extensions = path.join(dataDir, 'extensions');
  return [
    '--accept-server-license-terms',
    ...['--server-data-dir', dataDir, '--extensions-dir', extensions],
  ];
}

function serverEnvironment(added: VsCodeServerOptions['env']): NodeJS.ProcessEnv {
  // Where the tests run in a terminal of VS Code, its variables would lead this server astray.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name),
  );
  // Without a gallery, VS Code asks no extension market, which keeps tests off the network.
  const gallery = { EXTENSIONS_GALLERY: '{}' };
  const environment: NodeJS.ProcessEnv = { ...Object.fromEntries(inherited), ...gallery, ...added };
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}

function writeSettings(dataDir: string, settings: Readonly<Record<string, unknown>>): void {
  for (const scope of ['Machine', 'User']) {
    const folder = path.join(dataDir, 'data', scope);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
  }
}

function installVsix(server: VsCodeServerInstallation, dataDir: string, file: string): void {
  const args = [server.serverMain, '--install-extension', file, ...folderArguments(dataDir)];
  const result = spawnSync(server.nodePath, args, { encoding: 'utf8', env: serverEnvironment({}) });
  if (result.status !== 0) {
    throw new Error(`Installing ${file} failed.\n${result.stdout}${result.stderr}`);
  }
}

async function listeningPort(
  child: ChildProcess,
  onOutput: VsCodeServerOptions['onOutput'],
): Promise<number> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`VS Code's server ${why}.\n${output}`));
    const timer = setTimeout(() => fail('did not start in time'), startTimeoutMs);
    timer.unref();
    const read = (chunk: Buffer): void => {
      onOutput?.(chunk.toString());
      if (output.length < 10_000) output += chunk.toString();
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', (error) => fail(`could not be started: ${error.message}`));
    child.on('exit', (code) => fail(`ended with exit code ${String(code)}`));
  });
}

async function waitForAnswer(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(startTimeoutMs) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`VS Code's server answered ${String(response.status)}.`);
}

function workbenchUrl(
  port: number,
  folder: string,
  payload?: readonly (readonly [string, string])[],
): string {
  const parameter = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
  const url = new URL(`http://127.0.0.1:${String(port)}/`);
  url.searchParams.set(parameter, folder);
  if (payload !== undefined) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    killGroup(child, 'SIGTERM');
    await Promise.race([ended, delay(3_000, undefined, { ref: false })]);
  }
  // What outlived the server, or ignored the request.
  killGroup(child, 'SIGKILL');
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}
