import type { StateView } from '../core/lockBoard';
import type { KnownStatus } from '../core/lockStatus';
import { isChecking, lockWords } from './lockWords';
import { longAge } from './time';
import { label } from './untrusted';
import { errorText } from './wording';

/** A status as the second half of a sentence, for screen readers: `the lock is free`. Escaped. */
export function statusSentence(view: StateView, now: number): string {
  const { status } = view;
  switch (status.kind) {
    case 'free':
      return 'the lock is free';
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
    case 'unknown':
      return isChecking(status)
        ? 'the lock is being checked'
        : `the lock is unknown, ${errorText(status.error).short}${lastSentence(status.last, now)}`;
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
      return `; it was locked by ${label(lockWords(last.locks[0], now).holder)} ${ago}`;
  }
}
