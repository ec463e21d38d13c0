import assert from 'node:assert/strict';
import { ConsulLockClient } from '../../../../src/backends/consul/consulLockClient';
import { lockFlags } from '../../../../src/backends/consul/consulJson';
import type { LockReading } from '../../../../src/core/lockPlace';
import { hostOf, noSignal } from '../../../support/awsBlocks';
import { ConsulDouble } from '../../../support/consulDouble';
import { consulStateOf, TerraformAtConsul } from '../../../support/consulPeople';
import { only } from '../../../support/fakes';
import { lockClientContract, takeLock } from '../../../support/lockClientContract';

const options = { userStarted: true, timeoutMs: 3000 };
const path = 'tf/app';
const flags = BigInt(lockFlags);

lockClientContract('Consul', async () => {
  const double = await ConsulDouble.start();
  const state = consulStateOf({ path, address: double.address });
  return {
    client: new ConsulLockClient(hostOf()),
    place: only(state.places),
    statePath: state.path,
    holdAsOther: async () => {
      const holder = await TerraformAtConsul.takes(double.address, path);
      return { lockId: holder.session, giveBack: () => holder.givesBack() };
    },
    holdUnreadably: () => {
      const session = double.store.createSession({
        name: 'x',
        ttlMs: 0,
        lockDelayMs: 0,
        behavior: 'release',
      });
      double.store.lock(`${path}/.lock`, Buffer.alloc(0), flags, session.id);
      double.store.set(`${path}/.lockinfo`, Buffer.from('not JSON'), 0n);
      return Promise.resolve();
    },
    deny: () => {
      double.token = 'somebody else’s';
    },
    stall: () => {
      double.fault = 'stall';
    },
    shutDown: () => double.kill(),
    stop: () => double.stop(),
  };
});

