import type { StateView } from '../core/lockBoard';
import { viewTitle } from './lockWords';
import { statusWords } from './locksView';
import { label } from './untrusted';

/** A mark on a file or folder in the explorer. */
export interface DecorationView {
  /** At most two characters. */
  readonly badge: string;
  readonly tooltip: string;
}

/** The mark of a state that is known to be locked; nothing for all others. */
export function decorationOf(view: StateView, now: number): DecorationView | undefined {
  const badge = badgeOf(view);
  return badge === undefined
    ? undefined
    : {
        badge,
        tooltip: `State ${label(viewTitle(view))}: ${statusWords(view, now)}`,
      };
}

function badgeOf({ status }: StateView): string | undefined {
  switch (status.kind) {
    case 'held':
    case 'stale':
      return '🔒';
    case 'mine':
      return '🔑';
    case 'half':
    case 'conflict':
      return '⚠';
    case 'unknown':
      return status.seen === undefined ? undefined : '🔒';
    case 'free':
    case 'notLockable':
      return undefined;
  }
}
