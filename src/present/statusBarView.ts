import type { StateView } from '../core/lockBoard';
import { errorText } from './wording';
import { isChecking, lastKnownWords, lockSummary, lockWords, viewTitle } from './lockWords';
import { label } from './untrusted';

/** What the one status bar item shows. `text` may hold our icons; everything from outside is escaped in it. */
export interface StatusBarView {
  readonly text: string;
  /** Plain text, one fact per line. */
  readonly tooltip: string;
  /** A sentence, for screen readers. */
  readonly accessibleLabel: string;
  readonly severity: 'normal' | 'warning';
}

const maxHolderChars = 40;

/** The item for the state of the file being edited. */
export function stateStatusBar(view: StateView, now: number): StatusBarView {
  const { status } = view;
  const title = `Terraform state ${label(viewTitle(view))}`;
  switch (status.kind) {
    case 'free':
      return {
        text: '$(unlock) State free',
        tooltip: `${title}\nNobody holds the lock.`,
        accessibleLabel: `${title}: the lock is free`,
        severity: 'normal',
      };
    case 'notLockable':
      return {
        text: '$(circle-slash) No state locking',
        tooltip: `${title}\nThe backend block configures no lock: two people can write at once.`,
        accessibleLabel: `${title}: no locking is configured`,
        severity: 'normal',
      };
    case 'mine': {
      const words = lockWords(status.locks[0], now, view.unchangedSince);
      return {
        text: `$(key) Locked by you · ${words.age}`,
        tooltip: `${title}\nYou hold the lock.\n${label(status.locks[0].record.info.info)}`,
        accessibleLabel: `${title}: you have held the lock for ${words.longAge}`,
        severity: 'normal',
      };
    }
    case 'held':
    case 'stale': {
      const words = lockWords(status.locks[0], now, view.unchangedSince);
      const stale = status.kind === 'stale';
      const holder = label(words.holder, maxHolderChars);
      const summary = lockSummary({ ...words, holder, operation: label(words.operation, 30) });
      const old = stale ? ', longer than usual for this operation' : '';
      return {
        text: stale ? `$(warning) ${summary} · stale` : `$(lock) ${summary}`,
        tooltip: `${title}\nLocked by ${label(words.holder)} for ${words.longAge}${old}.\nOperation: ${label(words.operation)}`,
        accessibleLabel: `${title}: locked by ${label(words.holder)} for ${words.longAge}, operation ${label(words.operation)}, not you${old}`,
        severity: stale ? 'warning' : 'normal',
      };
    }
    case 'unknown': {
      if (isChecking(status)) {
        return {
          text: '$(sync~spin) Checking lock',
          tooltip: `${title}\nThe lock is being read.`,
          accessibleLabel: `${title}: the lock is being checked`,
          severity: 'normal',
        };
      }
      const error = errorText(status.error);
      const last = lastKnownWords(status.last, now, view.unchangedSince);
      const was = last === undefined ? '' : ` (${label(last, 60)})`;
      return {
        text: `$(question) Lock unknown: ${label(error.short)}${was}`,
        tooltip: `${title}\n${label(error.message, 600)}\n${label(error.nextStep)}`,
        accessibleLabel: `${title}: the lock is unknown, ${label(error.short)}${was}`,
        severity: 'normal',
      };
    }
  }
}

/** The item while no file with a backend is being edited: how the states of the workspace stand. */
export function aggregateStatusBar(views: readonly StateView[]): StatusBarView | undefined {
  if (views.length === 0) {
    return undefined;
  }
  const count = (...kinds: StateView['status']['kind'][]): number =>
    views.filter((view) => kinds.includes(view.status.kind)).length;
  const checking = views.filter((view) => isChecking(view.status)).length;
  const parts = [
    { count: count('held'), word: 'locked' },
    { count: count('stale'), word: 'stale' },
    { count: count('mine'), word: 'yours' },
    { count: count('unknown') - checking, word: 'unknown' },
    { count: checking, word: 'checking' },
    { count: count('free'), word: 'free' },
    { count: count('notLockable'), word: 'without locking' },
  ].filter((part) => part.count > 0);
  const summary = parts.map((part) => `${String(part.count)} ${part.word}`).join(' · ');
  const locked = count('held', 'stale', 'mine') > 0;
  const icon = locked ? 'lock' : count('free') === views.length ? 'unlock' : 'question';
  const noun = views.length === 1 ? 'state' : 'states';
  return {
    text: `$(${icon}) ${summary}`,
    tooltip: `Terraform states of this workspace\n${summary}`,
    accessibleLabel: `Terraform ${noun} of this workspace: ${summary}`,
    severity: count('stale') > 0 ? 'warning' : 'normal',
  };
}
