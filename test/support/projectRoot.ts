import { existsSync } from 'node:fs';
import path from 'node:path';

/** The repository's root. Looked up, since built tests lie at different depths under `out/`. */
export const projectRoot = findProjectRoot(__dirname);

function findProjectRoot(folder: string): string {
  if (existsSync(path.join(folder, 'package-lock.json'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('The tests were built outside the repository.');
  return findProjectRoot(parent);
}
