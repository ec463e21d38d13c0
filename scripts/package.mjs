// Packages the extension: node scripts/package.mjs [FILE.vsix]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureNodeModules } from './bootstrap.mjs';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Builds for production (through `vscode:prepublish`) and writes the VSIX.
 * @returns its path.
 */
export function packageVsix(root, file) {
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const target = path.resolve(root, file ?? `${name}-${version}.vsix`);
  const vsce = path.join(repository, 'node_modules', '@vscode', 'vsce', 'vsce');
  // Everything is bundled, so node_modules stays out. README links stay as they are: the file works
  // offline and in a clone.
  const flags = ['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository'];
  const result = spawnSync(process.execPath, [vsce, 'package', ...flags, '--out', target], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status !== 0) throw new Error(`vsce failed.\n${result.stdout}${result.stderr}`);
  return target;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureNodeModules(repository);
  console.log(`Packaged ${packageVsix(repository, process.argv[2])}`);
}
