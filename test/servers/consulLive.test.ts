import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StateRef } from '../../src/core/stateRef';
import { ConsulDouble } from '../support/consulDouble';
import { consulStateOf, TerraformAtConsul } from '../support/consulPeople';
import { only, until } from '../support/fakes';
import { LiveEditor } from '../support/liveEditor';
import { TcpSwitch } from '../support/tcpSwitch';

const path = 'tf/app';

/** The same state with sessions that live a tenth as long, to go with a double whose time is a tenth. */
const shortLived = (state: StateRef): StateRef => ({
  ...state,
  places: state.places.map((place) => ({
    ...place,
    lease: { name: 'session', ttlMs: 3000, graceMs: 1500 },
  })),
});

describe('a window with a state in Consul', function () {
  this.timeout(60_000);
  let double: ConsulDouble;
  let editors: LiveEditor[] = [];
  const open = (
    name: string,
    state: StateRef,
    options?: ConstructorParameters<typeof LiveEditor>[2],
  ): LiveEditor => {
    const editor = new LiveEditor(name, [state], options);
    editors.push(editor);
    return editor;
  };
  afterEach(async () => {
    editors.forEach((editor) => {
      editor.dispose();
    });
    editors = [];
    await double.stop();
  });

  it('shows what another client does within a second, without polling', async () => {
    double = await ConsulDouble.start();
    const editor = open('alice', consulStateOf({ path, address: double.address }));
    await editor.shows('free');
    await sleep(300);
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const before = performance.now();
      const holder = await TerraformAtConsul.takes(double.address, path);
      await editor.shows('held');
      times.push(performance.now() - before);
      const given = performance.now();
      await holder.givesBack();
      await editor.shows('free');
      times.push(performance.now() - given);
    }
    const slowest = Math.max(...times);
    console.log(
      `      ${String(times.length)} changes, the slowest shown after ${slowest.toFixed(0)} ms`,
    );
    assert.ok(slowest < 1000, String(slowest));
  });

  it('asks fewer than 20 times in an idle hour, and is sure of it all the time', async () => {
    const speed = 240;
    double = await ConsulDouble.start();
    const editor = open('alice', consulStateOf({ path, address: double.address }), { speed });
    await editor.shows('free');
    await sleep(3_600_000 / speed);
    const count = double.requests.length;
    console.log(`      ${String(count)} requests in an idle hour (${String(speed)} times as fast)`);
    assert.ok(count < 20, String(count));
    assert.deepEqual(editor.shown, ['unknown', 'free']);
  });

  it('shows the state free once the session of a killed holder has ended', async () => {
    // Sessions of 15 s end after 1.5 to 3 s here.
    double = await ConsulDouble.start({ timeShare: 0.1, ttlFactor: 2 });
    const editor = open('alice', consulStateOf({ path, address: double.address }));
    await TerraformAtConsul.takes(double.address, path);
    await editor.shows('held');
    const killed = performance.now();
    await editor.shows('free');
    const seconds = (performance.now() - killed) / 100;
    console.log(
      `      free ${seconds.toFixed(1)} s after the last sign of life (time to live 15 s, at most twice that)`,
    );
    assert.ok(seconds <= 31, String(seconds));
  });

  it('never shows free what was not confirmed, when the server ends in mid-watch and comes back', async () => {
    double = await ConsulDouble.start();
    const holder = await TerraformAtConsul.takes(double.address, path);
    const editor = open('alice', consulStateOf({ path, address: double.address }));
    await editor.shows('held');
    await sleep(200);
    await double.shutDown();
    await editor.shows('unknown');
    await double.restart();
    await editor.poller.refresh({ userStarted: true });
    await editor.shows('held');
    await double.shutDown();
    await editor.shows('unknown');
    await double.restart();
    await holder.givesBack();
    assert.ok(!editor.shown.includes('free'), editor.shown.join());
    await editor.poller.refresh({ userStarted: true });
    await editor.shows('free');
    console.log(`      shown: ${editor.shown.join(', ')}`);
  });

  it('keeps its lock for as long as it lives, and no longer than its session after that', async () => {
    double = await ConsulDouble.start({ timeShare: 0.1, ttlFactor: 1 });
    const state = shortLived(consulStateOf({ path, address: double.address }));
    const editor = open('alice', state);
    await editor.shows('free');
    assert.equal(await editor.acquire(), 'done');
    await sleep(7000);
    assert.equal(editor.kind(), 'mine');
    assert.deepEqual(editor.events, []);
    // The window closes.
    editor.dispose();
    const closed = performance.now();
    const other = open('bob', state);
    await until(() => other.kind() === 'free', 'the lock ends');
    let outcome = await other.acquire();
    while (outcome !== 'done') {
      await sleep(100);
      outcome = await other.acquire();
    }
    const seconds = (performance.now() - closed) / 100;
    console.log(
      `      taken by another ${seconds.toFixed(0)} s after the window closed (time to live 30 s, lock-delay 15 s)`,
    );
    assert.ok(seconds <= 50, String(seconds));
  });

  it('tells its holder of a lost network before anybody else can have the lock', async () => {
    double = await ConsulDouble.start({ timeShare: 0.1, ttlFactor: 1 });
    const way = await TcpSwitch.before(`http://${double.address}`);
    const through = way.endpoint.replace('http://', '');
    const state = shortLived(consulStateOf({ path, address: through }));
    const direct = consulStateOf({ path, address: double.address });
    const holder = open('alice', state, { timeoutMs: 1000 });
    const other = open('bob', direct);
    await holder.shows('free');
    assert.equal(await holder.acquire(), 'done');
    await other.shows('held');
    way.silence();
    const lost = performance.now();
    let toldAt: number | undefined;
    holder.keeper.onDidChange(({ kind }) => {
      if (kind === 'atRisk') toldAt ??= performance.now();
    });
    for (;;) {
      if ((await other.acquire()) === 'done') break;
      await sleep(50);
    }
    const takenAt = performance.now();
    assert.ok(toldAt !== undefined && toldAt < takenAt, 'told in time');
    const seconds = (from: number): string => ((from - lost) / 100).toFixed(1);
    console.log(
      `      told after ${seconds(toldAt)} s, taken by another after ${seconds(takenAt)} s`,
    );
    const [risk] = holder.events;
    assert.ok(risk?.safeUntil !== undefined);
    assert.equal(only(other.states).path, path);
    await way.stop();
  });
});
