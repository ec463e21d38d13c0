import type { StateView } from '../core/lockBoard';
import { leftoversOf, type KnownStatus } from '../core/lockStatus';
import { halfWords, isChecking, lockWords } from './lockWords';
import { longAge } from './time';
import { label } from './untrusted';
import { errorText } from './wording';

/** A status as the second half of a sentence, for screen readers: `the lock is free`. Escaped. */
export function statusSentence(view: StateView, now: number): string {
  const { status } = view;
  switch (status.kind) {
    case 'free':
      return leftoversOf(status).length === 0
        ? 'the lock is free'
        : 'the lock is free, and an earlier holder left its record behind';
    case 'notLockable':
      return 'no locking is configured';
    case 'mine': {
      const words = lockWords(status.locks[0], now, view.unchangedSince);
      return `you have held the lock for ${words.longAge}`;
    }
    case 'held':
    case 'stale': {
      const words = lockWords(status.locks[0], now, view.unchangedSince);
      const operation = words.operation === '' ? '' : `, operation ${label(words.operation)}`;
      const old = status.kind === 'stale' ? ', longer than usual for this operation' : '';
      return `locked by ${label(words.holder)} for ${words.longAge}${operation}, not you${old}`;
    }
    case 'half':
      return `half-released: ${halfWords(status)}, so nobody can lock the state`;
    case 'conflict':
      return `locked twice, by ${label(lockWords(status.locks[0], now).holder)} and by others under another lock ID`;
    case 'unknown':
      if (isChecking(status)) {
        return 'the lock is being checked';
      }
      return status.seen === undefined
        ? `the lock is unknown, ${errorText(status.error).short}${lastSentence(status.last, now)}`
        : `locked by ${label(lockWords(status.seen[0], now).holder)}; another of its locks is unknown, ${errorText(status.error).short}`;
  }
}

function lastSentence(last: KnownStatus | undefined, now: number): string {
  if (last === undefined) {
    return '';
  }
  const ago = `${longAge(now - last.at)} ago`;
  switch (last.kind) {
    case 'free':
      return `; it was free ${ago}`;
    case 'mine':
      return `; it was locked by you ${ago}`;
    case 'held':
    case 'stale':
    case 'half':
    case 'conflict':
      return `; it was locked by ${label(lockWords(last.locks[0], now).holder)} ${ago}`;
  }
}
