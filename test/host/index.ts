import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { runSuite } from '../support/mochaRun';
import { suiteFrame } from '../support/suiteFrame';

const testTimeoutMs = 60_000;

/** Runs the suites inside VS Code's extension host; rejects if a test fails or none ran. */
export async function run(): Promise<void> {
  console.log(suiteFrame);
  const results = await runSuite({
    files: readdirSync(__dirname)
      .filter((file) => file.endsWith('.test.js'))
      .sort()
      .map((file) => path.join(__dirname, file)),
    timeoutMs: testTimeoutMs,
    resultsFile: process.env['HOST_RESULTS_FILE'],
    host: describeHost(),
    grep: process.env['TEST_GREP'],
  });
  console.log(suiteFrame);
  if (results.failed.length > 0) throw new Error(`${String(results.failed.length)} tests failed.`);
  if (results.passed.length === 0) throw new Error('No test ran.');
}

function describeHost(): string {
  const kind = vscode.env.uiKind === vscode.UIKind.Desktop ? 'desktop' : 'server, in a browser';
  return `VS Code ${vscode.version} (${kind}, Node ${process.versions.node})`;
}
