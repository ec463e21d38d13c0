import { lockAge, type KnownStatus, type LockStatus, type ReadableLock } from '../core/lockStatus';
import type { StateView } from '../core/lockBoard';
import { shortOperation } from '../core/operations';
import { longAge, shortAge } from './time';
import { plain } from './untrusted';

/** An RFC 3339 time with nine fractional digits and a zone has 35. */
const maxTimeChars = 40;

/** What a status is called, whatever the place it is shown in. Still untrusted text: escape before showing. */
export interface LockWords {
  readonly holder: string;
  readonly operation: string;
  /** `12m`, `at least 3h`, `age unknown`. */
  readonly age: string;
  readonly longAge: string;
}

export function lockWords(lock: ReadableLock, now: number, unchangedSince?: number): LockWords {
  const { info } = lock.record;
  const age = lockAge(lock, now, unchangedSince);
  const least = age?.from === 'observed' ? 'at least ' : '';
  return {
    holder: info.who.trim() === '' ? 'unknown holder' : info.who,
    operation: shortOperation(info.operation).trim(),
    age: age === undefined ? 'age unknown' : `${least}${shortAge(age.ms)}`,
    longAge: age === undefined ? 'an unknown time' : `${least}${longAge(age.ms)}`,
  };
}

/** `alice@build-07 · apply · 12m`; parts that are empty are left out. */
export function lockSummary(words: LockWords): string {
  return [words.holder, words.operation, words.age].filter((part) => part !== '').join(' · ');
}

/** `2026-03-01T11:48:00Z (12m)`. Whatever a record gives as its time, the age after it stays in sight. */
export function sinceWords(lock: ReadableLock, now: number, unchangedSince?: number): string {
  const created = plain(lock.record.info.created.trim(), maxTimeChars);
  const { age } = lockWords(lock, now, unchangedSince);
  return `${created === '' ? 'not told' : created} (${age})`;
}

/** Whether a status is "not asked yet", which is shown as checking rather than as a failure. */
export function isChecking(status: LockStatus): boolean {
  return status.kind === 'unknown' && status.error.reason === 'notReady';
}

/** The name by which people know a state; for an unresolved one, its module's directory. */
export function viewTitle(view: StateView): string {
  return view.state?.key ?? directoryName(view.modules[0].dir);
}

/** A longer name, for states that share the other. */
export function longViewTitle(view: StateView): string {
  return view.state?.path ?? decoded(view.modules[0].dir.replace(/^[^:/]+:\/\/[^/]*/, ''));
}

export function directoryName(uri: string): string {
  const path = uri.replace(/\/+$/, '');
  return decoded(path.slice(path.lastIndexOf('/') + 1));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A URI of another extension with a bare percent sign.
    return path;
  }
}

/** `was free 3m ago`; undefined where nothing was ever known. */
export function lastKnownWords(
  last: KnownStatus | undefined,
  now: number,
  unchangedSince?: number,
): string | undefined {
  if (last === undefined) {
    return undefined;
  }
  const ago = `${shortAge(now - last.at)} ago`;
  if (last.kind === 'free') {
    return `was free ${ago}`;
  }
  const words = lockWords(last.locks[0], now, unchangedSince);
  return last.kind === 'mine'
    ? `was locked by you ${ago}`
    : `was locked ${ago}: ${lockSummary(words)}`;
}
