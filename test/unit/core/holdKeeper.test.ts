import assert from 'node:assert/strict';
import { HoldKeeper, type HoldEvent } from '../../../src/core/holdKeeper';
import { LockBoard } from '../../../src/core/lockBoard';
import type { RenewOutcome } from '../../../src/core/lockGateway';
import type { LockPlace } from '../../../src/core/lockPlace';
import {
  FakeClock,
  FakeGateway,
  MemoryLog,
  deferred,
  free,
  held,
  only,
  placeOf,
  recordOf,
  settled,
  stateOf,
} from '../../support/fakes';

const second = 1000;
const place: LockPlace = {
  ...placeOf('leased'),
  lease: { name: 'session', ttlMs: 30 * second, graceMs: 5 * second },
};
const state = stateOf('leased', [place]);
const block = { type: 'x', range: { start: 0, end: 0 }, attributes: [], parse: 'current' } as const;

function keeping(options: { readonly mine?: boolean } = {}) {
  const clock = new FakeClock();
  const gateway = new FakeGateway(clock);
  let mine = options.mine ?? true;
  const isMine = (): boolean => mine;
  const board = new LockBoard(clock, { freshForMs: 1e9, staleAfterMs: () => 1e9, isMine });
  board.setModules([{ dir: 'dir', file: 'file', block, resolution: { kind: 'state', state } }]);
  board.record([{ place, reading: held(clock.now(), recordOf()) }]);
  const events: HoldEvent[] = [];
  const keeper = new HoldKeeper({
    clock,
    board,
    gateway,
    log: new MemoryLog(),
    requestTimeoutMs: () => 10 * second,
    refresh: () => Promise.resolve(),
    isMine,
  });
  keeper.onDidChange((event) => events.push(event));
  const forget = (): void => {
    mine = false;
  };
  return { clock, gateway, board, keeper, events, forget };
}

describe('own locks that last only while they are renewed', () => {
  it('are renewed three times within their time to live', async () => {
    const { clock, gateway, events } = keeping();
    await clock.advance(30 * second);
    assert.deepEqual(gateway.writes, Array(4).fill('renew leased'));
    assert.deepEqual(events, []);
  });

  it('of others are never renewed', async () => {
    const { clock, gateway } = keeping({ mine: false });
    await clock.advance(60 * second);
    assert.deepEqual(gateway.writes, []);
  });

  it('tell their holder before anybody else can have the lock, even if no request ever ends', async () => {
    const { clock, gateway, events } = keeping();
    await settled();
    const renewedAt = clock.now();
    gateway.onRenew = () => deferred<RenewOutcome>().promise;
    await clock.advance(18 * second);
    const event = only(events);
    assert.equal(event.kind, 'atRisk');
    assert.ok(clock.now() < renewedAt + 30 * second, 'told in time');
    assert.equal(event.safeUntil, renewedAt + 35 * second);
  });

  it('are tried again when a renewal fails, and are safe once one succeeds', async () => {
    const { clock, gateway, events } = keeping();
    await settled();
    gateway.onRenew = () => Promise.resolve({ kind: 'failed', error: { reason: 'network' } });
    await clock.advance(20 * second);
    assert.deepEqual(
      events.map(({ kind, error }) => [kind, error?.reason]),
      [['atRisk', 'network']],
    );
    gateway.onRenew = () => Promise.resolve({ kind: 'renewed' });
    await clock.advance(5 * second);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['atRisk', 'safe'],
    );
  });

  it('are lost when their session has ended, and are not renewed any more', async () => {
    const { clock, gateway, events } = keeping();
    await settled();
    gateway.onRenew = () => Promise.resolve({ kind: 'lost' });
    await clock.advance(10 * second);
    assert.equal(only(events).kind, 'lost');
    const before = gateway.writes.length;
    await clock.advance(60 * second);
    assert.equal(gateway.writes.length, before);
  });

  it('are given back, not lost, where they were released meanwhile', async () => {
    const { clock, gateway, events, forget } = keeping();
    await settled();
    gateway.onRenew = () => {
      forget();
      return Promise.resolve({ kind: 'lost' });
    };
    await clock.advance(10 * second);
    assert.deepEqual(events, []);
  });

  it('are not renewed after they are gone from the board', async () => {
    const { clock, gateway, board } = keeping();
    await settled();
    board.record([{ place, reading: free(clock.now()) }]);
    const before = gateway.writes.length;
    await clock.advance(60 * second);
    assert.equal(gateway.writes.length, before);
  });
});
