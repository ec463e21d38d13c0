import type { LockBoard } from '../core/lockBoard';
import type { ListedLock } from '../core/lockListing';
import { lockOfPath, type LockListings } from '../core/lockListingBoard';
import { isMine, type OwnLockStore } from '../core/ownLocks';
import {
  listedDetailRows,
  listingChildren,
  listingRow,
  rowsBetween,
  type ListingContext,
  type ListingRow,
  type ListingTarget,
} from '../present/lockListing';
import type { LockRow } from '../present/locksView';

interface BranchParts {
  readonly listings: LockListings;
  readonly board: LockBoard;
  readonly ownLocks: Pick<OwnLockStore, 'has'>;
  staleAfterMs(operation: string): number;
}

/** The open lists of all locks, as rows of the tree. Only rows that are looked at are built. */
export class LockListingBranch {
  constructor(private readonly parts: BranchParts) {}

  get onDidChange(): LockListings['onDidChange'] {
    return this.parts.listings.onDidChange;
  }

  /** A row per open list. */
  rows(now: number): ListingRow[] {
    return this.parts.listings.all().map((open) => listingRow(open, now));
  }

  /** Changes whenever rows of the lists have changed, however many they are. */
  mark(now: number): string {
    const open = this.parts.listings.all();
    for (const { shown } of open) {
      if (!this.marks.has(shown)) {
        this.marks.set(shown, (this.lastMark += 1));
      }
    }
    const marks = open.map(({ shown }) => this.marks.get(shown));
    return JSON.stringify([this.rows(now), marks]);
  }

  private readonly marks = new WeakMap<readonly ListedLock[], number>();
  private lastMark = 0;

  /** What is below a row of a list; undefined for a row that is none. */
  children(row: LockRow, now: number): ListingRow[] | undefined {
    const target = listingTarget(row);
    if (target === undefined) {
      return undefined;
    }
    const open = this.parts.listings.get(target.source);
    if (open === undefined) {
      return [];
    }
    const context = this.context(now);
    switch (target.kind) {
      case 'list':
        return listingChildren(open, context);
      case 'group':
        return rowsBetween(open, target.from, target.to, context);
      case 'lock': {
        const lock = lockOfPath(open.shown, target.path);
        return lock === undefined ? [] : listedDetailRows(open, lock, context);
      }
      case 'note':
      case 'detail':
        return [];
    }
  }

  private context(now: number): ListingContext {
    const { board, ownLocks } = this.parts;
    const paths = new Set(board.views().map(({ state }) => state?.path));
    return {
      now,
      inWorkspace: (path) => paths.has(path),
      isMine: (lock) => isMine(ownLocks, { record: lock }, lock),
      staleAfterMs: (operation) => this.parts.staleAfterMs(operation),
    };
  }
}

/** What a row of a list stands for; undefined for anything else, such as a command's other arguments. */
export function listingTarget(argument: unknown): ListingTarget | undefined {
  return typeof argument === 'object' && argument !== null && 'listing' in argument
    ? (argument as ListingRow).listing
    : undefined;
}
