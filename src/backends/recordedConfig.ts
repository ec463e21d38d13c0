import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { LockFailure } from '../core/lockError';
import type { ResolveContext } from '../core/resolution';
import type { Environment } from './backend';
import { dataDirectory } from './dataDirectory';

/**
 * What `terraform init` recorded: the block as it was then, merged with every `-backend-config`. It is what
 * commands use from then on. Holds secrets in clear text: `config` is never shown and never logged.
 */
export interface RecordedBackend {
  readonly type: string;
  /** Every attribute of the backend's schema, null where it was not set. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** What people know the record by. */
export const recordName = 'what terraform init recorded';

/**
 * Reads `<data dir>/terraform.tfstate` of a module (version 3, internal/command/workdir/backend_state.go);
 * undefined where there was no init, or none with a backend.
 * @throws LockFailure where the file is there and cannot be understood: Terraform refuses it, too.
 */
export async function readRecordedBackend(
  environment: Environment,
  context: ResolveContext,
): Promise<RecordedBackend | undefined> {
  if (context.dirPath === undefined) {
    return undefined;
  }
  const file = path.join(dataDirectory(environment, context.dirPath), 'terraform.tfstate');
  const text = await readIfThere(file);
  if (text === undefined || text === '') {
    return undefined;
  }
  const record = parse(text);
  if (record?.['version'] !== 3) {
    throw unreadable(file, record === undefined ? 'is not JSON' : 'is not of version 3');
  }
  const backend = record['backend'];
  if (!isRecord(backend) || backend['type'] === undefined || backend['type'] === '') {
    return undefined;
  }
  const { type, config } = backend;
  if (typeof type !== 'string' || !(config === null || isRecord(config))) {
    throw unreadable(file, 'has a backend of another shape');
  }
  return { type, config: config ?? {} };
}

const mostNames = 10;

/** Names of the `*.tfbackend` files that a person could give to `terraform init`: of the module and its folders. */
export async function backendConfigFiles(context: ResolveContext): Promise<readonly string[]> {
  const { dirPath } = context;
  if (dirPath === undefined) {
    return [];
  }
  const inside = await list(dirPath);
  const folders = inside.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const below = await Promise.all(
    folders.slice(0, 50).map(async ({ name }) => {
      const entries = await list(path.join(dirPath, name));
      return entries.map((entry) => `${name}/${entry.name}`);
    }),
  );
  return [...inside.map(({ name }) => name), ...below.flat()]
    .filter((name) => name.endsWith('.tfbackend'))
    .sort()
    .slice(0, mostNames);
}

async function list(
  folder: string,
): Promise<readonly { readonly name: string; isDirectory(): boolean }[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    // A folder that cannot be listed offers nothing.
    return [];
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    throw unreadable(file, `cannot be read (${code ?? 'unknown error'})`);
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    // The text may hold secrets, and so may the error that quotes it.
    return undefined;
  }
}

function unreadable(file: string, what: string): LockFailure {
  return new LockFailure({ reason: 'unresolved', detail: `${file}, ${recordName}, ${what}` });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
