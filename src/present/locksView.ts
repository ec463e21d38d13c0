import type { StateView } from '../core/lockBoard';
import { allowedActions } from '../core/allowedActions';
import { locksOf, type LockStatus } from '../core/lockStatus';
import type { StateCapability } from '../core/stateRef';
import {
  isChecking,
  lastKnownWords,
  lockSummary,
  lockWords,
  longViewTitle,
  viewTitle,
  withWorkspace,
} from './lockWords';
import { statusSentence } from './statusSentence';
import { leftoverWords } from './livenessWords';
import { label } from './untrusted';
import { errorText } from './wording';

/** One row of the tree "State Locks". All texts are ready to be shown. */
export interface LockRow {
  /** Stable, so that expansion and selection survive a refresh. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** Codicon and, only beside it, a theme colour. */
  readonly icon?: { readonly name: string; readonly color?: string };
  /** Tokens separated by spaces, matched by `when` clauses: `state held canForceUnlock`. */
  readonly contextValue: string;
  readonly accessibleLabel: string;
  /** The view this row belongs to: what its actions act on. */
  readonly viewId: string;
  readonly expandable: boolean;
}

/** The top level: a row per state. */
export function stateRows(views: readonly StateView[], now: number): LockRow[] {
  const titles = new Map<string, number>();
  for (const view of views) {
    titles.set(viewTitle(view), (titles.get(viewTitle(view)) ?? 0) + 1);
  }
  return views.map((view) => {
    const key = viewTitle(view);
    const shared = (titles.get(key) ?? 0) > 1;
    const title = label(withWorkspace(view, shared ? longViewTitle(view) : key));
    const words = statusWords(view, now);
    return {
      id: view.id,
      label: title,
      description: words,
      tooltip: `${title}\n${words}`,
      icon: iconOf(view.status),
      contextValue: contextOf(view),
      accessibleLabel: `State ${title}: ${statusSentence(view, now)}`,
      viewId: view.id,
      expandable: true,
    };
  });
}

/** A status in a few words, escaped. */
export function statusWords(view: StateView, now: number): string {
  const { status } = view;
  switch (status.kind) {
    case 'free': {
      const leftover = leftoverWords(status, now);
      return leftover === undefined ? 'free' : `free · ${label(leftover)}`;
    }
    case 'notLockable':
      return 'no locking configured';
    case 'mine': {
      const words = lockWords(status.locks[0], now, view.unchangedSince);
      return `locked by you · ${words.age}`;
    }
    case 'held':
    case 'stale': {
      const summary = label(lockSummary(lockWords(status.locks[0], now, view.unchangedSince)));
      return status.kind === 'stale' ? `${summary} · stale` : summary;
    }
    case 'half':
      return status.mine.length > 0
        ? 'half-released · yours'
        : `half-released · ${summaryOf(view, now)}`;
    case 'conflict':
      return `locked twice · ${summaryOf(view, now)}`;
    case 'unknown': {
      if (isChecking(status)) {
        return 'checking';
      }
      if (status.seen !== undefined) {
        const seen = lockSummary(lockWords(status.seen[0], now, view.unchangedSince));
        return label(`${seen} · other lock unknown: ${errorText(status.error).short}`);
      }
      const last = lastKnownWords(status.last, now, view.unchangedSince);
      return label(
        `unknown: ${errorText(status.error).short}${last === undefined ? '' : ` · ${last}`}`,
      );
    }
  }
}

function summaryOf(view: StateView, now: number): string {
  const [lock] = locksOf(view.status);
  return lock === undefined ? '' : label(lockSummary(lockWords(lock, now, view.unchangedSince)));
}

function iconOf(status: LockStatus): NonNullable<LockRow['icon']> {
  switch (status.kind) {
    case 'free':
      return { name: 'unlock' };
    case 'held':
      return { name: 'lock', color: 'charts.red' };
    case 'mine':
      return { name: 'key', color: 'charts.blue' };
    case 'stale':
      return { name: 'warning', color: 'list.warningForeground' };
    case 'half':
    case 'conflict':
      return { name: 'warning', color: 'list.warningForeground' };
    case 'notLockable':
      return { name: 'circle-slash' };
    case 'unknown':
      return isChecking(status) ? { name: 'sync~spin' } : { name: 'question' };
  }
}

const capabilityTokens: Readonly<Record<StateCapability, string>> = {
  listWorkspaces: 'canListWorkspaces',
  checkState: 'canCheckState',
};

function contextOf(view: StateView): string {
  const allowed = allowedActions(view);
  return [
    'state',
    view.status.kind,
    ...(allowed.acquire ? ['canAcquire'] : []),
    ...(allowed.release ? ['canRelease'] : []),
    ...(allowed.forceUnlock ? ['canForceUnlock'] : []),
    ...(allowed.wait ? ['canWait'] : []),
    ...(allowed.cleanUp ? ['canCleanUp'] : []),
    ...(locksOf(view.status).length > 0 ? ['hasLock'] : []),
    ...(view.state?.capabilities ?? []).map((capability) => capabilityTokens[capability]),
    ...(view.modules.some(({ watched }) => watched !== undefined) ? ['watched'] : []),
  ].join(' ');
}

/** The number on the view's badge: states known to be locked. */
export function lockedCount(views: readonly StateView[]): number {
  return views.filter(({ status }) => isLocked(status)).length;
}

function isLocked(status: LockStatus): boolean {
  switch (status.kind) {
    case 'held':
    case 'mine':
    case 'stale':
    case 'half':
    case 'conflict':
      return true;
    case 'unknown':
      return status.seen !== undefined;
    case 'free':
    case 'notLockable':
      return false;
  }
}
