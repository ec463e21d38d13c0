import { maxListedChars, type ListedLock } from '../../core/lockListing';
import type { DecodedLockInfo } from '../../core/lockInfo';

/** The part of a record that a list keeps. */
export function listedLock(path: string, { info, problem }: DecodedLockInfo): ListedLock {
  const fields = Object.entries(info) as [keyof typeof info, string][];
  const cut = fields.some(([, value]) => value.length > maxListedChars);
  return {
    path,
    info: cut
      ? (Object.fromEntries(
          fields.map(([name, value]) => [name, value.slice(0, maxListedChars)]),
        ) as unknown as typeof info)
      : info,
    ...(problem === undefined ? {} : { problem }),
    ...(cut ? { cut } : {}),
  };
}
