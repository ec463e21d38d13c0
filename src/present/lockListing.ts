import type { ListedLock } from '../core/lockListing';
import type { OpenListing } from '../core/lockListingBoard';
import { lockAge } from '../core/lockAge';
import type { LockRow } from './locksView';
import { lockSummary, lockWords, sinceWords } from './lockWords';
import { shortAge } from './time';
import { label } from './untrusted';
import { errorText, problemTexts } from './wording';

/** A row below a list of all locks. Its actions act on what `listing` names, not on a view of the board. */
export interface ListingRow extends LockRow {
  readonly listing: ListingTarget;
}

/** What a row stands for; `source` is the source's id. */
export type ListingTarget =
  | { readonly kind: 'list' | 'note'; readonly source: string }
  /** The locks from one index to before another, of those that are shown. */
  | {
      readonly kind: 'group';
      readonly source: string;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'lock' | 'detail'; readonly source: string; readonly path: string };

export interface ListingContext {
  readonly now: number;
  /** Whether a state of this path is in the workspace. */
  inWorkspace(path: string): boolean;
  isMine(lock: ListedLock): boolean;
  staleAfterMs(operation: string): number;
}

/** More rows than this side by side are put into groups, each of which is built only when it is opened. */
export const listingGroupSize = 200;

/** The branch of one list. */
export function listingRow(open: OpenListing, now: number): ListingRow {
  const { source } = open.listing;
  const title = label(`All locks of ${source.name}`);
  const words = listingWords(open, now);
  return {
    id: `listing|${source.id}`,
    label: title,
    description: words,
    tooltip: [label(`All locks of ${source.label}`), words, ...noteTexts(open)].join('\n'),
    icon: isPartial(open)
      ? { name: 'warning', color: 'list.warningForeground' }
      : { name: source.kind === 'table' ? 'database' : 'archive' },
    contextValue: 'lockListing',
    accessibleLabel: `${title}: ${words}`,
    viewId: '',
    expandable: true,
    listing: { kind: 'list', source: source.id },
  };
}

/** `3 locks, 2m ago`; `partial: 3 locks so far, 2m ago`; `3 of 40 locks match "alice", 2m ago`. */
export function listingWords(open: OpenListing, now: number): string {
  const { listing, filter, shown } = open;
  const all = count(listing.locks.length, 'lock');
  const found =
    filter === '' ? all : `${String(shown.length)} of ${all} match "${label(filter, 40)}"`;
  const ago = `${shortAge(now - listing.at)} ago`;
  return isPartial(open) ? `partial: ${found} so far, ${ago}` : `${found}, ${ago}`;
}

function isPartial({ listing }: OpenListing): boolean {
  return listing.end.kind === 'partial';
}

/** What must be known to read the list rightly. Escaped. */
export function noteTexts({ listing }: Pick<OpenListing, 'listing'>): readonly string[] {
  const { end, locks } = listing;
  if (end.kind === 'partial') {
    const why = end.error.reason === 'cancelled' ? 'cancelled' : errorText(end.error).message;
    return [label(`Not complete, there may be more locks: ${why}`, 600)];
  }
  return locks.length === 0 ? ['No lock was found. A lock taken since is not listed.'] : [];
}

/** What is below a list: notes, then its locks, or groups of them. */
export function listingChildren(open: OpenListing, context: ListingContext): ListingRow[] {
  const { source } = open.listing;
  const notes = noteTexts(open).map((text, index): ListingRow => ({
    ...plainRow(`listingNote|${String(index)}|${source.id}`, text, '', 'listingNote'),
    icon: { name: isPartial(open) ? 'warning' : 'info' },
    listing: { kind: 'note', source: source.id },
  }));
  return [...notes, ...rowsBetween(open, 0, open.shown.length, context)];
}

/** The shown locks of a range: as they are where they are few, else in groups, and groups of groups. */
export function rowsBetween(
  open: OpenListing,
  from: number,
  to: number,
  context: ListingContext,
): ListingRow[] {
  if (to - from <= listingGroupSize) {
    return open.shown.slice(from, to).map((lock) => lockRow(open, lock, context));
  }
  let size = listingGroupSize;
  while (to - from > size * listingGroupSize) {
    size *= listingGroupSize;
  }
  return groupRows(open, from, to, size);
}

