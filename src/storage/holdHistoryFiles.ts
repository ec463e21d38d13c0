import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { byMonth, monthIn } from '../core/historyMonths';
import { decodeLine, encodeLine, type HistoryLine } from '../core/historyLines';
import {
  HistoryMerge,
  historyBounds,
  type HistoryBounds,
  type MergedHistory,
} from '../core/historyMerge';

/** What reading the files came to. */
export interface ReadReport {
  readonly files: number;
  readonly bytes: number;
  /** Lines that could not be read; all others were. */
  readonly damaged: number;
}

export interface ReadHistory {
  readonly history: MergedHistory;
  readonly report: ReadReport;
}

/** When files are put together. */
export interface CompactOptions {
  readonly now: number;
  readonly bounds?: HistoryBounds;
  /** A file that was written to more recently may be that of an open window. */
  readonly idleMs?: number;
  /** Fewer files than this, and no more bytes than `maxBytes`, are left alone. */
  readonly leastFiles?: number;
  readonly maxBytes?: number;
  /** Lets a write end that had begun before its file was renamed. */
  readonly settleMs?: number;
}

const extension = '.jsonl';
const closed = '.closed.jsonl';
const mergedPrefix = 'merged-';
const linesAtOnce = 10_000;
/** Clocks of file servers differ from ours by less than this, in ms. */
const clockSlackMs = 3_600_000;

/**
 * Reads every file that can say something of the time within bounds: none that was last written before.
 * One that vanishes meanwhile has been merged into another: then all are read again.
 */
export async function readHistory(
  directory: string,
  now: number,
  bounds: HistoryBounds = historyBounds,
): Promise<ReadHistory> {
  for (let attempt = 0; ; attempt++) {
    const files = await filesSince(directory, now - bounds.maxAgeMs);
    const { merge, report, missing } = await readFiles(directory, files);
    if (missing === 0 || attempt === 3) {
      return { history: merge.result(now, bounds), report };
    }
  }
}

/** Removes everything. Windows that are open begin new files. */
export async function clearHistory(directory: string): Promise<void> {
  for (const file of await namesIn(directory)) {
    await rm(path.join(directory, file), { force: true });
  }
}

/**
 * Puts the files of closed windows together and drops what is too old. Needs no lock: a file is renamed
 * before it is read, so that its window, should it still live, begins another; it is removed only after all
 * it says is in a new file on the disk; and two windows that do this at once write the same things twice,
 * which counts once. Returns how many files were put together.
 */
export async function compactHistory(directory: string, options: CompactOptions): Promise<number> {
  const { now, idleMs = 24 * 3_600_000, leastFiles = 20, maxBytes = 40 * 1024 * 1024 } = options;
  const idle: string[] = [];
  let bytes = 0;
  for (const file of await historyFiles(directory)) {
    const found = await stat(path.join(directory, file)).catch(() => undefined);
    bytes += found?.size ?? 0;
    if (found !== undefined && (isClosed(file) || now - found.mtimeMs >= idleMs)) {
      idle.push(file);
    }
  }
  if (idle.length < 2 || (idle.length < leastFiles && bytes <= maxBytes)) {
    return 0;
  }
  const sources = (await Promise.all(idle.map((file) => close(directory, file)))).flat();
  await new Promise((resolve) => setTimeout(resolve, options.settleMs ?? 1_000));
  const { merge, read } = await readFiles(directory, sources);
  for (const [month, lines] of byMonth(merge.result(now, options.bounds))) {
    await writeMerged(directory, month, lines);
  }
  for (const file of read) {
    await rm(path.join(directory, file), { force: true });
  }
  return read.length;
}

async function readFiles(
  directory: string,
  files: readonly string[],
): Promise<{
  readonly merge: HistoryMerge;
  readonly report: ReadReport;
  readonly read: readonly string[];
  readonly missing: number;
}> {
  const merge = new HistoryMerge();
  const read: string[] = [];
  let [bytes, damaged] = [0, 0];
  for (const file of files) {
    const text = await readFile(path.join(directory, file), 'utf8').catch(() => undefined);
    if (text === undefined) {
      continue;
    }
    read.push(file);
    bytes += text.length;
    damaged += addLines(text, merge);
  }
  const report = { files: read.length, bytes, damaged };
  return { merge, report, read, missing: files.length - read.length };
}

/** Returns how many lines are damaged. */
function addLines(text: string, merge: HistoryMerge): number {
  let damaged = 0;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end > start) {
      const line = decodeLine(text.slice(start, end));
      if (line === undefined) {
        damaged += 1;
      } else {
        merge.add(line);
      }
    }
    start = end + 1;
  }
  return damaged;
}

async function writeMerged(
  directory: string,
  month: string,
  lines: readonly HistoryLine[],
): Promise<void> {
  const file = path.join(directory, `${mergedPrefix}${month}-${randomUUID()}${extension}`);
  const draft = `${file}.tmp`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    for (let from = 0; from < lines.length; from += linesAtOnce) {
      const part = lines.slice(from, from + linesAtOnce);
      await handle.writeFile(part.map(encodeLine).join(''));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

/** The file's name from now on; none where it cannot be renamed, because a window has it open. */
async function close(directory: string, file: string): Promise<readonly string[]> {
  if (isClosed(file)) {
    return [file];
  }
  // A name of its own: the window may have begun the file anew after an earlier renaming.
  const target = `${file.slice(0, -extension.length)}.${randomUUID().slice(0, 8)}${closed}`;
  try {
    await rename(path.join(directory, file), path.join(directory, target));
    return [target];
  } catch {
    // Another window was quicker, or the system does not rename open files: the next time, then.
    return [];
  }
}

function isClosed(file: string): boolean {
  return file.endsWith(closed) || file.startsWith(mergedPrefix);
}

async function historyFiles(directory: string): Promise<readonly string[]> {
  return (await namesIn(directory)).filter((name) => name.endsWith(extension)).sort();
}

async function filesSince(directory: string, since: number): Promise<readonly string[]> {
  const files = await historyFiles(directory);
  const ends = await Promise.all(files.map((file) => endOf(directory, file)));
  return files.filter((_file, index) => (ends[index] ?? Infinity) >= since);
}

/** Until when a file can say something: merged ones by their month, others by when they were last written. */
async function endOf(directory: string, file: string): Promise<number> {
  const month = monthIn(file);
  if (month !== undefined) {
    return month;
  }
  // One that has gone is noticed when it is read.
  return stat(path.join(directory, file)).then(
    ({ mtimeMs }) => mtimeMs + clockSlackMs,
    () => Infinity,
  );
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch {
    // Nothing was ever written.
    return [];
  }
}
