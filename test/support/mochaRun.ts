import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startedVsCodes } from './startedVsCodes';

export interface Failure {
  readonly title: string;
  readonly error: string;
  /** The built file that the test is in. */
  readonly file?: string | undefined;
}

/** What became of a suite's tests. */
export interface SuiteResults {
  /** Where the tests ran, if not in plain Node. */
  readonly host?: string;
  readonly passed: readonly string[];
  readonly failed: readonly Failure[];
  /** What failed, was repeated, and passed then. */
  readonly unsteady: readonly Failure[];
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}

/** A suite to run. */
export interface SuiteOptions {
  readonly files: readonly string[];
  readonly timeoutMs: number;
  /** Where to write the results as JSON. */
  readonly resultsFile: string | undefined;
  readonly host?: string;
  /** Runs only tests whose title matches. */
  readonly grep?: string | undefined;
}

// Each test file is a bundle of its own, so what they share with the runner is a property.
const skipReasonKey = Symbol.for('stateLock.skipReason');

/**
 * Skips the running test, or all tests of a `before` hook's suite. The reason is printed after the
 * last test.
 */
export function skipTest(context: Mocha.Context, reason: string): never {
  const runnable = context.test;
  if (runnable !== undefined) {
    const target = 'type' in runnable && runnable.type === 'hook' ? runnable.parent : runnable;
    Reflect.set(target ?? runnable, skipReasonKey, reason);
  }
  return context.skip();
}

/** Runs built test files with mocha in this process, printing as it goes. */
export async function runSuite(options: SuiteOptions): Promise<SuiteResults> {
  const { default: Mocha } = await import('mocha');
  // Each test file is a bundle that cleans up after itself.
  process.setMaxListeners(0);
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: options.timeoutMs,
    forbidOnly: process.env['CI'] !== undefined,
    ...(options.grep === undefined ? {} : { grep: options.grep }),
  });
  for (const file of options.files) mocha.addFile(file);
  const passed: string[] = [];
  const failed: Failure[] = [];
  const repeated: Failure[] = [];
  const skipped: SuiteResults['skipped'][number][] = [];
  await mocha.loadFilesAsync();
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => {
      resolve();
    });
    runner.on('pass', (test) => passed.push(test.fullTitle()));
    runner.on('fail', (test, error: unknown) => failed.push(failureOf(test, error)));
    runner.on('retry', (test: Mocha.Test, error: unknown) => repeated.push(failureOf(test, error)));
    runner.on('pending', (test) =>
      skipped.push({ title: test.fullTitle(), reason: reasonOf(test) }),
    );
  });
  const host = options.host ?? describeStarted(startedVsCodes());
  const results: SuiteResults = {
    ...(host === undefined ? {} : { host }),
    ...{ passed, failed, skipped },
    unsteady: repeated.filter(({ title }) => passed.includes(title)),
  };
  if (options.resultsFile !== undefined) writeResults(options.resultsFile, results);
  return results;
}

function describeStarted(versions: readonly string[]): string | undefined {
  if (versions.length === 0) return undefined;
  return `VS Code ${versions.join(', ')} (server, in headless Chromium, VSIX installed)`;
}

function reasonOf(test: Mocha.Test): string {
  let target: Mocha.Test | Mocha.Suite | undefined = test;
  while (target !== undefined) {
    const reason: unknown = Reflect.get(target, skipReasonKey);
    if (typeof reason === 'string') return reason;
    target = target.parent;
  }
  return 'no reason given';
}

function failureOf(test: Mocha.Runnable, error: unknown): Failure {
  return { title: test.fullTitle(), error: describeError(error), file: test.file };
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Leaves the results for `test/run.mjs` to add up. */
export function writeResults(file: string, results: SuiteResults): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(results, undefined, 2));
}
