import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdLockClient } from '../../src/backends/etcdv3/etcdLockClient';
import { lockInfoKey } from '../../src/backends/etcdv3/etcdKeys';
import type { LockReading } from '../../src/core/lockPlace';
import type { StateRef } from '../../src/core/stateRef';
import { noSignal } from '../support/awsBlocks';
import { etcdStateOf, terraformTakes } from '../support/etcdPeople';
import { EtcdServer, findEtcd } from '../support/etcdServer';
import { only } from '../support/fakes';
import { lockClientContract, takeLock } from '../support/lockClientContract';
import { skipTest } from '../support/mochaRun';
import { TcpSwitch } from '../support/tcpSwitch';
import { createTempFolder } from '../support/tempFolder';
import { testCertificate } from '../support/testCertificate';

const options = { userStarted: true, timeoutMs: 3000 };
const prefix = 'tf/';
const missing = 'there is no etcd on PATH (Debian: etcd-server, etcd-client)';

if (findEtcd()) {
  lockClientContract('etcd', async () => {
    const server = await EtcdServer.start();
    const way = await TcpSwitch.before(server.endpoint);
    const state = etcdStateOf({ endpoints: [way.endpoint], prefix });
    return {
      client: new EtcdLockClient(),
      place: only(state.places),
      statePath: state.path,
      recordPath: /^tf\/default\/[0-9a-f]+$/,
      holdAsOther: async () => {
        const holder = await terraformTakes(server, state.key);
        return { lockId: holder.lockId, giveBack: () => holder.giveBack() };
      },
      holdUnreadably: async () => {
        await server.lock(state.key);
        await server.ctl('put', lockInfoKey(state.key), 'not JSON');
      },
      deny: async () => {
        await server.ctl('user', 'add', 'root:secret');
        await server.ctl('user', 'grant-role', 'root', 'root');
        await server.ctl('auth', 'enable');
      },
      stall: () => {
        way.silence();
      },
      shutDown: () => {
        way.cut();
      },
      stop: async () => {
        await way.stop();
        await server.stop();
      },
    };
  });
}

describe('locks in etcd', function () {
  this.timeout(30_000);
  let server: EtcdServer;
  before(async function () {
    if (!findEtcd()) return skipTest(this, missing);
    server = await EtcdServer.start();
  });
  after(async () => {
    await (server as EtcdServer | undefined)?.stop();
  });

  let names = 0;
  const fresh = (
    attributes: Readonly<Record<string, unknown>> = {},
    workspace?: string,
  ): StateRef =>
    etcdStateOf(
      { endpoints: [server.endpoint], prefix: `${prefix}${String(++names)}/`, ...attributes },
      workspace,
    );
  const clientOf = (state: StateRef) => ({
    client: new EtcdLockClient(),
    place: only(state.places),
    statePath: state.path,
    holdAsOther: never,
    stop: () => undefined,
  });
  const readOne = async (one: ReturnType<typeof clientOf>): Promise<LockReading> =>
    only(await one.client.readMany([one.place], options, noSignal));

  it('tell whose lease keeps them and how long it still lasts', async () => {
    const state = fresh();
    const holder = await terraformTakes(server, state.key, { ttlSeconds: 40 });
    const reading = await readOne(clientOf(state));
    assert.ok(reading.ok && reading.record?.liveness);
    const { liveness, info } = reading.record;
    assert.deepEqual([liveness.kind, liveness.by], ['alive', 'etcd lease']);
    assert.ok((liveness.endsInMs ?? 0) > 20_000 && (liveness.endsInMs ?? 0) <= 41_000);
    assert.equal(info.path, holder.key);
    await holder.giveBack();
  });

  it('that a killed holder left behind are no locks, and are cleaned up only while nobody holds the lock', async () => {
    const state = fresh();
    const holder = await terraformTakes(server, state.key, { ttlSeconds: 2 });
    await holder.kill();
    const one = clientOf(state);
    let reading = await readOne(one);
    while (reading.ok && reading.record !== undefined) {
      await sleep(200);
      reading = await readOne(one);
    }
    assert.ok(reading.ok && reading.leftover, JSON.stringify(reading));
    assert.equal(reading.leftover.info.who, 'alice@build-07');
    const { leftover } = reading;
    // Somebody takes the lock in between: neither it nor its record is touched.
    const next = await server.lock(state.key);
    const refused = await one.client.release(one.place, leftover, options, noSignal);
    assert.notEqual(refused.kind, 'released');
    assert.match(await server.ctl('get', lockInfoKey(state.key)), /alice@build-07/);
    await next.giveBack();
    const again = await readOne(one);
    assert.ok(again.ok && again.leftover);
    const done = await one.client.release(one.place, again.leftover, options, noSignal);
    assert.deepEqual(done, { kind: 'released' });
    assert.equal(await server.ctl('get', '--prefix', state.key), '');
  });

  it('are not taken while somebody waits for them, and keep out who waits by the library', async () => {
    const state = fresh();
    const one = clientOf(state);
    const outcome = await takeLock(one);
    assert.equal(outcome.kind, 'acquired', JSON.stringify(outcome));
    // `etcdctl lock` stands in line behind our key, and gets the lock when it is given back.
    const waiter = server.contend(state.key);
    const had: string[] = [];
    waiter.stdout.on('data', (chunk: Buffer) => had.push(chunk.toString()));
    await sleep(1000);
    assert.deepEqual(had, []);
    const held = await readOne(one);
    assert.ok(held.ok && held.record?.guard === outcome.record.guard, JSON.stringify(held));
    assert.deepEqual(await one.client.release(one.place, held.record, options, noSignal), {
      kind: 'released',
    });
    for (let turn = 0; turn < 50 && had.length === 0; turn++) await sleep(100);
    assert.ok(had.join('').startsWith(`${state.key}/`), had.join(''));
    assert.equal((await takeLock(one)).kind, 'held');
    waiter.kill('SIGINT');
  });

  it('leave nothing behind where they were refused', async () => {
    const state = fresh();
    const holder = await terraformTakes(server, state.key);
    const before = await server.ctl('lease', 'list');
    assert.equal((await takeLock(clientOf(state))).kind, 'held');
    assert.equal(await server.ctl('lease', 'list'), before);
    await holder.giveBack();
  });

  it('of ours vanish whole when their lease ends', async () => {
    const state = fresh();
    const one = clientOf(state);
    const outcome = await takeLock(one);
    assert.equal(outcome.kind, 'acquired');
    const lease = outcome.record.info.path.split('/').at(-1) ?? '';
    assert.equal(
      (await one.client.renew(one.place, outcome.record, options, noSignal)).kind,
      'renewed',
    );
    await server.ctl('lease', 'revoke', lease);
    assert.equal(await server.ctl('get', '--prefix', state.key), '');
    assert.equal(
      (await one.client.renew(one.place, outcome.record, options, noSignal)).kind,
      'lost',
    );
  });

  it('are those of the workspace, literally default where none is selected', async () => {
    const shared = `${prefix}ws/`;
    const states = ['default', 'dev'].map((workspace) => fresh({ prefix: shared }, workspace));
    assert.deepEqual(
      states.map(({ key }) => key),
      [`${shared}default`, `${shared}dev`],
    );
    const [, dev] = states;
    assert.ok(dev);
    const holder = await terraformTakes(server, dev.key);
    const client = new EtcdLockClient();
    const places = states.map((state) => only(state.places));
    const readings = await client.readMany(places, options, noSignal);
    assert.deepEqual(
      readings.map((reading) => reading.ok && reading.record !== undefined),
      [false, true],
    );
    await holder.giveBack();
  });
});

