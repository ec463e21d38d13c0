import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './projectRoot';

/**
 * The packaged extension. Built by `node test/run.mjs build` and not from within a test, since the
 * build empties the folder the tests run from.
 */
export function builtVsix(): string {
  const file = path.join(projectRoot, 'out', 'extension.vsix');
  if (!existsSync(file)) throw new Error('Run `node test/run.mjs build` first.');
  return file;
}
