import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditEntry, AuditLog } from '../core/audit';
import type { Log } from '../core/ports';

/** The audit file: JSON lines, only ever appended to. One `write` per line, so windows do not mix theirs. */
export class AuditFile implements AuditLog {
  constructor(
    readonly file: string,
    private readonly log: Log,
  ) {}

  async append(entry: AuditEntry): Promise<void> {
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      await this.write(Buffer.from(`${JSON.stringify(entry)}\n`));
    } catch (error) {
      this.log.error(`The audit file could not be written: ${String(error)}`);
      throw error;
    }
  }

  /** Not `appendFile`: it writes long lines in pieces, and another window's line could come between them. */
  private async write(line: Buffer): Promise<void> {
    const handle = await open(this.file, 'a', 0o600);
    try {
      const { bytesWritten } = await handle.write(line);
      if (bytesWritten < line.length) {
        throw new Error('the line could be written only in part');
      }
    } finally {
      await handle.close();
    }
  }

  /** The newest lines, as text; the first may be cut. Empty where nothing was ever written. */
  async tail(maxBytes = 4 * 1024 * 1024): Promise<string> {
    let handle;
    try {
      handle = await open(this.file, 'r');
      const { size } = await handle.stat();
      const length = Math.min(size, maxBytes);
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(length),
        0,
        length,
        size - length,
      );
      return buffer.toString('utf8', 0, bytesRead);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return '';
      }
      throw error;
    } finally {
      await handle?.close();
    }
  }

  /** Makes sure that there is a file to open, be it an empty one. */
  async ensure(): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    await writeFile(this.file, '', { flag: 'a', mode: 0o600 });
  }
}
