import { stat } from 'node:fs/promises';
import type { LockError } from '../../core/lockError';
import { emptyLockInfo } from '../../core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import { isMissing, readInfoFile, type InfoFile } from './lockInfoFile';
import { lockView, readKernelLocks, type KernelLock, type LockView } from './kernelLocks';
import type { LocalLockPlace } from './localBackend';
import { livenessOf, startOf } from './lockingProcess';

/** Asks the kernel for the lock itself; undefined where that cannot be done, or not just now. */
export type Probe = (place: LockPlace) => Promise<{ readonly pid?: number } | undefined>;

/** What the file system says of a place in one moment. */
interface Look {
  /** Of the state file; missing where there is none. */
  readonly file?: { readonly dev: bigint; readonly ino: bigint };
  readonly info?: InfoFile;
}

/** A holder writes its record just after it got the lock, and removes it just before it gives it back. */
const mostTries = 5;

/**
 * Reads the locks of state files. The truth is the kernel's lock: a record without one is left over, and
 * locks nobody out. Where the kernel's locks cannot be seen (see `lockView`), a record is taken for a lock whose
 * holder may or may not live, and a state without one is unknown: people delete the record of a live lock.
 */
export async function readLocalLocks(
  places: readonly LockPlace[],
  probe: Probe,
): Promise<readonly LockReading[]> {
  return Promise.all(places.map((place) => readPlace(place, probe)));
}

async function readPlace(place: LockPlace, probe: Probe): Promise<LockReading> {
  const config = place.config as LocalLockPlace;
  let at = Date.now();
  try {
    for (let tries = 0; tries < mostTries; tries += 1) {
      at = Date.now();
      const before = await lookAt(config);
      const found = await lockOf(place, before, probe);
      if (sameLook(before, await lookAt(config))) {
        return await readingOf(place, at, before, found);
      }
    }
    return failed(place, at, { reason: 'busy' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) {
      throw error;
    }
    return failed(place, at, { reason: 'impossible', detail: `the file cannot be read (${code})` });
  }
}

async function lookAt({ stateFile, infoFile }: LocalLockPlace): Promise<Look> {
  const [file, info] = await Promise.all([statOf(stateFile), readInfoFile(infoFile)]);
  return { ...(file === undefined ? {} : { file }), ...(info === undefined ? {} : { info }) };
}

async function statOf(file: string): Promise<Look['file']> {
  try {
    const { dev, ino } = await stat(file, { bigint: true });
    return { dev, ino };
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

function sameLook(a: Look, b: Look): boolean {
  return (
    a.file?.dev === b.file?.dev &&
    a.file?.ino === b.file?.ino &&
    a.info?.raw === b.info?.raw &&
    a.info?.writtenAt === b.info?.writtenAt
  );
}

type Found =
  | { readonly kind: 'locked'; readonly pid: number }
  | { readonly kind: 'free' }
  /** The lock, if there is one, cannot be seen from here. */
  | { readonly kind: 'unseen' };

async function lockOf(place: LockPlace, { file }: Look, probe: Probe): Promise<Found> {
  if (file === undefined) {
    // What is not there cannot be locked.
    return { kind: 'free' };
  }
  const [view, locks] = await Promise.all([
    lockView((place.config as LocalLockPlace).stateFile, file.dev),
    readKernelLocks(),
  ]);
  const listed = locks?.find((lock) => isOf(lock, file.ino, view));
  if (listed !== undefined) {
    return { kind: 'locked', pid: listed.pid };
  }
  if (locks !== undefined && view.isComplete) {
    return { kind: 'free' };
  }
  const asked = await probe(place);
  if (asked?.pid !== undefined) {
    return { kind: 'locked', pid: asked.pid };
  }
  return asked !== undefined && view.isLocal ? { kind: 'free' } : { kind: 'unseen' };
}

function isOf(lock: KernelLock, inode: bigint, { devices }: LockView): boolean {
  return lock.inode === String(inode) && devices.includes(lock.device);
}

async function readingOf(
  place: LockPlace,
  at: number,
  { info }: Look,
  found: Found,
): Promise<LockReading> {
  switch (found.kind) {
    case 'locked':
      return { ok: true, at, record: await heldRecord(found.pid, info) };
    case 'free':
      return info === undefined
        ? { ok: true, at }
        : { ok: true, at, leftover: recordOf(info, `leftover|${info.raw}`) };
    case 'unseen':
      return info === undefined
        ? failed(place, at, {
            reason: 'impossible',
            detail: 'whether a process locks it cannot be seen from here in the background',
            help: 'Refresh: then the kernel itself is asked, where that is possible. Or run "terraform plan".',
          })
        : { ok: true, at, record: unseenRecord(info) };
  }
}

async function heldRecord(pid: number, info: InfoFile | undefined): Promise<LockRecord> {
  const startedAt = await startOf(pid);
  // Between a new lock and its record there may still be that of a process that was killed.
  const isOlder =
    info !== undefined && startedAt !== undefined && info.writtenAt < startedAt - clockStepMs;
  const own = isOlder ? undefined : info;
  const liveness = await livenessOf(pid);
  const guard = `process ${String(pid)}|${own?.raw ?? ''}`;
  return own === undefined
    ? { info: emptyLockInfo, raw: '', guard, liveness }
    : { ...recordOf(own, guard), liveness };
}

/** Files and processes are dated by clocks of different precision. */
const clockStepMs = 2000;

function unseenRecord(info: InfoFile): LockRecord {
  return {
    ...recordOf(info, `unseen|${info.raw}`),
    liveness: {
      kind: 'unknown',
      by: 'process',
      facts: [
        {
          label: 'Process',
          value: 'cannot be seen from here: it may run elsewhere, or have been killed',
        },
      ],
    },
  };
}

/** A record that is not the whole of its file cannot be compared with it, and so is never removed. */
function recordOf({ info, problem, raw, isExact }: InfoFile, guard: string): LockRecord {
  return {
    info,
    raw,
    guard: isExact ? guard : inexactGuard,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** The guard of a record whose file is too large or is not text. */
export const inexactGuard = 'inexact';

function failed(place: LockPlace, at: number, error: LockError): LockReading {
  return { ok: false, at, error: { place: place.label, ...error } };
}
