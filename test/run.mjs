// All checks and tests: node test/run.mjs [STAGE ...]
// Installs what is missing first. The last line counts what passed, failed and was skipped.
// TEST_GREP runs only tests whose title matches.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  ensureDebianPackages,
  ensureNodeModules,
  ensureTerminals,
  ensureVsCodeServer,
  vsCodeServers,
} from '../scripts/bootstrap.mjs';
import { ensureConsul } from '../scripts/consul.mjs';
import { packageVsix } from '../scripts/package.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [oldest, current] = Object.keys(vsCodeServers);
const minutes = 60_000;

const stages = {
  types,
  lint: () => check('eslint/bin/eslint.js', ['.']),
  format: () => check('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  build,
  unit: (name) => mochaTests(name, 'unit', 10),
  servers: (name) => mochaTests(name, 'servers', 60),
  host: (name) => hostTests(name, oldest),
  'host:current': (name) => hostTests(name, current),
  ui: (name) => uiTests(name, oldest),
  'ui:current': (name) => uiTests(name, current),
  terraform: (name) => mochaTests(name, 'terraform', 180),
  drills: (name) => mochaTests(name, 'drills', 180),
  stress: (name) => mochaTests(name, 'stress', 600),
};
const stageTimeoutMs = 30 * minutes;
/** More suites of the browser that fail are no accident. */
const mostRepeated = 3;
const graceMs = 5_000;

let missing = [];
let runningChild;
let isInterrupted = false;

async function main() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !Object.hasOwn(stages, name));
  if (unknown.length > 0) {
    throw new Error(`Unknown: ${unknown.join(', ')}. Stages: ${Object.keys(stages).join(', ')}`);
  }
  process.chdir(root);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
  ensureNodeModules(root);
  const names = wanted.length > 0 ? wanted : Object.keys(stages);
  if (names.some((name) => /^(host|ui)/.test(name))) {
    missing = ensureDebianPackages(['chromium', 'fonts-liberation', 'ripgrep']);
    // Only for the looks of screenshots: nothing fails without.
    ensureDebianPackages(['fonts-noto-color-emoji']);
  }

  if (names.some((name) => /^(servers|stress|ui|terraform)/.test(name))) {
    // Where they cannot be had, the tests that need them are skipped by name.
    ensureDebianPackages(['etcd-server', 'etcd-client']);
    ensureConsul(root);
  }

  const outcomes = new Map();
  for (const name of names) {
    if (isInterrupted) break;
    const brokenBuild = (outcomes.get('build')?.failed.length ?? 0) > 0;
    console.log(`\n=== ${name} ===`);
    const start = Date.now();
    const results = brokenBuild ? skipAll(name, 'the build failed') : await stages[name](name);
    outcomes.set(name, results);
    console.log(`--- ${name}: ${((Date.now() - start) / 1_000).toFixed(1)} s`);
  }
  summarize(outcomes);
}

/** A tool that finds fault or does not: its success is no test passed, its failure one failed. */
async function check(tool, args) {
  const fault = await run([path.join('node_modules', tool), ...args]);
  return fault === undefined ? succeeded() : failure(`${path.basename(tool)} ${fault}`);
}

/** The page of the webview is compiled with the browser's types, all else without them. */
async function types() {
  const ours = await check('typescript/bin/tsc', ['--noEmit', '-p', '.']);
  if (ours.failed.length > 0) return ours;
  return check('typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.webview.json']);
}

/** The VSIX as it ships, the same bundle for the in-host tests, and the tests. */
async function build() {
  // Outside out/, which the second step empties.
  const vsix = path.join(root, '.vscode-test', 'extension.vsix');
  mkdirSync(path.dirname(vsix), { recursive: true });
  try {
    packageVsix(root, vsix);
  } catch (error) {
    console.error(error.message);
    return failure('packaging the extension');
  }
  const fault = await run(['esbuild.js', '--production', '--tests']);
  if (fault !== undefined) return failure(`esbuild.js ${fault}`);
  renameSync(vsix, path.join(root, 'out', 'extension.vsix'));
  return succeeded();
}

async function mochaTests(name, folder, timeoutSeconds, env, files = []) {
  const program = path.join('out', 'test', 'support', 'runMocha.js');
  return suite(name, (file) => [program, folder, String(timeoutSeconds), file, ...files], env);
}

async function hostTests(name, version) {
  const env = { TEST_VSCODE_VERSION: version };
  return suite(name, () => [path.join('out', 'test', 'host', 'runHostTests.js')], env);
}

async function uiTests(name, version) {
  if (process.platform === 'win32') return skipAll(name, "VS Code's server needs Linux or macOS");
  // On macOS the browser is one that Playwright finds.
  const [lack] = process.platform === 'linux' ? missing : [];
  if (lack !== undefined) return skipAll(name, `${lack.name}: ${lack.reason}`);
  try {
    // Here rather than in the first test that needs it: it may take longer than a test may.
    ensureVsCodeServer(root, version);
    // Without it the tests of terminals skip themselves and say why.
    ensureTerminals(root, version);
  } catch (error) {
    console.error(error.message);
    return failure(`installing the server of VS Code ${version}`);
  }
  const env = { TEST_VSCODE_VERSION: version };
  const first = await mochaTests(name, 'ui', 120, env);
  const files = [...new Set(first.failed.map(({ file }) => file))];
  if (files.length === 0 || files.length > mostRepeated || files.includes(undefined)) return first;
  console.log(
    `\nOnce more, each in a new window: ${files.map((file) => path.basename(file)).join(', ')}`,
  );
  return merged(first, await mochaTests(name, 'ui', 120, env, files));
}

