import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/** Where copies of states are kept: a folder that only its owner can read. */
export class BackupFiles {
  constructor(
    private readonly folder: string,
    private readonly now: () => number,
  ) {}

  /** A name that nobody has used: the state's, as far as it can be a file's, and the time. Writes no file. */
  async newFile(stateKey: string): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const name = stateKey.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
    const time = new Date(this.now()).toISOString().replace(/[:.]/g, '-');
    return path.join(this.folder, `${name.slice(-80) || 'state'}-${time}.tfstate`);
  }
}
