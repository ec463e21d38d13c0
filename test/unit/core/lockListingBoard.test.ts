import assert from 'node:assert/strict';
import { LockListings } from '../../../src/core/lockListingBoard';
import { filterInTurns, mapInTurns, sortInTurns } from '../../../src/core/lockListingTurns';
import { listedOf, listingOf, tableSource, turn } from '../../support/lockLists';

const { id } = tableSource;
const locks = [
  listedOf('bucket/apps/web', { who: 'alice@build-07' }),
  listedOf('bucket/network', { who: 'Bob@build-08' }),
  listedOf('other/network', { who: 'alice@build-07' }),
];

function boardOf() {
  const board = new LockListings(turn);
  let changes = 0;
  board.onDidChange(() => (changes += 1));
  const shown = (): string[] | undefined => board.get(id)?.shown.map(({ path }) => path);
  return { board, shown, changes: () => changes };
}

describe('the open lists', () => {
  for (const [filter, expected] of [
    ['', ['bucket/apps/web', 'bucket/network', 'other/network']],
    ['network', ['bucket/network', 'other/network']],
    [' BOB@ ', ['bucket/network']],
    ['apply', []],
  ] as const) {
    it(`filter by holder or path: "${filter}"`, async () => {
      const { board, shown } = boardOf();
      await board.show(listingOf(locks));
      await board.setFilter(id, filter);
      assert.deepEqual(shown(), expected);
      assert.equal(board.get(id)?.listing.locks.length, 3);
    });
  }

  it('keep their filter when they are read again', async () => {
    const { board, shown } = boardOf();
    await board.show(listingOf(locks));
    await board.setFilter(id, 'alice');
    await board.show(listingOf([...locks, listedOf('zone/dns', { who: 'eve@build-09' })]));
    assert.deepEqual(shown(), ['bucket/apps/web', 'other/network']);
  });

  it('follow what became of one lock', async () => {
    const { board, shown } = boardOf();
    await board.show(listingOf(locks));
    board.update(id, 'bucket/network', listedOf('bucket/network', { who: 'eve@build-09' }));
    assert.equal(board.get(id)?.shown[1]?.info.who, 'eve@build-09');
    board.update(id, 'bucket/network', undefined);
    assert.deepEqual(shown(), ['bucket/apps/web', 'other/network']);
    assert.equal(board.get(id)?.listing.locks.length, 2);
  });

  it('do not bring back a lock that went while they were filtered', async () => {
    const { board, shown } = boardOf();
    await board.show(listingOf(locks));
    const filtering = board.setFilter(id, 'network');
    board.update(id, 'bucket/network', undefined);
    await filtering;
    assert.deepEqual(shown(), ['other/network']);
  });

  it('stay closed when they are closed while filtered, and say each change once', async () => {
    const { board, changes } = boardOf();
    await board.show(listingOf(locks));
    const filtering = board.setFilter(id, 'network');
    board.close(id);
    board.close(id);
    await filtering;
    assert.deepEqual([board.all(), changes()], [[], 2]);
  });
});

describe('work in turns', () => {
  const numbers = Array.from({ length: 20_001 }, (_, index) => (index * 7919) % 20_011);

  it('sorts as sort does, and lets others run', async () => {
    let turns = 0;
    const counted = (): Promise<void> => {
      turns += 1;
      return turn();
    };
    const before = [...numbers];
    const sorted = await sortInTurns(numbers, (a, b) => a - b, counted);
    assert.deepEqual(
      sorted,
      [...numbers].sort((a, b) => a - b),
    );
    assert.deepEqual(numbers, before);
    assert.ok(turns > 20, String(turns));
  });

  it('keeps the order of equals', async () => {
    const sorted = await sortInTurns(numbers, (a, b) => (a % 3) - (b % 3), turn);
    assert.deepEqual(
      sorted,
      [...numbers].sort((a, b) => (a % 3) - (b % 3)),
    );
  });

  it('filters and maps as filter and map do', async () => {
    const odd = (value: number): boolean => value % 2 === 1;
    assert.deepEqual(await filterInTurns(numbers, odd, turn), numbers.filter(odd));
    const parts = await mapInTurns(numbers, (part, start) => [start, part.length], turn);
    assert.deepEqual(parts.at(-1), [19_968, 33]);
    assert.deepEqual(await sortInTurns([], () => 0, turn), []);
  });
});
