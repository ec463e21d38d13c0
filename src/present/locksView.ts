import type { StateView } from '../core/lockBoard';
import { allowedActions } from '../core/allowedActions';
import { locksOf, type LockStatus } from '../core/lockStatus';
import type { StateCapability } from '../core/stateRef';
import {
  conflictAdvice,
  directoryName,
  halfAdvice,
  isChecking,
  isWatched,
  lastKnownWords,
  lockSummary,
  lockWords,
  longViewTitle,
  moduleNotes,
  sinceWords,
  viewTitle,
  withWorkspace,
} from './lockWords';
import { checkDetails } from './stateCheckView';
import { statusSentence } from './statusSentence';
import { label } from './untrusted';
import { errorText, problemTexts } from './wording';

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

/** The details below a state: what is known of its lock, then where it is. */
export function detailRows(view: StateView, now: number): LockRow[] {
  const { status } = view;
  const details: [string, string][] = [];
  if (status.kind === 'unknown' && !isChecking(status)) {
    const { message, nextStep } = errorText(status.error);
    details.push(['Unknown because', message], ['Next step', nextStep]);
  }
  const several = (view.state?.places.length ?? 0) > 1;
  if (status.kind === 'half') {
    details.push(
      ['Missing in', status.missing.map((place) => place.label).join(', ')],
      ['What to do', halfAdvice(status)],
    );
  } else if (status.kind === 'conflict') {
    details.push(['What to do', conflictAdvice]);
  }
  for (const lock of locksOf(status)) {
    const { info, problem } = lock.record;
    details.push(
      ...(several ? [['Held in', lock.place.label] as [string, string]] : []),
      ['ID', info.id],
      ['Who', info.who],
      ['Operation', info.operation],
      ['Version', info.version],
      ['Created', sinceWords(lock, now, view.unchangedSince)],
      ['Info', info.info],
      ...(problem === undefined ? [] : [['Record', problemTexts[problem]] as [string, string]]),
    );
  }
  details.push(...(view.check === undefined ? [] : checkDetails(view.check, now)));
  for (const place of view.state?.places ?? []) {
    details.push(...place.facts.map((fact): [string, string] => [fact.label, fact.value]));
  }
  details.push(
    ...(view.state?.facts ?? []).map((fact): [string, string] => [fact.label, fact.value]),
  );
  details.push(...moduleNotes(view).map((note): [string, string] => ['Note', note]));
  const directories = new Set(view.modules.map((module) => module.dir));
  details.push([
    isWatched(view) ? 'Watched beside' : 'Used in',
    [...directories].map(directoryName).join(', '),
  ]);
  if (view.modules.some((module) => module.block.parse === 'lastGood')) {
    details.push(['Backend block', 'does not parse just now; the last version that did is used']);
  }
  const seen = new Map<string, number>();
  return details.map(([name, value]) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return detailRow(view, name, value, nth);
  });
}

/** `nth`: a state with several places has details of the same name. */
function detailRow(view: StateView, name: string, value: string, nth: number): LockRow {
  const shown = value.trim() === '' ? '(empty)' : label(value, 300);
  return {
    // The view's id last: it ends in text from outside, which must not make two ids the same.
    id: `detail|${name}|${String(nth)}|${view.id}`,
    label: name,
    description: shown,
    tooltip: `${name}: ${shown}`,
    contextValue: name === 'ID' ? 'detail lockId' : 'detail',
    accessibleLabel: `${name}: ${shown}`,
    viewId: view.id,
    expandable: false,
  };
}

/** A status in a few words, escaped. */
export function statusWords(view: StateView, now: number): string {
  const { status } = view;
  switch (status.kind) {
    case 'free':
      return 'free';
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
