import { posix } from 'node:path';

// Terragrunt shows paths with forward slashes on every system: `C:/infra/dev` on Windows.

/** The folder that a path is in; a root is in itself. */
export function folderOf(path: string): string {
  return /^[A-Za-z]:\/[^/]*$/.test(path) ? path.slice(0, 3) : posix.dirname(path);
}

/** `path` where it is absolute, else `path` as seen from `folder`. Never has `..` left inside. */
export function resolvePath(folder: string, path: string): string {
  const slashed = path.replaceAll('\\', '/');
  return posix.normalize(isAbsolute(slashed) ? slashed : `${folder}/${slashed}`);
}

/** How `to` is called from within `from`; `.` for itself. */
export function relativePath(from: string, to: string): string {
  return posix.relative(from, to) || '.';
}

/** The folders above `folder`, nearest first, as many as Terragrunt looks through. */
export function foldersAbove(folder: string): string[] {
  const above: string[] = [];
  for (let inner = folder; above.length < maxFolders;) {
    const outer = folderOf(inner);
    if (outer === inner) {
      return above;
    }
    above.push(outer);
    inner = outer;
  }
  return above;
}

const maxFolders = 100;

function isAbsolute(path: string): boolean {
  return /^(?:[A-Za-z]:)?\//.test(path);
}
