import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaseTtlSeconds } from '../../src/backends/etcdv3/etcdLockPlace';
import type { StateRef } from '../../src/core/stateRef';
import { etcdStateOf, terraformTakes } from '../support/etcdPeople';
import { EtcdServer, findEtcd } from '../support/etcdServer';
import { LiveEditor } from '../support/liveEditor';
import { skipTest } from '../support/mochaRun';
import { TcpSwitch } from '../support/tcpSwitch';

const prefix = 'tf/';

describe('a window with a state in etcd', function () {
  this.timeout(120_000);
  let server: EtcdServer;
  let editors: LiveEditor[] = [];
  before(function () {
    if (!findEtcd()) skipTest(this, 'there is no etcd on PATH (Debian: etcd-server, etcd-client)');
  });
  beforeEach(async () => {
    server = await EtcdServer.start();
  });
  afterEach(async () => {
    editors.forEach((editor) => {
      editor.dispose();
    });
    editors = [];
    await server.stop();
  });

  const stateOf = (endpoint = server.endpoint): StateRef =>
    etcdStateOf({ endpoints: [endpoint], prefix });
  const open = (
    name: string,
    state: StateRef,
    options?: ConstructorParameters<typeof LiveEditor>[2],
  ): LiveEditor => {
    const editor = new LiveEditor(name, [state], options);
    editors.push(editor);
    return editor;
  };

  it('shows what another client does within a second, without polling', async () => {
    const state = stateOf();
    const editor = open('alice', state);
    await editor.shows('free');
    await sleep(500);
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const holder = await server.lock(state.key);
      const taken = performance.now();
      await editor.shows('held');
      times.push(performance.now() - taken);
      const given = performance.now();
      await holder.giveBack();
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
    const before = await requestsOf(server);
    const editor = open('alice', stateOf(), { speed });
    await editor.shows('free');
    await sleep(3_600_000 / speed);
    const count = (await requestsOf(server)) - before;
    console.log(`      ${String(count)} requests in an idle hour (${String(speed)} times as fast)`);
    assert.ok(count < 20, String(count));
    assert.deepEqual(editor.shown, ['unknown', 'free']);
  });

  it('shows the state free once the lease of a killed holder has ended', async () => {
    const state = stateOf();
    const holder = await terraformTakes(server, state.key, { ttlSeconds: 3 });
    const editor = open('alice', state);
    await editor.shows('held');
    const killed = performance.now();
    await holder.kill();
    await editor.shows('free');
    const seconds = (performance.now() - killed) / 1000;
    console.log(`      free ${seconds.toFixed(1)} s after the holder was killed (lease of 3 s)`);
    // etcd looks for ended leases twice a second.
    assert.ok(seconds < 5, String(seconds));
  });

  it('never shows free what was not confirmed, when the server ends in mid-watch and comes back', async () => {
    const state = stateOf();
    await terraformTakes(server, state.key, { ttlSeconds: 600 });
    const editor = open('alice', state);
    await editor.shows('held');
    await sleep(300);
    await server.kill();
    await editor.shows('unknown');
    await server.launch();
    await editor.poller.refresh({ userStarted: true });
    await editor.shows('held');
    assert.ok(!editor.shown.includes('free'), editor.shown.join());
    console.log(`      shown: ${editor.shown.join(', ')}`);
  });

  it('notices a network that lets nothing through, though no connection ends', async () => {
    const way = await TcpSwitch.before(server.endpoint);
    try {
      const editor = open('alice', stateOf(way.endpoint), { timeoutMs: 2000 });
      await editor.shows('free');
      await sleep(300);
      way.silence();
      const silent = performance.now();
      while (editor.kind() === 'free' && performance.now() - silent < 30_000) await sleep(100);
      const seconds = (performance.now() - silent) / 1000;
      console.log(`      unknown ${seconds.toFixed(0)} s after the network fell silent`);
      assert.equal(editor.kind(), 'unknown');
    } finally {
      await way.stop();
    }
  });

  it('tells its holder of a lost network before anybody else can have the lock', async () => {
    const way = await TcpSwitch.before(server.endpoint);
    try {
      const holder = open('alice', stateOf(way.endpoint), { timeoutMs: 2000 });
      const other = open('bob', stateOf());
      await holder.shows('free');
      assert.equal(await holder.acquire(), 'done');
      await other.shows('held');
      let toldAt: number | undefined;
      holder.keeper.onDidChange(({ kind }) => {
        if (kind === 'atRisk') toldAt ??= performance.now();
      });
      way.silence();
      const lost = performance.now();
      while ((await other.acquire()) !== 'done') await sleep(100);
      const takenAt = performance.now();
      assert.ok(toldAt !== undefined && toldAt < takenAt, 'told in time');
      const seconds = (from: number): string => ((from - lost) / 1000).toFixed(1);
      console.log(
        `      told after ${seconds(toldAt)} s, taken by another after ${seconds(takenAt)} s (lease of ${String(leaseTtlSeconds)} s)`,
      );
    } finally {
      await way.stop();
    }
  });
});

/** Requests that the server has begun to handle, by its own count; watches are streams that stay open. */
async function requestsOf(server: EtcdServer): Promise<number> {
  const metrics = await (await fetch(`${server.endpoint}/metrics`)).text();
  return [
    ...metrics.matchAll(/^grpc_server_started_total\{.*grpc_service="etcdserverpb.*\} (\d+)/gm),
  ]
    .map(([, count]) => Number(count))
    .reduce((sum, count) => sum + count, 0);
}
