import { Emitter, type Disposable } from './lifecycle';
import type { ListedLock } from './lockListing';
import type { LockListing } from './lockListingRun';
import { filterInTurns, type Turn } from './lockListingTurns';

/** A list of all locks that is open in the tree. */
export interface OpenListing {
  readonly listing: LockListing;
  /** As typed; empty: no filter. */
  readonly filter: string;
  /** The locks that the filter lets through, ordered by path. */
  readonly shown: readonly ListedLock[];
}

/** The lists that are open, one per source. They are only what was read once: nothing refreshes them by itself. */
export class LockListings implements Disposable {
  private readonly open = new Map<string, OpenListing>();
  private readonly changeEmitter: Emitter<void>;

  readonly onDidChange;

  constructor(
    private readonly turn: Turn,
    onListenerError?: (error: unknown) => void,
  ) {
    this.changeEmitter = new Emitter<void>(onListenerError);
    this.onDidChange = this.changeEmitter.event;
  }

  all(): readonly OpenListing[] {
    return [...this.open.values()];
  }

  get(sourceId: string): OpenListing | undefined {
    return this.open.get(sourceId);
  }

  /** Shows a list, in place of an older one of the same source, whose filter stays. */
  async show(listing: LockListing): Promise<void> {
    const { id } = listing.source;
    const filter = this.open.get(id)?.filter ?? '';
    this.set(id, { listing, filter, shown: await this.filtered(listing.locks, filter) });
  }

  async setFilter(sourceId: string, filter: string): Promise<void> {
    let before = this.open.get(sourceId);
    while (before !== undefined) {
      const shown = await this.filtered(before.listing.locks, filter);
      // Meanwhile it may have been closed, read again, or have lost a lock.
      const now = this.open.get(sourceId);
      if (now === before) {
        this.set(sourceId, { listing: before.listing, filter, shown });
        return;
      }
      before = now;
    }
  }

  /** What a fresh read of one lock brought: another record, or that it is gone. */
  update(sourceId: string, path: string, lock: ListedLock | undefined): void {
    const before = this.open.get(sourceId);
    if (before === undefined) {
      return;
    }
    const replace = (locks: readonly ListedLock[]): readonly ListedLock[] => {
      const index = indexOfPath(locks, path);
      const instead = lock === undefined ? [] : [lock];
      return index === undefined ? locks : locks.toSpliced(index, 1, ...instead);
    };
    const { listing, filter, shown } = before;
    this.set(sourceId, {
      listing: { ...listing, locks: replace(listing.locks) },
      filter,
      shown: replace(shown),
    });
  }

  close(sourceId: string): void {
    if (this.open.delete(sourceId)) {
      this.changeEmitter.fire();
    }
  }

  dispose(): void {
    this.open.clear();
    this.changeEmitter.dispose();
  }

  private set(sourceId: string, open: OpenListing): void {
    this.open.set(sourceId, open);
    this.changeEmitter.fire();
  }

  private filtered(locks: readonly ListedLock[], filter: string): Promise<readonly ListedLock[]> {
    const wanted = filter.trim().toLowerCase();
    return wanted === ''
      ? Promise.resolve(locks)
      : filterInTurns(locks, (lock) => matches(lock, wanted), this.turn);
  }
}

/** Whether holder or path holds the text, in any case. */
function matches(lock: ListedLock, wanted: string): boolean {
  return lock.path.toLowerCase().includes(wanted) || lock.info.who.toLowerCase().includes(wanted);
}

/** Where a path is in locks that are ordered by path. */
function indexOfPath(locks: readonly ListedLock[], path: string): number | undefined {
  let [from, to] = [0, locks.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((locks[middle]?.path ?? '') < path) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return locks[from]?.path === path ? from : undefined;
}

/** The lock of a path among locks that are ordered by path. */
export function lockOfPath(locks: readonly ListedLock[], path: string): ListedLock | undefined {
  const index = indexOfPath(locks, path);
  return index === undefined ? undefined : locks[index];
}
