import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LockFailure } from '../core/lockError';
import type { ResolveContext } from '../core/resolution';
import type { Environment } from './backend';
import { dataDirectory } from './dataDirectory';

/**
 * The workspace that is asked for, else the one that Terraform would use in a module: `TF_WORKSPACE`, else what
 * `terraform workspace select` wrote to `<data dir>/environment`, else `default`.
 * An `environment` file that exists but cannot be read is an error: guessing `default` could show the
 * wrong state's lock as free. So is a name that Terraform refuses.
 */
export async function readWorkspace(
  environment: Environment,
  context: ResolveContext,
): Promise<string> {
  if (context.workspace !== undefined) {
    return context.workspace === 'default'
      ? 'default'
      : validName(context.workspace, 'the list of workspaces');
  }
  const fromEnvironment = environment['TF_WORKSPACE'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    return validName(fromEnvironment, 'TF_WORKSPACE');
  }
  if (context.dirPath === undefined) {
    return 'default';
  }
  const file = path.join(dataDirectory(environment, context.dirPath), 'environment');
  try {
    const name = trimSpace(await readFile(file, 'utf8'));
    return name === '' ? 'default' : validName(name, file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return 'default';
    }
    throw error;
  }
}

/**
 * Terraform takes names that Go's `url.PathEscape` leaves as they are (command/arguments/workspace.go). `.` and
 * `..` pass there, but `path.Join` then folds the key into another state's: no workspace is meant by them.
 */
function validName(name: string, source: string): string {
  if (name === '.' || name === '..') {
    throw unresolved(`the workspace "${name}" of ${source} has the key of another state`);
  }
  if (!/^[A-Za-z0-9\-_.~$&+:=@]+$/.test(name)) {
    throw unresolved(`"${name}" of ${source} is not a valid workspace name`);
  }
  return name;
}

function unresolved(detail: string): LockFailure {
  return new LockFailure({ reason: 'unresolved', detail });
}

/** Go's `strings.TrimSpace`: unlike JavaScript's, it keeps U+FEFF and drops U+0085. */
function trimSpace(text: string): string {
  const space =
    '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
  return text.replace(new RegExp(`^${space}|${space}$`, 'g'), '');
}
