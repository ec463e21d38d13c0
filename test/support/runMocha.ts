// Runs the built tests of a folder in plain Node:
// node out/test/support/runMocha.js FOLDER TIMEOUT_SECONDS RESULTS_FILE [TEST_FILE ...]
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runSuite } from './mochaRun';
import { projectRoot } from './projectRoot';

const leftoverGraceMs = 3_000;

async function main(): Promise<void> {
  // What the SDK says of the next Node.js is no part of the results.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const [folder = 'unit', timeoutSeconds = '5', resultsFile, ...chosen] = process.argv.slice(2);
  const base = path.join(projectRoot, 'out', 'test', folder);
  const files = (existsSync(base) ? readdirSync(base, { recursive: true, encoding: 'utf8' }) : [])
    .filter((file) => file.endsWith('.test.js'))
    .sort()
    .map((file) => path.join(base, file))
    .filter((file) => chosen.length === 0 || chosen.includes(file));
  const { failed } = await runSuite({
    files,
    timeoutMs: Number(timeoutSeconds) * 1_000,
    resultsFile,
    grep: process.env['TEST_GREP'],
  });
  endNow(failed.length === 0 ? 0 : 1);
}

/** Ends the process, naming what the tests left running instead of waiting for it for ever. */
function endNow(exitCode: number): void {
  process.exitCode = exitCode;
  const timer = setTimeout(() => {
    const left = process.getActiveResourcesInfo().filter((name) => !/^(TTY|Pipe)/.test(name));
    console.error(`The tests left running: ${left.join(', ')}`);
    process.exit(exitCode);
  }, leftoverGraceMs);
  timer.unref();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
