import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  consulClient,
  consulPlaceOf,
  consulStateOf,
  terraformHolds,
} from '../../../support/consulBlocks';
import { WatchingEditor } from '../../../support/consulEditor';
import { background, noSignal } from '../../../support/awsBlocks';
import { until } from '../../../support/fakes';
import { TestConsul } from '../../../support/testConsul';

const hour = 3_600_000;
/** So much faster than real time goes the idle hour. */
const compression = 400;

describe('watching Consul', function () {
  this.timeout(30_000);
  let consul: TestConsul;
  let editor: WatchingEditor | undefined;
  beforeEach(async () => (consul = await TestConsul.start()));
  afterEach(async () => {
    editor?.dispose();
    editor = undefined;
    await consul.stop();
  });

  const watching = (): boolean => consul.requests.some(({ query }) => query.has('index'));

  it('shows within a second what another program does, and polls nothing', async () => {
    const state = consulStateOf(consul);
    const { board } = (editor = new WatchingEditor([state]));
    const shown = editor;
    await until(watching, 'the lock is watched');
    assert.equal(shown.kindOf(state), 'free');
    const timed = async (kind: string): Promise<number> => {
      const started = performance.now();
      await until(() => shown.kindOf(state) === kind, `the lock is ${kind}`);
      return performance.now() - started;
    };
    const before = consul.requests.length;
    const holder = await terraformHolds(consul);
    const taken = await timed('held');
    await holder.giveBack();
    const given = await timed('free');
    console.log(
      `      taken seen after ${taken.toFixed(0)} ms, given back after ${given.toFixed(0)} ms`,
    );
    assert.ok(taken < 1000 && given < 1000);
    assert.ok(consul.requests.length - before < 30, String(consul.requests.length - before));
    assert.equal(board.views().length, 1);
  });

  it('names a holder whose record comes late', async () => {
    const client = consulClient();
    const place = consulPlaceOf(consul);
    const info = Buffer.from(JSON.stringify({ ID: 'later', Who: 'alice@vm' }));
    const session = consul.store.createSession({
      ...{ name: 'Consul API Lock', ttl: '', ttlMs: 0 },
      ...{ lockDelayMs: 0, behavior: 'release', checks: [] },
    });
    const flags = 3304740253564472344n;
    consul.store.lock('tf/app/.lock', session, { value: Buffer.alloc(0), flags });
    const options = { ...background, maxWaitMs: 300 };
    const [first] = await client.readMany([place], options, noSignal);
    assert.ok(first?.ok === true && first.record?.problem === 'missing', JSON.stringify(first));
    const text = info.toString().replace('later', session);
    consul.store.set('tf/app/.lockinfo', { value: Buffer.from(text), flags: 0n });
    const answer = await client.awaitChange([place], options, noSignal);
    assert.ok(answer.kind === 'readings', JSON.stringify(answer));
    const [reading] = answer.readings;
    assert.ok(reading?.ok === true && reading.record?.info.who === 'alice@vm');
  });

  it('asks fewer than 20 times in an idle hour', async () => {
    const state = consulStateOf(consul);
    editor = new WatchingEditor([state], compression);
    await until(watching, 'the lock is watched');
    const before = consul.requests.length;
    await sleep(hour / compression);
    const asked = consul.requests.length - before;
    console.log(
      `      ${String(asked)} requests in an idle hour (time ${String(compression)} times as fast)`,
    );
    assert.ok(asked >= 10 && asked < 20, String(asked));
    assert.equal(editor.kindOf(state), 'free');
  });

  it('shows nothing as free that was not confirmed, while the server is away and after', async () => {
    const state = consulStateOf(consul);
    const shown = (editor = new WatchingEditor([state]));
    await until(watching, 'the lock is watched');
    assert.equal(shown.kindOf(state), 'free');
    const kinds: string[] = [];
    shown.board.onDidChange(() => kinds.push(shown.kindOf(state)));
    await consul.close();
    // While nobody can see it, somebody takes the lock.
    const session = consul.store.createSession({
      ...{ name: 'Consul API Lock', ttl: '', ttlMs: 0 },
      ...{ lockDelayMs: 0, behavior: 'release', checks: [] },
    });
    const write = { value: Buffer.alloc(0), flags: 3304740253564472344n };
    consul.store.lock('tf/app/.lock', session, write);
    await until(() => shown.kindOf(state) !== 'free', 'it is not shown as free any more');
    await consul.listen();
    await until(() => shown.kindOf(state) === 'held', 'the new holder is shown');
    assert.ok(!kinds.includes('free'), kinds.join(', '));
  }).timeout(60_000);

  it('goes on after the cluster was restored and its indices began anew', async () => {
    const state = consulStateOf(consul);
    const holder = await terraformHolds(consul);
    const shown = (editor = new WatchingEditor([state]));
    await until(watching, 'the lock is watched');
    consul.store.resetIndex();
    await sleep(100);
    const before = consul.requests.length;
    await holder.giveBack();
    await until(() => shown.kindOf(state) === 'free', 'the end of the lock is shown');
    assert.ok(consul.requests.length - before < 30);
  });

  it('is not a loop where writes nearby wake it all the time', async () => {
    editor = new WatchingEditor([consulStateOf(consul)]);
    await until(watching, 'the lock is watched');
    const before = consul.requests.length;
    for (let count = 0; count < 100; count++) {
      consul.store.set('tf/other', { value: Buffer.alloc(0), flags: 0n });
      await sleep(15);
    }
    assert.ok(consul.requests.length - before < 15, String(consul.requests.length - before));
  });

  it('is left to polling where there are more states than an agent should keep open requests for', async () => {
    const places = Array.from({ length: 33 }, (_, index) =>
      consulPlaceOf(consul, `p/${String(index)}`),
    );
    const options = { ...background, maxWaitMs: 1000 };
    const answer = await consulClient().awaitChange(places, options, noSignal);
    assert.deepEqual(answer, { kind: 'unsupported' });
    assert.equal(consul.requests.length, 0);
  });
});

describe('reading many locks in Consul', () => {
  it('takes one request for 32 states', async () => {
    const consul = await TestConsul.start();
    try {
      const places = Array.from({ length: 100 }, (_, index) =>
        consulPlaceOf(consul, `p/${String(index)}`),
      );
      const holder = await terraformHolds(consul, 'p/77');
      const before = consul.requests.length;
      const readings = await consulClient().readMany(places, background, noSignal);
      const held = readings.flatMap((one, index) => (one.ok && one.record ? [index] : []));
      assert.deepEqual(held, [77]);
      assert.ok(readings.every(({ ok }) => ok));
      assert.equal(consul.count(/PUT txn/), 4);
      // And one for the session of the holder.
      assert.equal(consul.requests.length - before, 5);
      await holder.giveBack();
    } finally {
      await consul.stop();
    }
  });
});
