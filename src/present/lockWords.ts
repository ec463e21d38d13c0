import { lockAge, type ReadableLock } from '../core/lockAge';
import type { KnownStatus, LockStatus } from '../core/lockStatus';
import type { LockPlace } from '../core/lockPlace';
import type { StateView } from '../core/lockBoard';
import { shortOperation } from '../core/operations';
import { longAge, shortAge } from './time';
import { label, plain } from './untrusted';

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

/** Whether a state is there only because somebody watches its workspace beside the selected one. */
export function isWatched(view: StateView): boolean {
  return view.modules.every(({ watched }) => watched !== undefined);
}

/** A title with the workspace, where it is not the selected one. */
export function withWorkspace(view: StateView, title: string): string {
  const [{ watched = '' }] = view.modules;
  return isWatched(view) ? `${title} (workspace ${watched})` : title;
}

/** A longer name, for states that share the other. */
export function longViewTitle(view: StateView): string {
  return view.state?.path ?? decoded(view.modules[0].dir.replace(/^[^:/]+:\/\/[^/]*/, ''));
}

/** What a person should know about how the state was told, once for all modules. Untrusted text. */
export function moduleNotes(view: StateView): readonly string[] {
  const notes = view.modules.flatMap(({ resolution }) =>
    resolution.kind === 'state' ? (resolution.notes ?? []) : [],
  );
  return [...new Set(notes)];
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

/** `held in A, missing in B`: which half of a pair is there. Escaped. */
export function halfWords(half: Extract<KnownStatus, { kind: 'half' }>): string {
  const names = (places: readonly LockPlace[]): string =>
    places.map((place) => label(place.label)).join(' and ');
  return `held in ${names(half.locks.map((lock) => lock.place))}, missing in ${names(half.missing)}`;
}

/** What a half-released lock means, and the safe way out of it. */
export function halfAdvice(half: Extract<KnownStatus, { kind: 'half' }>): string {
  const cause =
    'A run that stopped between its two locks, or a force unlock that found only one, leaves this.';
  return half.mine.length > 0
    ? `${cause} Release the half that is yours.`
    : `${cause} Make sure that the holder has ended, then force unlock the half that is left.`;
}

/** What two holders of one state mean, and what to do about it. */
export const conflictAdvice =
  'Its two locks are held under different lock IDs, so two runs may both be writing: often one of them is ' +
  'configured for only one of the locks. Find out what both are doing before you touch either.';

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