describe('etcd with users and certificates', function () {
  this.timeout(30_000);
  const temp = createTempFolder('etcd');
  const file = (name: string, text: string): string => {
    const target = path.join(temp.path, name);
    writeFileSync(target, text, { mode: 0o600 });
    return target;
  };
  after(() => temp.remove());

  const read = async (attributes: Readonly<Record<string, unknown>>): Promise<LockReading> => {
    const state = etcdStateOf({ prefix, ...attributes });
    return only(await new EtcdLockClient().readMany(state.places, options, noSignal));
  };

  it('takes a user and a password, and says which of them is wrong or what they may not do', async function () {
    if (!findEtcd()) return skipTest(this, missing);
    const server = await EtcdServer.start();
    try {
      await server.ctl('user', 'add', 'root:secret');
      await server.ctl('user', 'grant-role', 'root', 'root');
      await server.ctl('role', 'add', 'reader');
      await server.ctl('role', 'grant-permission', 'reader', 'read', '--prefix=true', prefix);
      await server.ctl('user', 'add', 'alice:right');
      await server.ctl('user', 'grant-role', 'alice', 'reader');
      await server.ctl('auth', 'enable');
      const endpoints = [server.endpoint];
      const nobody = await read({ endpoints });
      assert.ok(!nobody.ok, JSON.stringify(nobody));
      assert.equal(nobody.error.reason, 'signedOut');
      const wrong = await read({ endpoints, username: 'alice', password: 'wrong' });
      assert.ok(!wrong.ok && wrong.error.reason === 'badCredentials', JSON.stringify(wrong));
      assert.doesNotMatch(JSON.stringify(wrong.error), /"wrong"/);
      const right = await read({ endpoints, username: 'alice', password: 'right' });
      assert.ok(right.ok && right.record === undefined, JSON.stringify(right));
      const elsewhere = await read({
        endpoints,
        username: 'alice',
        password: 'right',
        prefix: 'x/',
      });
      assert.ok(!elsewhere.ok && elsewhere.error.reason === 'denied', JSON.stringify(elsewhere));
      const state = etcdStateOf({ endpoints, prefix, username: 'alice', password: 'right' });
      const taken = await takeLock({
        client: new EtcdLockClient(),
        place: only(state.places),
        statePath: state.path,
        holdAsOther: never,
        stop: () => undefined,
      });
      assert.ok(taken.kind === 'failed' && taken.error.reason === 'denied', JSON.stringify(taken));
    } finally {
      await server.stop();
    }
  });

  it('is reached with TLS and a certificate of the client, and not without', async function () {
    if (!findEtcd()) return skipTest(this, missing);
    const cert = file('cert.pem', testCertificate.cert);
    const key = file('key.pem', testCertificate.key);
    const server = await EtcdServer.start({ tls: { cert, key, clientCa: cert } });
    try {
      const endpoints = [server.endpoint];
      const both = await read({ endpoints, cacert_path: cert, cert_path: cert, key_path: key });
      assert.ok(both.ok, JSON.stringify(both));
      const without = await read({ endpoints, cacert_path: cert });
      assert.ok(!without.ok, 'without a certificate of its own');
      const untrusted = await read({ endpoints });
      assert.ok(!untrusted.ok && untrusted.error.reason === 'network', JSON.stringify(untrusted));
    } finally {
      await server.stop();
    }
  });
});

function never(): Promise<never> {
  return Promise.reject(new Error('not asked for in this test'));
}
