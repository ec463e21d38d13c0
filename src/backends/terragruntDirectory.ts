import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Environment } from './backend';
import { dataDirectory } from './dataDirectory';

/** A module is seldom deep inside the repository that it is downloaded with. */
const maxDepth = 6;
const maxFolders = 300;

/**
 * Where Terragrunt ran Terraform last for a unit: in its own directory, or in a copy in
 * `.terragrunt-cache/<hash of the directory>/<hash of the source>/<path of the module>`. Told by the newest
 * record of `terraform init`; the unit's own directory where there is none.
 */
export async function terragruntDirectory(
  environment: Environment,
  unitPath: string,
): Promise<string> {
  const folders = [unitPath, ...(await copiesOf(environment, unitPath))];
  const times = await Promise.all(
    folders.map((folder) => changedAt(path.join(dataDirectory(environment, folder), recordFile))),
  );
  const newest = Math.max(...times);
  return newest < 0 ? unitPath : (folders[times.indexOf(newest)] ?? unitPath);
}

const recordFile = 'terraform.tfstate';

/** The folders of the cache that may be working directories, the outer ones first. */
async function copiesOf(environment: Environment, unitPath: string): Promise<readonly string[]> {
  const found: string[] = [];
  let level = await cachesOf(environment, unitPath);
  for (let depth = 0; depth < maxDepth && found.length < maxFolders; depth++) {
    found.push(...level);
    level = (await Promise.all(level.slice(0, maxFolders).map(foldersIn))).flat();
  }
  return found.slice(0, maxFolders);
}

/** `.terragrunt-cache/<hash of the directory>`: that of this directory; of any other if it was moved. */
async function cachesOf(environment: Environment, unitPath: string): Promise<readonly string[]> {
  const own = createHash('sha1').update(unitPath).digest('base64url');
  const elsewhere = environment['TG_DOWNLOAD_DIR'] || environment['TERRAGRUNT_DOWNLOAD'];
  if (elsewhere !== undefined && elsewhere !== '') {
    // One cache for all units: without the hash it cannot be told whose a copy is.
    return foldersIn(path.join(path.resolve(unitPath, elsewhere), own));
  }
  const caches = await foldersIn(path.join(unitPath, '.terragrunt-cache'));
  const ours = caches.filter((folder) => path.basename(folder) === own);
  return (await Promise.all((ours.length > 0 ? ours : caches).map(foldersIn))).flat();
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !/^\.(?:git|terraform)$/.test(entry.name))
      .map(({ name }) => path.join(folder, name));
  } catch {
    // Not there, or not ours to read: nothing is known of it.
    return [];
  }
}

/** When a file was written, in milliseconds; -1 where there is none. */
async function changedAt(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return -1;
  }
}