function groupRows(
  { listing, shown }: OpenListing,
  start: number,
  end: number,
  size: number,
): ListingRow[] {
  const rows: ListingRow[] = [];
  for (let from = start; from < end; from += size) {
    const to = Math.min(from + size, end);
    const first = shown[from]?.path ?? '';
    const last = shown[to - 1]?.path ?? '';
    const title = `${thousands(from + 1)}–${thousands(to)}`;
    rows.push({
      ...plainRow(
        `listingGroup|${String(from)}|${String(to)}|${listing.source.id}`,
        title,
        `${label(first, 60)} …`,
        'listingGroup',
      ),
      tooltip: `${label(first)}\n${label(last)}`,
      expandable: true,
      listing: { kind: 'group', source: listing.source.id, from, to },
    });
  }
  return rows;
}

function lockRow(open: OpenListing, lock: ListedLock, context: ListingContext): ListingRow {
  const { source } = open.listing;
  const title = label(lock.path);
  const mine = context.isMine(lock);
  const stale = !mine && isStale(lock, context);
  const words = [
    lockWordsOf(lock, context.now, mine),
    ...(stale ? ['stale'] : []),
    ...(context.inWorkspace(lock.path) ? ['in this workspace'] : []),
  ].join(' · ');
  const kind = mine ? 'mine' : stale ? 'stale' : 'held';
  return {
    id: `listed|${source.id}|${lock.path}`,
    label: title,
    description: words,
    tooltip: `${title}\n${words}`,
    icon: icons[kind],
    contextValue: [
      'listedLock',
      kind,
      'hasLock',
      ...(source.unlockable ? [mine ? 'canRelease' : 'canForceUnlock'] : []),
    ].join(' '),
    accessibleLabel: `State ${title}: locked, ${words}`,
    viewId: '',
    expandable: true,
    listing: { kind: 'lock', source: source.id, path: lock.path },
  };
}

const icons = {
  mine: { name: 'key', color: 'charts.blue' },
  stale: { name: 'warning', color: 'list.warningForeground' },
  held: { name: 'lock', color: 'charts.red' },
} as const;

function isStale(lock: ListedLock, context: ListingContext): boolean {
  const age = lockAge({ record: lock }, context.now);
  return age !== undefined && age.ms >= context.staleAfterMs(lock.info.operation);
}

/** Holder, operation and age, escaped. */
function lockWordsOf(lock: ListedLock, now: number, mine: boolean): string {
  if (lock.unread !== undefined) {
    return label(`held, details not read: ${errorText(lock.unread).short}`);
  }
  const words = lockWords({ record: lock }, now);
  return mine ? `locked by you · ${words.age}` : label(lockSummary(words));
}

/** The details below a listed lock. */
export function listedDetailRows(
  open: OpenListing,
  lock: ListedLock,
  context: ListingContext,
): ListingRow[] {
  const { source } = open.listing;
  const { info, problem, unread } = lock;
  const details: (readonly [string, string])[] = [
    ['ID', info.id],
    ['Who', info.who],
    ['Operation', info.operation],
    ['Version', info.version],
    ['Created', sinceWords({ record: lock }, context.now)],
    ['Info', info.info],
    ...(problem === undefined ? [] : [['Record', problemTexts[problem]] as const]),
    ...(unread === undefined ? [] : [['Record', errorText(unread).message] as const]),
    ...source.facts.map((fact) => [fact.label, fact.value] as const),
    ...(context.inWorkspace(lock.path) ? [['State', 'is in this workspace'] as const] : []),
    ...(source.unlockable
      ? []
      : [['Force unlock', 'open a workspace with this state to remove its lock'] as const]),
  ];
  return details.map(([name, value], index): ListingRow => {
    const shown = value.trim() === '' ? '(empty)' : label(value, 300);
    const id = `listedDetail|${String(index)}|${source.id}|${lock.path}`;
    return {
      ...plainRow(id, name, shown, name === 'ID' ? 'detail lockId' : 'detail'),
      tooltip: `${name}: ${shown}`,
      listing: { kind: 'detail', source: source.id, path: lock.path },
    };
  });
}

function plainRow(id: string, title: string, words: string, contextValue: string): LockRow {
  return {
    id,
    label: title,
    description: words,
    tooltip: title,
    contextValue,
    accessibleLabel: words === '' ? title : `${title}: ${words}`,
    viewId: '',
    expandable: false,
  };
}

/** `1 lock`, `12,345 items`. */
export function count(number: number, noun: string): string {
  return `${thousands(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `12,345`. Not by `toLocaleString`, whose first use takes 15 ms. */
function thousands(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
