import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findOnPath } from '../../scripts/bootstrap.mjs';
import { whoAmI } from '../../src/storage/who';
import { TestDynamoDb } from '../support/awsDynalite';
import { onProcessEnd } from '../support/cleanup';
import { projectRoot } from '../support/projectRoot';
import { sampleCredentials, seedSample } from '../support/sampleWorkspace';
import { createTempFolder } from '../support/tempFolder';
import { startVsCodeServer } from '../support/vscodeServer';

// The demo: an embedded DynamoDB with four states, and a real VS Code that looks at them.

const vsix = process.argv[2] ?? '';

async function main(): Promise<void> {
  const workspace = createTempFolder('demo');
  const folder = path.join(workspace.path, 'infrastructure');
  mkdirSync(folder);
  const db = await TestDynamoDb.start();
  const desktop = hasDisplay() ? findOnPath('code', 'codium') : undefined;
  if (desktop === undefined) {
    await openServer(db, folder);
  } else {
    await openDesktop(desktop, db, folder, path.join(workspace.path, 'user-data'));
  }
}

async function openServer(db: TestDynamoDb, folder: string): Promise<void> {
  const env = sampleCredentials;
  const server = await startVsCodeServer({ env, vsix: [vsix] });
  await seedSample(
    db,
    folder,
    path.join(server.dataDir, 'data', 'User', 'globalStorage'),
    whoAmI(),
  );
  console.log(
    `\nVS Code ${server.version} with the extension, on a sample workspace of four states:\n`,
  );
  console.log(`  ${server.url(folder)}\n`);
  console.log('network is locked, billing is stale, platform is locked by you, dns is free.');
  console.log('Open it in a browser. Ctrl-C stops everything and leaves nothing behind.');
}

async function openDesktop(
  code: string,
  db: TestDynamoDb,
  folder: string,
  userData: string,
): Promise<void> {
  await seedSample(db, folder, path.join(userData, 'User', 'globalStorage'), whoAmI());
  const settings = { 'security.workspace.trust.enabled': false };
  writeFileSync(path.join(userData, 'User', 'settings.json'), JSON.stringify(settings));
  const folders = [`--user-data-dir=${userData}`, `--extensions-dir=${path.join(userData, 'ext')}`];
  const args = [...folders, `--extensionDevelopmentPath=${projectRoot}`, '--wait', folder];
  const child = spawn(code, args, {
    env: { ...process.env, ...sampleCredentials },
    stdio: 'inherit',
  });
  onProcessEnd(() => child.kill());
  console.log(
    'VS Code opens on a sample workspace of four states. Close it or press Ctrl-C to stop.',
  );
  child.on('exit', () => process.exit(0));
}

function hasDisplay(): boolean {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform !== 'linux' || Boolean(DISPLAY ?? WAYLAND_DISPLAY);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
