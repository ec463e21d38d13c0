import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import { LockListings } from '../../../src/core/lockListingBoard';
import { runListing, type LockListing } from '../../../src/core/lockListingRun';
import { LockBoard } from '../../../src/core/lockBoard';
import type { ListedLock, ListingPage } from '../../../src/core/lockListing';
import { listingJson, listingMarkdown } from '../../../src/present/lockListingCopy';
import { LockListingBranch } from '../../../src/ui/lockListingBranch';
import { systemClock } from '../../../src/ui/systemPorts';
import { asked, noSignal } from '../../support/awsBlocks';
import { MemoryOwnLocks, only } from '../../support/fakes';
import { listedOf, tableSource, turn } from '../../support/lockLists';

const total = 100_000;
const perPage = 2000;

/** Pages as they come from the network thread: cloned, in the random order of a table. */
function pageAt(start: number): ListingPage {
  const locks = Array.from({ length: perPage }, (_, offset): ListedLock => {
    const index = ((start + offset) * 7919) % total;
    return listedOf(`bucket/team-${String(index % 300)}/${String(index)}/terraform.tfstate`, {
      id: `a7d40559-1145-efc8-e155-${String(index).padStart(12, '0')}`,
      who: `runner@ci-${String(index % 50)}`,
    });
  });
  const next = start + perPage;
  return structuredClone({
    kind: 'page',
    locks,
    scanned: perPage,
    ...(next < total ? { next: String(next) } : {}),
  });
}

/** The longest time for which nothing else could run during `task`, and how long it took. */
async function blocked<T>(what: string, task: () => Promise<T> | T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const started = performance.now();
  const result = await task();
  const ms = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 5));
  monitor.disable();
  const longest = (monitor.max / 1e6).toFixed(1);
  console.log(`      ${what}: ${ms.toFixed(0)} ms in all, thread held for at most ${longest} ms`);
  return result;
}

describe(`a list of ${String(total)} locks`, function () {
  this.timeout(60_000);
  let listing: LockListing;
  const listings = new LockListings(turn);
  const board = new LockBoard(systemClock, {
    freshForMs: 1,
    staleAfterMs: () => 1,
    isMine: () => false,
  });
  const branch = new LockListingBranch({
    listings,
    board,
    ownLocks: new MemoryOwnLocks(),
    staleAfterMs: () => 60_000,
  });
  const open = () => only(listings.all());

  it('comes in without holding the thread, and stays small', async () => {
    assert.ok(isMainThread);
    const pages = Array.from({ length: total / perPage }, (_, index) => index * perPage);
    const made = new Map(pages.map((start) => [String(start), pageAt(start)]));
    const lister = {
      // Each page in a task of its own, as messages of the network thread are.
      listPage: async (_: unknown, after = '0'): Promise<ListingPage> => {
        await turn();
        const page = made.get(after);
        made.delete(after);
        return page ?? { kind: 'failed', error: { reason: 'internal' } };
      },
    };
    const deps = {
      lister,
      clock: systemClock,
      random: () => 0,
      options: asked,
      turn,
      onProgress: () => undefined,
    };
    listing = await blocked('read and sorted', () => runListing(tableSource, deps, noSignal));
    await listings.show(listing);
    assert.deepEqual([listing.locks.length, listing.end.kind], [total, 'complete']);
    const bytes = JSON.stringify(listing.locks.slice(0, 1000)).length / 1000;
    console.log(`      about ${bytes.toFixed(0)} bytes of text for each lock`);
  });

  it('takes one page over from another thread at once', async () => {
    const page = pageAt(0);
    await blocked('a page cloned', () => structuredClone(page));
  });

  it('shows groups, and builds a group only when it is opened', async () => {
    const groups = await blocked('groups', () => {
      const [root] = branch.rows(Date.now());
      return root === undefined ? [] : (branch.children(root, Date.now()) ?? []);
    });
    // 200 rows at most side by side: 3 groups of groups.
    assert.deepEqual(
      groups.map(({ label }) => label),
      ['1–40,000', '40,001–80,000', '80,001–100,000'],
    );
    const inner = await blocked('the groups in a group', () =>
      groups[1] === undefined ? [] : (branch.children(groups[1], Date.now()) ?? []),
    );
    assert.equal(inner.length, 200);
    const [group] = inner;
    assert.equal(group?.label, '40,001–40,200');
    const rows = await blocked('a group', () => branch.children(group, Date.now()) ?? []);
    assert.equal(rows.length, 200);
    const last = open().shown.at(-1);
    assert.ok(last);
    const row = {
      ...group,
      listing: { kind: 'lock', source: tableSource.id, path: last.path } as const,
    };
    const details = await blocked('details of the last lock', () =>
      branch.children(row, Date.now()),
    );
    assert.ok(details?.some(({ description }) => description === last.info.id));
    await blocked('the mark that tells changes', () => branch.mark(Date.now()));
  });

  it('is filtered, changed and copied', async () => {
    await blocked('filtered', () => listings.setFilter(tableSource.id, 'CI-7'));
    assert.equal(open().shown.length, total / 50);
    await blocked('filter removed', () => listings.setFilter(tableSource.id, ''));
    const path = listing.locks[5000]?.path ?? '';
    await blocked('one lock removed', () => {
      listings.update(tableSource.id, path, undefined);
    });
    assert.equal(open().shown.length, total - 1);
    const json = await blocked('copied as JSON', () => listingJson(open(), turn));
    assert.equal((JSON.parse(json) as { locks: unknown[] }).locks.length, total - 1);
    const text = await blocked('copied as Markdown', () =>
      listingMarkdown(open(), Date.now(), turn),
    );
    assert.equal(text.trimEnd().split('\n').length, total - 1 + 4);
    console.log(`      the Markdown has ${(text.length / 1e6).toFixed(0)} MB`);
  });

  after(() => {
    listings.dispose();
    board.dispose();
  });
});
