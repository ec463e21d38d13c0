import { open } from 'node:fs/promises';
import { decodeLockInfo, maxDecodedChars, type DecodedLockInfo } from '../../core/lockInfo';

/** What stands in `.<name>.lock.info`: who holds the lock, if anybody does. */
export interface InfoFile extends DecodedLockInfo {
  /** The file's text; of one that is too large, its beginning. */
  readonly raw: string;
  /** When it was written, in ms since the epoch. */
  readonly writtenAt: number;
  /** The text is the whole of the file, byte for byte, so the file can be compared with it. */
  readonly isExact: boolean;
}

/** @throws NodeJS.ErrnoException where it is there and cannot be read. */
export async function readInfoFile(file: string): Promise<InfoFile | undefined> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
  try {
    const { mtimeMs } = await handle.stat();
    // One byte more than is shown tells that there is more.
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxDecodedChars + 1), 0);
    const bytes = buffer.subarray(0, bytesRead);
    const raw = bytes.toString('utf8');
    const isExact = bytesRead <= maxDecodedChars && Buffer.from(raw, 'utf8').equals(bytes);
    return { ...decodeLockInfo(raw), raw, writtenAt: mtimeMs, isExact };
  } finally {
    await handle.close();
  }
}

/** There is no such file, or no such folder. */
export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
