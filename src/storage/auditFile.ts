import { appendFile, mkdir, writeFile } from 'node:fs/promises';
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
      await appendFile(this.file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    } catch (error) {
      this.log.error(`The audit file could not be written: ${String(error)}`);
      throw error;
    }
  }

  /** Makes sure that there is a file to open, be it an empty one. */
  async ensure(): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    await writeFile(this.file, '', { flag: 'a', mode: 0o600 });
  }
}