describe('locks in Consul', function () {
  this.timeout(20_000);
  let double: ConsulDouble;
  beforeEach(async () => (double = await ConsulDouble.start()));
  afterEach(() => double.stop());

  const clientOf = (attributes: Readonly<Record<string, unknown>> = {}) => {
    const state = consulStateOf({ path, address: double.address, ...attributes });
    return {
      client: new ConsulLockClient(hostOf()),
      place: only(state.places),
      statePath: state.path,
    };
  };
  const readOne = async (one = clientOf()): Promise<LockReading> =>
    only(await one.client.readMany([one.place], options, noSignal));

  it('are held exactly while the key has a session, and tell that it is alive, where and for how long', async () => {
    const holder = await TerraformAtConsul.takes(double.address, path);
    const reading = await readOne();
    assert.ok(reading.ok && reading.record?.liveness);
    const { liveness, info } = reading.record;
    assert.deepEqual([liveness.kind, liveness.by], ['alive', 'Consul session']);
    assert.equal(info.id, holder.session);
    const facts = new Map(liveness.facts.map(({ label, value }) => [label, value]));
    assert.equal(facts.get('Node'), 'node-1');
    assert.equal(facts.get('Time to live'), '15s');
    assert.equal(facts.get('Checks'), 'serfHealth');
    assert.match(facts.get('If it is unlocked') ?? '', /Terraform .* takes the lock again at once/);
  });

  it('that a crashed holder left behind are no locks, and are cleaned up only while nobody holds the lock', async () => {
    const holder = await TerraformAtConsul.takes(double.address, path);
    double.store.endSession(holder.session);
    const one = clientOf();
    const reading = await readOne(one);
    assert.ok(reading.ok && reading.record === undefined && reading.leftover);
    assert.equal(reading.leftover.info.who, 'alice@build-07');
    assert.equal(reading.leftover.liveness?.kind, 'gone');
    const { leftover } = reading;
    // Somebody takes the lock in between: not touched.
    const session = double.store.createSession({
      name: 'y',
      ttlMs: 0,
      lockDelayMs: 0,
      behavior: 'release',
    });
    double.store.delete(`${path}/.lock`);
    double.store.set(`${path}/.lock`, Buffer.alloc(0), flags, session.id);
    const refused = await one.client.release(one.place, leftover, options, noSignal);
    assert.equal(refused.kind, 'changed');
    assert.ok(double.store.get(`${path}/.lockinfo`));
    double.store.endSession(session.id);
    const again = await readOne(one);
    assert.ok(again.ok && again.leftover);
    const done = await one.client.release(one.place, again.leftover, options, noSignal);
    assert.deepEqual(done, { kind: 'released' });
    assert.deepEqual(double.store.under(path), []);
  });

  it('with flags that a JavaScript number cannot hold are told apart from keys of another use', async () => {
    assert.notEqual(String(Number(lockFlags)), lockFlags);
    double.store.set(`${path}/.lock`, Buffer.alloc(0), flags + 1n);
    const reading = await readOne();
    assert.ok(!reading.ok && reading.error.reason === 'blocked', JSON.stringify(reading));
    const refused = await takeLock({ ...clientOf(), holdAsOther: never, stop: () => undefined });
    assert.ok(refused.kind === 'failed' && refused.error.reason === 'blocked');
  });

  it('of 60 states are read with two requests, and 100 of them never wait for one another', async () => {
    const states = Array.from({ length: 60 }, (_each, index) =>
      consulStateOf({ path: `tf/${String(index)}`, address: double.address }),
    );
    await TerraformAtConsul.takes(double.address, 'tf/7');
    const before = double.count(({ path: asked }) => asked === 'txn');
    const client = new ConsulLockClient(hostOf());
    const places = states.map(({ places: own }) => only(own));
    const readings = await client.readMany(places, options, noSignal);
    assert.equal(double.count(({ path: asked }) => asked === 'txn') - before, 2);
    const held = readings.flatMap((reading, index) =>
      reading.ok && reading.record ? [index] : [],
    );
    assert.deepEqual(held, [7]);
  });

  it('of 20 states are watched together, and nobody is warned of a leak', async () => {
    const places = Array.from({ length: 20 }, (_each, index) =>
      only(consulStateOf({ path: `tf/${String(index)}`, address: double.address }).places),
    );
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', note);
    const client = new ConsulLockClient(hostOf());
    await client.readMany(places, options, noSignal);
    const { signal } = new AbortController();
    const answer = await client.awaitChange(places, { ...options, maxWaitMs: 300 }, signal);
    assert.equal(answer.kind, 'readings');
    // Warnings come in a turn of their own.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    assert.deepEqual(warnings, []);
  });

  it('that a token may not see are never free', async () => {
    double.token = 'right';
    const denied = await readOne(clientOf({ access_token: 'wrong' }));
    assert.ok(!denied.ok && denied.error.reason === 'denied', JSON.stringify(denied));
    assert.equal(denied.error.action, 'key:read');
    const allowed = await readOne(clientOf({ access_token: 'right' }));
    assert.ok(allowed.ok && allowed.record === undefined);
  });

  it('leave no session behind where the lock was refused', async () => {
    const holder = await TerraformAtConsul.takes(double.address, path);
    const outcome = await takeLock({ ...clientOf(), holdAsOther: never, stop: () => undefined });
    assert.equal(outcome.kind, 'held');
    const destroyed = double.requests.filter(({ path: asked }) =>
      asked.startsWith('session/destroy'),
    );
    assert.equal(destroyed.length, 1);
    assert.notEqual(only(destroyed).path, `session/destroy/${holder.session}`);
  });

  it('are taken with one transaction, and nothing is written before or after it', async () => {
    const one = clientOf();
    const outcome = await takeLock({ ...one, holdAsOther: never, stop: () => undefined });
    assert.equal(outcome.kind, 'acquired');
    const writes = double.requests.filter(
      ({ method, path: asked }) => method === 'PUT' && !asked.startsWith('session/'),
    );
    // One read of what is there, and one write.
    assert.deepEqual(
      writes.map(({ path: asked }) => asked),
      ['txn', 'txn'],
    );
    assert.equal(double.store.get(`${path}/.lock`)?.flags, flags);
  });

  it('of ours vanish whole when their session ends, and stay closed for the lock-delay', async () => {
    const one = clientOf();
    const outcome = await takeLock({ ...one, holdAsOther: never, stop: () => undefined });
    assert.equal(outcome.kind, 'acquired');
    double.store.endSession(outcome.record.info.id);
    assert.deepEqual(double.store.under(path), []);
    assert.equal(
      (await one.client.renew(one.place, outcome.record, options, noSignal)).kind,
      'lost',
    );
    const next = await takeLock({ ...one, holdAsOther: never, stop: () => undefined });
    assert.ok(next.kind === 'failed' && next.error.reason === 'busy', JSON.stringify(next));
    assert.match(next.error.help ?? '', /lock-delay/);
  });
});

function never(): Promise<never> {
  return Promise.reject(new Error('not asked for in this test'));
}
