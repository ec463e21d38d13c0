import type { ListedLock, ListingPage, LockLister, LockSource } from '../../src/core/lockListing';
import type { OpenListing } from '../../src/core/lockListingBoard';
import type { LockListing } from '../../src/core/lockListingRun';
import type { LockInfo } from '../../src/core/lockInfo';
import { infoOf } from './fakes';
import { secret } from './samples';

export const tableSource: LockSource = {
  backend: 's3',
  id: 'table|0123456789abcdef|tf-locks',
  kind: 'table',
  name: 'tf-locks',
  label: 'DynamoDB table tf-locks in eu-west-1',
  facts: [{ label: 'Table', value: 'tf-locks' }],
  unlockable: true,
  config: { access: { staticKeys: { secretAccessKey: secret } } },
};

export const bucketSource: LockSource = {
  ...tableSource,
  id: 'bucket|0123456789abcdef|acme-state',
  kind: 'bucket',
  name: 'acme-state',
  label: 'S3 bucket acme-state in eu-west-1',
  facts: [{ label: 'Bucket', value: 'acme-state' }],
  unlockable: false,
};

export function listedOf(path: string, info: Partial<LockInfo> = {}): ListedLock {
  return { path, info: infoOf({ path, ...info }) };
}

/** A list that was read at noon. */
export function listingOf(
  locks: readonly ListedLock[],
  more: Partial<LockListing> = {},
): LockListing {
  const at = Date.parse('2026-03-01T12:00:00Z');
  return {
    source: tableSource,
    locks,
    end: { kind: 'complete' },
    scanned: locks.length,
    at,
    ...more,
  };
}

export function openOf(locks: readonly ListedLock[], more: Partial<LockListing> = {}): OpenListing {
  return { listing: listingOf(locks, more), filter: '', shown: locks };
}

/** Real turns: whatever else waits for this thread runs. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A lister that gives these pages, one after the other, and notes where each was asked to start. */
export class PagedLister implements Pick<LockLister, 'listPage'> {
  readonly asked: (string | undefined)[] = [];

  constructor(private readonly pages: (ListingPage | (() => Promise<ListingPage>))[]) {}

  listPage(_source: LockSource, after: string | undefined): Promise<ListingPage> {
    this.asked.push(after);
    const page = this.pages.shift();
    if (page === undefined) throw new Error('no more pages in this test');
    return typeof page === 'function' ? page() : Promise.resolve(page);
  }
}

export function pageOf(paths: readonly string[], next?: string): ListingPage {
  const locks = paths.map((path) => listedOf(path));
  return { kind: 'page', locks, scanned: 10, readUnits: 2, ...(next ? { next } : {}) };
}
