import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ResolveContext } from '../core/resolution';
import type { Environment } from './backend';

/**
 * The workspace that Terraform would use in a module: `TF_WORKSPACE` where it is set, else what
 * `terraform workspace select` wrote to `<data dir>/environment`, else `default`.
 * An `environment` file that exists but cannot be read is an error: guessing `default` could show the
 * wrong state's lock as free.
 */
export async function readWorkspace(
  environment: Environment,
  context: ResolveContext,
): Promise<string> {
  const fromEnvironment = environment['TF_WORKSPACE'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    return fromEnvironment;
  }
  if (context.dirPath === undefined) {
    return 'default';
  }
  const dataDir = path.resolve(context.dirPath, environment['TF_DATA_DIR'] || '.terraform');
  try {
    const name = (await readFile(path.join(dataDir, 'environment'), 'utf8')).trim();
    return name === '' ? 'default' : name;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return 'default';
    }
    throw error;
  }
}
