import { realpath } from 'node:fs/promises';
import path from 'node:path';

/** A folder by its one real name, so that two ways to it are equal; as it is given where there is none. */
export async function realFolder(...parts: readonly string[]): Promise<string> {
  const folder = path.resolve(...parts);
  try {
    return await realpath(folder);
  } catch {
    // Not there, or not readable for us: its name is all there is.
    return folder;
  }
}
