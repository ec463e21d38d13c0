import { closeSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { HistoryEvent } from '../core/holdHistory';
import type { HistorySink } from '../core/holdRecorder';
import { encodeLine, linesOf } from '../core/historyLines';
import type { Disposable } from '../core/lifecycle';
import type { Clock, Log } from '../core/ports';

interface WriterOptions {
  readonly directory: string;
  /** Of this window and session, unlike any other's: no two windows ever write the same file. */
  readonly session: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A file that has grown to this is left, and another begun. */
  readonly maxFileBytes?: number;
}

/** Events are written together, this long after the first of them. */
const delayMs = 2_000;

/** Kept while the disk refuses them; more would be a leak. */
const maxWaiting = 20_000;

/**
 * Appends to the history file of this window. One `write` for a batch of whole lines, to a file that nobody
 * else writes; the file is opened anew each time, so another window may rename or remove it in between.
 */
export class HoldHistoryWriter implements HistorySink, Disposable {
  private waiting: HistoryEvent[] = [];
  private knownSets = new Set<string>();
  private part = 0;
  private isCutOff = false;
  private timer: Disposable | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: WriterOptions) {}

  append(events: readonly HistoryEvent[]): void {
    this.waiting.push(...events);
    if (this.waiting.length > maxWaiting) {
      this.waiting = this.waiting.slice(-maxWaiting);
    }
    this.timer ??= this.options.clock.after(delayMs, () => void this.flush());
  }

  /** Resolves when everything up to now is in the file, or could not be written. */
  flush(): Promise<void> {
    this.timer?.dispose();
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** The window closes: what is left is written before this returns. */
  dispose(): void {
    this.timer?.dispose();
    this.timer = undefined;
    if (this.waiting.length === 0) {
      return;
    }
    try {
      mkdirSync(this.options.directory, { recursive: true });
      const handle = openSync(this.file(), 'a', 0o600);
      try {
        writeSync(handle, this.take(fstatSync(handle).size));
      } finally {
        closeSync(handle);
      }
    } catch (error) {
      this.options.log.warn(`The lock history could not be written: ${String(error)}`);
    }
  }

  private async write(): Promise<void> {
    if (this.waiting.length === 0) {
      return;
    }
    const events = this.waiting;
    try {
      await mkdir(this.options.directory, { recursive: true });
      const handle = await open(this.file(), 'a', 0o600);
      try {
        const { size } = await handle.stat();
        const text = this.take(size);
        const { bytesWritten } = await handle.write(text);
        this.isCutOff = bytesWritten < text.length;
        if (this.isCutOff) {
          throw new Error('only a part could be written');
        }
        if (size + bytesWritten >= (this.options.maxFileBytes ?? 4 * 1024 * 1024)) {
          this.part += 1;
        }
      } finally {
        await handle.close();
      }
    } catch (error) {
      // Holds are joined, so what was written in part is written again without harm.
      this.waiting = [...events, ...this.waiting];
      this.knownSets.clear();
      this.options.log.warn(`The lock history could not be written: ${String(error)}`);
    }
  }

  /** Everything that waits, as lines. An empty file knows no sets: it is new, or somebody cleared it. */
  private take(size: number): Buffer {
    if (size === 0) {
      this.knownSets = new Set();
      this.isCutOff = false;
    }
    const events = this.waiting;
    this.waiting = [];
    const lines: string[] = this.isCutOff ? ['\n'] : [];
    for (const event of events) {
      for (const line of linesOf(event, (id) => this.knownSets.has(id))) {
        if (line.kind === 'set') {
          this.knownSets.add(line.set.id);
        }
        lines.push(encodeLine(line));
      }
    }
    return Buffer.from(lines.join(''));
  }

  private file(): string {
    const { directory, session } = this.options;
    return path.join(directory, `${session}-${String(this.part)}.jsonl`);
  }
}