/**
 * What a browser and a busy machine make fail once is told apart from what fails: suites with a failure are run
 * once more, whole. Only if nothing fails then, and nothing more is skipped, it counts as passed, and is named as
 * unsteady.
 */
function merged(first, second) {
  const skipped = new Set(first.skipped.map(({ title }) => title));
  const isMended =
    second.failed.length === 0 && second.skipped.every(({ title }) => skipped.has(title));
  if (!isMended) return first;
  return {
    ...first,
    passed: [...new Set([...first.passed, ...second.passed])],
    failed: [],
    unsteady: [...first.unsteady, ...second.unsteady, ...first.failed],
  };
}

/** Runs a program that leaves its results in a file. Dying without results is a failure, too. */
async function suite(name, args, env = {}) {
  const file = path.join(root, 'out', 'results', `${name.replace(':', '-')}.json`);
  rmSync(file, { force: true });
  const fault = await run(args(file), { ...env, HOST_RESULTS_FILE: file });
  if (!existsSync(file)) return failure(`the stage ${fault ?? 'left no results'}`);
  const results = JSON.parse(readFileSync(file, 'utf8'));
  const count = results.passed.length + results.failed.length + results.skipped.length;
  if (count === 0) return failure('the stage has no tests');
  if (fault !== undefined && results.failed.length === 0) {
    results.failed.push({ title: `the stage ${fault}` });
  }
  return results;
}

/** Runs Node in a process group of its own and says what went wrong, if anything. */
async function run(args, env = {}) {
  const bin = path.dirname(process.execPath);
  const child = spawn(process.execPath, args, {
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'inherit', 'inherit'],
    // The launcher of the host tests is found and started by name.
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`, ...env },
  });
  runningChild = child;
  let fault = '';
  const timer = setTimeout(() => {
    fault = `took more than ${stageTimeoutMs / minutes} minutes`;
    stop(child);
  }, stageTimeoutMs);
  const [code, signal] = await new Promise((resolve) => {
    child.on('error', (error) => resolve([error.message, null]));
    child.on('exit', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  runningChild = undefined;
  await endGroup(child);
  if (fault !== '') return fault;
  return code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`;
}

/** Lets what outlived the stage clean up, and then ends it. */
async function endGroup(child) {
  const deadline = Date.now() + graceMs;
  while (signalGroup(child, 0) && Date.now() < deadline) await delay(50);
  signalGroup(child, 'SIGKILL');
}

/** Asks a stage to end, which cleans up after itself, and insists after a while. */
function stop(child) {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), 2 * graceMs).unref();
}

function signalGroup(child, signal) {
  try {
    return process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    return false; // It has ended already.
  }
}

function interrupt() {
  if (!isInterrupted) console.error('\nInterrupted.');
  isInterrupted = true;
  if (runningChild !== undefined) stop(runningChild);
}

function succeeded() {
  return { ...noResults(), hasRun: true };
}

function firstLine(text = '') {
  return text.split('\n')[0].slice(0, 300);
}

function noResults() {
  return { passed: [], failed: [], skipped: [], unsteady: [] };
}

function failure(title) {
  return { ...noResults(), failed: [{ title }] };
}

function skipAll(name, reason) {
  console.log(`Skipped: ${reason}`);
  return { ...noResults(), skipped: [{ title: `all ${name} tests`, reason }] };
}

function summarize(outcomes) {
  const all = (kind) =>
    [...outcomes].flatMap(([stage, results]) => results[kind].map((entry) => [stage, entry]));
  const section = (title, lines) => {
    if (lines.length > 0) console.log(`\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}`);
  };
  const hosts = [...outcomes].filter(([, results]) => results.host !== undefined);
  section(
    'VS Code hosts:',
    hosts.map(([stage, results]) => `${stage}: ${results.host}`),
  );
  const [passed, failed, skipped] = [all('passed'), all('failed'), all('skipped')];
  if (isInterrupted) failed.push(['run', { title: 'interrupted' }]);
  section(
    'Failed:',
    failed.map(([stage, { title }]) => `${stage}: ${title}`),
  );
  section(
    'Skipped:',
    skipped.map(([stage, { title, reason }]) => `${stage}: ${title} (${reason})`),
  );
  section(
    'Unsteady (failed, and passed when repeated):',
    all('unsteady').map(([stage, { title, error }]) => `${stage}: ${title} (${firstLine(error)})`),
  );
  console.log(`\n${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
  const hasRun = passed.length > 0 || [...outcomes.values()].some((results) => results.hasRun);
  process.exitCode = failed.length > 0 || !hasRun ? 1 : 0;
}

main().catch((error) => {
  console.error(error.message);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
});
