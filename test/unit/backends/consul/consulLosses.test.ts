import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldKeeper, type HoldEvent } from '../../../../src/core/holdKeeper';
import { LockBoard } from '../../../../src/core/lockBoard';
import { consulBackend } from '../../../../src/backends/consul/consulBackend';
import { LocalGateway } from '../../../../src/backends/localGateway';
import { asked, blockOf, hostOf, noSignal } from '../../../support/awsBlocks';
import { consulClient, consulStateOf } from '../../../support/consulBlocks';
import { FakeClock, MemoryLog, only } from '../../../support/fakes';
import { takeLock, type ClientUnderTest } from '../../../support/lockClientContract';
import { TestConsul } from '../../../support/testConsul';

const second = 1000;

/** A client with a token of its own, by which the server can tell it. */
function clientOf(consul: TestConsul, token: string): ClientUnderTest {
  const place = only(consulStateOf(consul, 'tf/app', { access_token: token }).places);
  const holdAsOther = (): Promise<never> => Promise.reject(new Error('not used'));
  const stop = (): void => undefined;
  return { client: consulClient(), place, statePath: 'tf/app', holdAsOther, stop };
}

describe('a holder in Consul who is lost', function () {
  this.timeout(30_000);
  let clock: FakeClock;
  let consul: TestConsul;
  beforeEach(async () => {
    clock = new FakeClock();
    consul = await TestConsul.start(() => clock.now());
  });
  afterEach(() => consul.stop());

  it('leaves nothing behind, and nobody is kept out for longer than its time to live and lock-delay', async () => {
    const [alice, bob] = [clientOf(consul, 'alice'), clientOf(consul, 'bob')];
    const lease = alice.place.lease;
    assert.ok(lease);
    assert.equal((await takeLock(alice)).kind, 'acquired');
    const killedAt = clock.now();
    let freeAt: number | undefined;
    let outcome = await takeLock(bob);
    while (outcome.kind !== 'acquired' && clock.now() - killedAt < 120 * second) {
      await clock.advance(second);
      const [reading] = await bob.client.readMany([bob.place], asked, noSignal);
      assert.ok(reading?.ok);
      if (reading.record === undefined) {
        freeAt ??= clock.now();
        assert.equal(reading.leftover, undefined);
      }
      outcome = await takeLock(bob);
    }
    assert.ok(freeAt !== undefined && outcome.kind === 'acquired');
    const [ended, had] = [freeAt - killedAt, clock.now() - killedAt];
    console.log(
      `      session ended after ${String(ended / second)} s, taken by another after ${String(had / second)} s`,
    );
    assert.ok(ended <= lease.ttlMs + second);
    assert.ok(had > ended && had <= lease.ttlMs + lease.graceMs + second);
  });

  it('is told in time when the network drops: before anybody else can have the lock', async () => {
    const alice = clientOf(consul, 'alice');
    const bob = clientOf(consul, 'bob');
    const taken = await takeLock(alice);
    assert.ok(taken.kind === 'acquired');
    const state = consulStateOf(consul, 'tf/app', { access_token: 'alice' });
    const isMine = (): boolean => true;
    const board = new LockBoard(clock, { freshForMs: 1e9, staleAfterMs: () => 1e12, isMine });
    const block = blockOf({}, 'current', 'consul');
    board.setModules([{ dir: 'd', file: 'f', block, resolution: { kind: 'state', state } }]);
    board.record([
      { place: alice.place, reading: { ok: true, at: clock.now(), record: taken.record } },
    ]);
    const events: (HoldEvent & { readonly at: number })[] = [];
    const keeper = new HoldKeeper({
      clock,
      board,
      gateway: new LocalGateway([consulBackend], hostOf({})),
      log: new MemoryLog(),
      requestTimeoutMs: () => 10 * second,
      refresh: () => Promise.resolve(),
      isMine,
    });
    keeper.onDidChange((event) => events.push({ ...event, at: clock.now() }));
    const step = async (): Promise<void> => {
      await clock.advance(second);
      await sleep(10);
    };
    try {
      for (let passed = 0; passed < 90; passed++) await step();
      assert.equal(events.length, 0);
      assert.ok(consul.count(/PUT session\/renew/) >= 9);

      const droppedAt = clock.now();
      consul.fault = ({ token }) => (token === 'alice' ? { kind: 'dropped' } : undefined);
      let outcome = await takeLock(bob);
      while (outcome.kind !== 'acquired' && clock.now() - droppedAt < 120 * second) {
        await step();
        outcome = await takeLock(bob);
      }
      assert.equal(outcome.kind, 'acquired');
      const hadAt = clock.now();
      const [risk] = events;
      assert.equal(risk?.kind, 'atRisk');
      console.log(
        `      network dropped; told after ${String((risk.at - droppedAt) / second)} s, ` +
          `taken by another after ${String((hadAt - droppedAt) / second)} s`,
      );
      assert.ok(risk.safeUntil !== undefined && risk.at < risk.safeUntil);
      assert.ok(risk.safeUntil <= hadAt, 'nobody had it before that');

      consul.fault = () => undefined;
      for (let passed = 0; passed < 15; passed++) await step();
      assert.equal(events.at(-1)?.kind, 'lost');
    } finally {
      keeper.dispose();
    }
  });
});
