import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onProcessEnd } from './cleanup';

/** A new empty folder, removed by `remove()` or at the latest when the process ends. */
export interface TempFolder {
  readonly path: string;
  remove(): void;
}

/** Creates a folder of its own under the system's temporary folder. */
export function createTempFolder(label: string): TempFolder {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), `state-lock-${label}-`)));
  // A killed server may still be writing for a moment, hence the retries.
  const removeFolder = (): void =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  const takeBack = onProcessEnd(removeFolder);
  return {
    path: folder,
    remove: () => {
      takeBack();
      removeFolder();
    },
  };
}
