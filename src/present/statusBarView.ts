import type { StateView } from '../core/lockBoard';
import { errorText } from './wording';
import {
  conflictAdvice,
  halfAdvice,
  halfWords,
  isChecking,
  lastKnownWords,
  lockSummary,
  lockWords,
  viewTitle,
} from './lockWords';
import { leftoverAdvice, leftoverWords } from './livenessWords';
import { statusSentence } from './statusSentence';
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
  const accessibleLabel = `${title}: ${statusSentence(view, now)}`;
  switch (status.kind) {
    case 'free': {
      const leftover = leftoverWords(status, now);
      return {
        text: '$(unlock) State free',
        tooltip: `${title}\nNobody holds the lock.${leftover === undefined ? '' : `\n${leftoverAdvice}`}`,
        accessibleLabel,
        severity: 'normal',
      };
    }
    case 'notLockable':
      return {
        text: '$(circle-slash) No state locking',
        tooltip: `${title}\nThe backend block configures no lock: two people can write at once.`,
        accessibleLabel,
        severity: 'normal',
      };
    case 'mine': {
      const words = lockWords(status.locks[0], now, view.unchangedSince);
      const reason = label(status.locks[0].record.info.info);
      return {
        text: `$(key) Locked by you · ${words.age}`,
        tooltip: `${title}\nYou hold the lock.${reason === '' ? '' : `\n${reason}`}`,
        accessibleLabel,
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
      const operation = words.operation === '' ? '' : `\nOperation: ${label(words.operation)}`;
      return {
        text: stale ? `$(warning) ${summary} · stale` : `$(lock) ${summary}`,
        tooltip: `${title}\nLocked by ${label(words.holder)} for ${words.longAge}${old}.${operation}`,
        accessibleLabel,
        severity: stale ? 'warning' : 'normal',
      };
    }
    case 'half': {
      const mine = status.mine.length > 0;
      const holder = label(lockWords(status.locks[0], now).holder, maxHolderChars);
      return {
        text: `$(warning) Half-released · ${mine ? 'yours' : holder}`,
        tooltip: `${title}\nHalf-released: ${halfWords(status)}.\n${halfAdvice(status)}`,
        accessibleLabel,
        severity: 'warning',
      };
    }
    case 'conflict': {
      const holders = status.locks.map((lock) =>
        label(lockWords(lock, now).holder, maxHolderChars),
      );
      return {
        text: `$(warning) Locked twice · ${holders.join(', ')}`,
        tooltip: `${title}\nLocked by ${holders.join(' and by ')}.\n${conflictAdvice}`,
        accessibleLabel,
        severity: 'warning',
      };
    }
    case 'unknown': {
      if (isChecking(status)) {
        return {
          text: '$(sync~spin) Checking lock',
          tooltip: `${title}\nThe lock is being read.`,
          accessibleLabel,
          severity: 'normal',
        };
      }
      const error = errorText(status.error);
      if (status.seen !== undefined) {
        const holder = label(lockWords(status.seen[0], now).holder, maxHolderChars);
        return {
          text: `$(lock) ${holder} · other lock unknown`,
          tooltip: `${title}\nLocked by ${holder}.\n${label(error.message, 600)}`,
          accessibleLabel,
          severity: 'normal',
        };
      }
      const last = lastKnownWords(status.last, now, view.unchangedSince);
      const was = last === undefined ? '' : ` (${label(last, 60)})`;
      return {
        text: `$(question) Lock unknown: ${label(error.short)}${was}`,
        tooltip: `${title}\n${label(error.message, 600)}\n${label(error.nextStep)}`,
        accessibleLabel,
        severity: 'normal',
      };
    }
  }
}

/** The line above a backend block. Escaped; the only icon in it is ours. */
export function codeLensTitle(view: StateView, now: number): string {
  const { text } = stateStatusBar(view, now);
  const name = label(viewTitle(view), 80);
  return `${text} · ${name}`;
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
    { count: count('half'), word: 'half-released' },
    { count: count('conflict'), word: 'locked twice' },
    { count: count('mine'), word: 'yours' },
    { count: count('unknown') - checking, word: 'unknown' },
    { count: checking, word: 'checking' },
    { count: count('free'), word: 'free' },
    { count: count('notLockable'), word: 'without locking' },
  ].filter((part) => part.count > 0);
  const counts = parts.map((part) => `${String(part.count)} ${part.word}`);
  const summary = counts.join(' · ');
  const noun = views.length === 1 ? 'state' : 'states';
  return {
    text: `$(${aggregateIcon(views)}) ${summary}`,
    tooltip: `Terraform states of this workspace\n${summary}`,
    accessibleLabel: `Terraform ${noun} of this workspace: ${counts.join(', ')}`,
    severity: count('stale', 'half', 'conflict') > 0 ? 'warning' : 'normal',
  };
}

/** Looks free only where every state is known to be free. */
function aggregateIcon(views: readonly StateView[]): string {
  const kinds = new Set(views.map(({ status }) => (isChecking(status) ? 'checking' : status.kind)));
  const locked = ['held', 'stale', 'mine', 'half', 'conflict'] as const;
  if (locked.some((kind) => kinds.has(kind))) {
    return 'lock';
  }
  if (kinds.has('unknown')) {
    return 'question';
  }
  if (kinds.has('checking')) {
    return 'sync~spin';
  }
  return kinds.has('notLockable') ? 'circle-slash' : 'unlock';
}
