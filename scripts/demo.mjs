// npm run demo: installs what is missing, builds, and opens a VS Code on a sample workspace.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNodeModules } from './bootstrap.mjs';
import { packageVsix } from './package.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

console.log('Preparing the demo: packages, build, VS Code. The first time takes a minute or two.');
ensureNodeModules(root);
const vsix = packageVsix(root);
// After packaging, because a build removes what an earlier one left.
const built = spawnSync(process.execPath, ['esbuild.js', '--tests'], {
  cwd: root,
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);

const demo = spawn(process.execPath, [path.join(root, 'out', 'test', 'demo', 'demo.js'), vsix], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C reaches the whole group; the demo cleans up and ends, and so does this.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => demo.kill(signal));
demo.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 0));
