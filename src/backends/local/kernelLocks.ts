import { readFile, readlink, realpath, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { firstProcessNamespace } from '../../core/processSearch';

/** A process that holds a lock on a file, as far as the kernel tells. */
export interface LockingProcess {
  /** 0 where it is in another container, or on another machine. */
  readonly pid: number;
}

/** One line of `/proc/locks` that keeps others from writing. */
export interface KernelLock extends LockingProcess {
  /** `major:minor`, hexadecimal. */
  readonly device: string;
  readonly inode: string;
}

const locksFile = '/proc/locks';

/** The locks that the kernel shows to this process; undefined where the system has no such list. */
export async function readKernelLocks(): Promise<readonly KernelLock[] | undefined> {
  try {
    return parseKernelLocks(await readFile(locksFile, 'utf8'));
  } catch {
    // Not Linux, or a container without /proc. Whoever asks has to say so.
    return undefined;
  }
}

/**
 * `1: POSIX  ADVISORY  WRITE 4711 08:02:131 0 EOF`. A line with `->` waits for a lock and has none. Locks of
 * whatever part of a file count, those for reading, too: all of them refuse Terraform's, of the whole file.
 */
export function parseKernelLocks(text: string): readonly KernelLock[] {
  const line =
    /^\d+: (?:POSIX|OFDLCK)\s+\S+\s+(?:READ|WRITE)\s+(-?\d+) ([0-9a-f]+:[0-9a-f]+):(\d+) /gm;
  return [...text.matchAll(line)].map(([, pid = '', device = '', inode = '']) => ({
    pid: Math.max(0, Number(pid)),
    device,
    inode,
  }));
}

/** A file's device as `/proc/locks` writes it (`MAJOR`, `MINOR` of the kernel's `stat` encoding). */
export function deviceName(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  const hex = (value: bigint): string => value.toString(16).padStart(2, '0');
  return `${hex(major)}:${hex(minor)}`;
}

/** `statfs` types whose every lock is in this kernel, under the inode and device that `stat` shows. */
const plainFileSystems: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x01021994, // tmpfs
  0xf2f52010, // f2fs
  0x2fc12fc1, // zfs
]);
/** The same, but `stat` shows a device number of each subvolume's own: the mount table has the other. */
const btrfs = 0x9123683e;

/** Layers of other file systems: as complete, but `stat` shows the number of the layer below. */
const overlay = 0x794c7630;

/** What the kernel can say about a file. */
export interface LockView {
  /** No lock in its list means no lock at all. */
  readonly isComplete: boolean;
  /** Every lock on the file is in this kernel: whoever asks it for the lock itself has the whole truth. */
  readonly isLocal: boolean;
  /** The devices under which the file may be listed. */
  readonly devices: readonly string[];
}

/**
 * Whether the kernel's list is the whole truth about a file: it leaves out the locks of processes that this
 * one cannot see (those outside its container), and knows nothing of what other machines lock in shared or
 * network folders. On an overlay, the list and `stat` name a file differently.
 */
export async function lockView(file: string, dev: bigint): Promise<LockView> {
  const own = deviceName(dev);
  try {
    const { type } = await statfs(file);
    if (process.platform !== 'linux') {
      const { dev: temporary } = await stat(tmpdir(), { bigint: true });
      // Nobody has temporary files on another machine; what is beside them is on this one, too.
      return { isComplete: false, isLocal: dev === temporary, devices: [] };
    }
    const seesAll = await seesAllProcesses();
    if (type === btrfs) {
      const mounts = await readFile('/proc/self/mountinfo', 'utf8');
      const device = mountDevice(mounts, await realpath(file));
      return device === undefined
        ? { isComplete: false, isLocal: true, devices: [own] }
        : { isComplete: seesAll, isLocal: true, devices: [own, device] };
    }
    const isPlain = plainFileSystems.has(type);
    return {
      isComplete: seesAll && isPlain,
      isLocal: isPlain || type === overlay,
      devices: [own],
    };
  } catch {
    // What cannot be found out is not taken for granted.
    return { isComplete: false, isLocal: false, devices: [own] };
  }
}

async function seesAllProcesses(): Promise<boolean> {
  return (await readlink('/proc/self/ns/pid')) === firstProcessNamespace;
}

/** The device of the mount that a path is in, as `/proc/locks` writes it; later mounts cover earlier ones. */
export function mountDevice(mountInfo: string, file: string): string | undefined {
  let best: { readonly point: string; readonly device: string } | undefined;
  for (const line of mountInfo.split('\n')) {
    const [, , device, , escaped] = line.split(' ');
    const point = escaped?.replace(/\\([0-7]{3})/g, (_match, octal: string) =>
      String.fromCharCode(parseInt(octal, 8)),
    );
    const isInside = point === '/' || file === point || file.startsWith(`${point ?? ''}/`);
    if (point !== undefined && device !== undefined && isInside) {
      best = best === undefined || point.length >= best.point.length ? { point, device } : best;
    }
  }
  const hex = (number: string): string => Number(number).toString(16).padStart(2, '0');
  return best?.device.split(':').map(hex).join(':');
}
