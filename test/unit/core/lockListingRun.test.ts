import assert from 'node:assert/strict';
import type { LockError } from '../../../src/core/lockError';
import type { ListingPage } from '../../../src/core/lockListing';
import {
  runListing,
  type ListingProgress,
  type LockListing,
} from '../../../src/core/lockListingRun';
import { asked } from '../../support/awsBlocks';
import { FakeClock, settled } from '../../support/fakes';
import { listedOf, PagedLister, pageOf, tableSource, turn } from '../../support/lockLists';

const throttled: ListingPage = { kind: 'failed', error: { reason: 'throttled' } };

function start(lister: PagedLister, controller = new AbortController()) {
  const clock = new FakeClock();
  const progress: ListingProgress[] = [];
  const deps = {
    lister,
    clock,
    random: () => 1,
    options: asked,
    turn,
    onProgress: (step: ListingProgress) => progress.push(step),
  };
  const done = runListing(tableSource, deps, controller.signal);
  return { clock, progress, done, controller };
}

const paths = ({ locks }: LockListing): string[] => locks.map(({ path }) => path);
const endOf = ({ end }: LockListing): LockError['reason'] | 'complete' =>
  end.kind === 'complete' ? 'complete' : end.error.reason;

describe('listing all locks of a source', () => {
  it('asks page after page from where the one before ended, and orders what it found', async () => {
    const lister = new PagedLister([pageOf(['b/2', 'b/1'], 'x'), pageOf([], 'y'), pageOf(['a/1'])]);
    const { done, progress } = start(lister);
    const listing = await done;
    assert.deepEqual(lister.asked, [undefined, 'x', 'y']);
    assert.deepEqual(paths(listing), ['a/1', 'b/1', 'b/2']);
    assert.deepEqual([endOf(listing), listing.scanned, listing.readUnits], ['complete', 30, 6]);
    assert.deepEqual(progress, [
      { scanned: 10, locks: 2 },
      { scanned: 20, locks: 2 },
      { scanned: 30, locks: 3 },
    ]);
  });

  it('lists a path once, as it was read last', async () => {
    const again = { ...listedOf('b/1', { who: 'bob@build-08' }) };
    const last: ListingPage = { kind: 'page', locks: [again], scanned: 1 };
    const { done } = start(new PagedLister([pageOf(['b/1'], 'x'), last]));
    const listing = await done;
    assert.deepEqual(
      listing.locks.map(({ info }) => info.who),
      ['bob@build-08'],
    );
  });

  it('calls the list partial after an error, and keeps what came before', async () => {
    const error: LockError = { reason: 'denied', action: 'dynamodb:Scan' };
    const { done } = start(new PagedLister([pageOf(['b/1'], 'x'), { kind: 'failed', error }]));
    const listing = await done;
    assert.deepEqual(paths(listing), ['b/1']);
    assert.deepEqual(listing.end, { kind: 'partial', error });
  });

  it('calls it partial when the lister itself fails', async () => {
    const broken = (): Promise<ListingPage> => Promise.reject(new Error('thread died'));
    const listing = await start(new PagedLister([pageOf(['b/1'], 'x'), broken])).done;
    assert.deepEqual([paths(listing), endOf(listing)], [['b/1'], 'internal']);
  });

  it('stops between pages when cancelled: partial, and nothing more is asked', async () => {
    const controller = new AbortController();
    const first = (): Promise<ListingPage> => {
      controller.abort();
      return Promise.resolve(pageOf(['b/1'], 'x'));
    };
    const lister = new PagedLister([first]);
    const listing = await start(lister, controller).done;
    assert.deepEqual([paths(listing), endOf(listing)], [['b/1'], 'cancelled']);
    assert.equal(lister.asked.length, 1);
  });

  it('asks a throttled page again after growing pauses, and says that it waits', async () => {
    const lister = new PagedLister([pageOf(['b/1'], 'x'), throttled, throttled, pageOf(['b/2'])]);
    const { clock, done, progress } = start(lister);
    await settled();
    assert.deepEqual(clock.delays, [1000]);
    await clock.advance(1000);
    assert.deepEqual(clock.delays, [2000]);
    await clock.advance(2000);
    const listing = await done;
    assert.deepEqual([paths(listing), endOf(listing)], [['b/1', 'b/2'], 'complete']);
    assert.deepEqual(lister.asked, [undefined, 'x', 'x', 'x']);
    assert.deepEqual(
      progress.map(({ waitingMs }) => waitingMs),
      [undefined, 1000, 2000, undefined],
    );
    assert.deepEqual(clock.delays, []);
  });

  it('gives up on a source that only throttles: partial, never complete', async () => {
    const lister = new PagedLister(Array.from({ length: 7 }, () => throttled));
    const { clock, done } = start(lister);
    await clock.advance(10 * 60_000);
    assert.equal(endOf(await done), 'throttled');
    assert.equal(lister.asked.length, 7);
  });

  it('can be cancelled while it waits', async () => {
    const { clock, done, controller } = start(new PagedLister([throttled]));
    await settled();
    controller.abort();
    assert.equal(endOf(await done), 'cancelled');
    assert.deepEqual(clock.delays, []);
  });

  it('does not follow pages that lead in a circle', async () => {
    const listing = await start(new PagedLister([pageOf([], 'x'), pageOf([], 'x')])).done;
    assert.equal(endOf(listing), 'malformed');
  });
});
