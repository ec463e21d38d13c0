// Starts the host tests: node out/test/host/runHostTests.js
// TEST_VSCODE_VERSION chooses the VS Code, VSCODE_EXECUTABLE_PATH a desktop one already installed,
// EXTENSION_PATH and TEST_WORKSPACE what it opens, HOST_RESULTS_FILE where the results go.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { browserObstacle } from '../support/browser';
import { chosenVsCode } from '../support/chosenVsCode';
import { writeResults } from '../support/mochaRun';
import { projectRoot } from '../support/projectRoot';
import { createTempFolder } from '../support/tempFolder';
import { terragruntFolders } from '../support/terragruntFolders';
import { quietSettings } from '../support/vscodeSettings';

/** The VS Code `runTests` is given, and a word on why. */
interface Host {
  readonly vscodeExecutablePath?: string;
  readonly version?: string;
  readonly description: string;
}

const downloadProbeTimeoutMs = 5_000;

async function main(): Promise<void> {
  const host = await chooseHost();
  if ('obstacle' in host) {
    skipAll(host.obstacle);
    return;
  }
  console.log(`Host tests: ${host.description}`);
  // Short, since VS Code makes a socket in here and a socket's path may have 100 characters only.
  const userData = createTempFolder('host');
  const workspace = process.env['TEST_WORKSPACE'] ?? path.join(userData.path, 'workspace');
  mkdirSync(workspace, { recursive: true });
  // A folder that is made with its parents while VS Code runs can escape a watcher without native modules.
  for (const folder of terragruntFolders) {
    mkdirSync(path.join(workspace, folder), { recursive: true });
  }
  mkdirSync(path.join(userData.path, 'User'));
  writeFileSync(path.join(userData.path, 'User', 'settings.json'), JSON.stringify(quietSettings));
  try {
    await runTests({
      ...(host.version === undefined ? {} : { version: host.version }),
      ...(host.vscodeExecutablePath === undefined
        ? {}
        : { vscodeExecutablePath: host.vscodeExecutablePath }),
      extensionDevelopmentPath: process.env['EXTENSION_PATH'] ?? projectRoot,
      extensionTestsPath: path.join(__dirname, 'index.js'),
      launchArgs: [
        workspace,
        `--user-data-dir=${userData.path}`,
        `--extensions-dir=${path.join(userData.path, 'extensions')}`,
      ],
    });
  } finally {
    userData.remove();
  }
}

async function chooseHost(): Promise<Host | { readonly obstacle: string }> {
  const installed = process.env['VSCODE_EXECUTABLE_PATH'];
  if (installed !== undefined) {
    return {
      vscodeExecutablePath: installed,
      description: 'the VS Code of VSCODE_EXECUTABLE_PATH',
    };
  }
  const version = chosenVsCode();
  const obstacle = await desktopObstacle();
  if (obstacle === undefined) return { version, description: `desktop VS Code ${version}` };
  const noServer =
    process.platform === 'win32' ? "VS Code's server needs Linux or macOS" : browserObstacle();
  if (noServer !== undefined) return { obstacle: `${obstacle}; ${noServer}` };
  const launcher = path.join(__dirname, 'serverLauncher.js');
  chmodSync(launcher, 0o755);
  return {
    vscodeExecutablePath: launcher,
    description: `the server of VS Code ${version} in headless Chromium (${obstacle})`,
  };
}

function skipAll(reason: string): void {
  console.log(`Host tests skipped: ${reason}`);
  const file = process.env['HOST_RESULTS_FILE'];
  const skipped = [{ title: 'the host tests', reason }];
  if (file !== undefined) writeResults(file, { passed: [], failed: [], skipped, unsteady: [] });
}

/** Why a desktop VS Code is out of reach. One quick attempt: `runTests` itself retries for long. */
async function desktopObstacle(): Promise<string | undefined> {
  const hasDisplay = 'DISPLAY' in process.env || 'WAYLAND_DISPLAY' in process.env;
  if (process.platform === 'linux' && !hasDisplay) return 'there is no display for a desktop one';
  try {
    const response = await fetch('https://update.code.visualstudio.com/api/releases/stable', {
      signal: AbortSignal.timeout(downloadProbeTimeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? undefined : 'a desktop one cannot be downloaded here';
  } catch {
    return 'a desktop one cannot be downloaded here';
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
