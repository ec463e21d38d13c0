// @ts-check
// Builds dist/ (what ships) and, with --tests, out/ (what the tests run).
const esbuild = require('esbuild');
const { readdirSync, rmSync } = require('node:fs');
const path = require('node:path');

const args = process.argv.slice(2);
const production = args.includes('--production');

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
};

/** @type {import('esbuild').BuildOptions[]} */
const builds = [
  {
    // The extension itself, loaded at activation, and the threads of parser and history, when first needed.
    ...shared,
    entryPoints: ['src/extension.ts', 'src/hcl/hclWorker.ts', 'src/storage/holdHistoryWorker.ts'],
    outdir: 'dist',
    entryNames: '[name]',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    // The activity view's page: runs in the webview's browser, never in the extension host.
    ...shared,
    entryPoints: ['src/webview/activity.ts', 'src/webview/activity.css'],
    outdir: 'dist/webview',
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
  },
  {
    // The network thread. ES modules with splitting: the SDK of a backend loads when that backend is used.
    ...shared,
    entryPoints: { worker: 'src/backends/worker.ts' },
    outdir: 'dist/backends',
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    splitting: true,
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  },
];

if (args.includes('--tests')) {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => path.join('test', file));
  builds.push({
    ...shared,
    minify: false,
    sourcemap: 'inline',
    entryPoints: tests,
    outdir: 'out/test',
    outbase: 'test',
    format: 'cjs',
    packages: 'external',
    external: ['vscode'],
  });
}

async function main() {
  rmSync('dist', { recursive: true, force: true });
  if (args.includes('--tests')) {
    rmSync('out', { recursive: true, force: true });
  }
  if (args.includes('--watch')) {
    const contexts = await Promise.all(builds.map((options) => esbuild.context(options)));
    await Promise.all(contexts.map((context) => context.watch()));
    return;
  }
  await Promise.all(builds.map((options) => esbuild.build(options)));
}

main().catch((error) => {
  console.error(error.message ?? error);
  process.exit(1);
});
