import assert from 'node:assert/strict';
import { LockBoard } from '../../../src/core/lockBoard';
import { formatCreated } from '../../../src/core/lockInfo';
import { OwnLockWatch, type OwnLockEvent } from '../../../src/core/ownLockWatch';
import type { OwnLock } from '../../../src/core/ownLocks';
import {
  FakeClock,
  MemoryOwnLocks,
  failed,
  free,
  held,
  placeOf,
  recordOf,
  stateOf,
} from '../../support/fakes';

const second = 1000;
const minute = 60 * second;
const place = placeOf('own');
const state = stateOf('own', [place]);
const block = {
  type: 's3',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
} as const;

/** A window whose board shows an own lock, taken `ageMs` before the window opened. */
async function watching(options: { readonly ageMs?: number; readonly limitMs?: number } = {}) {
  const clock = new FakeClock();
  const ownLocks = new MemoryOwnLocks();
  const record = recordOf({ id: 'own-id', path: state.path });
  const board = new LockBoard(clock, {
    freshForMs: 1e9,
    staleAfterMs: () => 1e9,
    isMine: (lock) => ownLocks.has(lock.record.info.id, state.path),
  });
  const acting = { is: false };
  const events: OwnLockEvent[] = [];
  const watch = new OwnLockWatch({
    clock,
    board,
    ownLocks,
    isActing: () => acting.is,
    reload: () => Promise.resolve(),
    oldAfterMs: () => 60 * minute,
  });
  watch.onDidHappen((event) => events.push(event));
  const own: OwnLock = {
    lockId: 'own-id',
    path: state.path,
    takenAt: formatCreated(clock.now() - (options.ageMs ?? 0)),
    ...(options.limitMs === undefined
      ? {}
      : { until: formatCreated(clock.now() + options.limitMs) }),
  };
  await ownLocks.remember(own);
  board.setModules([{ dir: 'dir', file: 'file', block, resolution: { kind: 'state', state } }]);
  const shows = (record_?: ReturnType<typeof recordOf>): void => {
    const now = clock.now();
    board.record([{ place, reading: record_ === undefined ? free(now) : held(now, record_) }]);
  };
  shows(record);
  const kinds = (): string[] => events.map(({ kind }) => kind);
  return { clock, board, ownLocks, own, record, watch, events, kinds, acting, shows };
}

describe('own locks, for their holder', () => {
  it('that were just taken are nothing to speak of', async () => {
    const { clock, kinds } = await watching();
    await clock.advance(30 * minute);
    assert.deepEqual(kinds(), []);
  });

  it('that an earlier window took are told of once, when this one finds them', async () => {
    const { clock, kinds } = await watching({ ageMs: 20 * minute });
    await clock.advance(10 * minute);
    assert.deepEqual(kinds(), ['forgotten']);
  });

  it('are told of once when they are older than is usual', async () => {
    const { clock, kinds } = await watching();
    await clock.advance(3 * 60 * minute);
    assert.deepEqual(kinds(), ['old']);
  });

  it('with a time limit bring a warning before it, and then the end, each once', async () => {
    const { clock, kinds } = await watching({ limitMs: 60 * minute });
    await clock.advance(54 * minute);
    assert.deepEqual(kinds(), []);
    await clock.advance(2 * minute);
    assert.deepEqual(kinds(), ['dueSoon']);
    await clock.advance(10 * minute);
    assert.deepEqual(kinds(), ['dueSoon', 'due']);
  });

  it('warn late before a short time limit', async () => {
    const { clock, kinds } = await watching({ limitMs: 10 * minute });
    await clock.advance(7 * minute);
    assert.deepEqual(kinds(), []);
    await clock.advance(2 * minute);
    assert.deepEqual(kinds(), ['dueSoon']);
  });

  it('whose time limit passed while no window was open are due at once', async () => {
    const { kinds } = await watching({ ageMs: 60 * minute, limitMs: -5 * minute });
    assert.deepEqual(kinds(), ['due']);
  });

  it('get their warnings again with a new time limit', async () => {
    const { clock, ownLocks, own, kinds } = await watching({ limitMs: 60 * minute });
    await clock.advance(56 * minute);
    await ownLocks.remember({ ...own, until: formatCreated(clock.now() + 30 * minute) });
    await clock.advance(20 * minute);
    assert.deepEqual(kinds(), ['dueSoon']);
    await clock.advance(11 * minute);
    assert.deepEqual(kinds(), ['dueSoon', 'dueSoon', 'due']);
  });

  it('are due again where giving them back failed', async () => {
    const { clock, watch, own, kinds } = await watching({ limitMs: minute });
    await clock.advance(2 * minute);
    watch.retryDue(own);
    await clock.advance(minute);
    assert.deepEqual(kinds(), ['due', 'due']);
  });

  it('that are gone and were not given back were broken, and are forgotten', async () => {
    const { clock, ownLocks, events, kinds, shows } = await watching();
    shows(recordOf({ id: 'theirs', who: 'bob@ci' }));
    assert.deepEqual(kinds(), []);
    await clock.advance(6 * second);
    assert.deepEqual(kinds(), ['broken']);
    assert.equal(events[0]?.found[0]?.record.info.who, 'bob@ci');
    assert.equal(ownLocks.find('own-id'), undefined);
  });

  it('that were given back by this or another window were not broken', async () => {
    const { clock, ownLocks, kinds, shows } = await watching();
    shows();
    await ownLocks.forget('own-id');
    await clock.advance(minute);
    assert.deepEqual(kinds(), []);
  });

  it('that are being given back are not called broken however long that takes', async () => {
    const { clock, acting, ownLocks, kinds, shows } = await watching();
    acting.is = true;
    shows();
    await clock.advance(minute);
    await ownLocks.forget('own-id');
    acting.is = false;
    await clock.advance(minute);
    assert.deepEqual(kinds(), []);
  });

  it('are not called broken while nothing can be read', async () => {
    const { clock, board, kinds } = await watching();
    board.record([{ place, reading: failed(clock.now()) }]);
    await clock.advance(minute);
    assert.deepEqual(kinds(), []);
  });
});
