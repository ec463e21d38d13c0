import assert from 'node:assert/strict';
import { lockFlags } from '../../../../src/backends/consul/consulJson';
import { ConsulLockClient } from '../../../../src/backends/consul/consulLockClient';
import type { LockReading } from '../../../../src/core/lockPlace';
import { hostOf, noSignal } from '../../../support/awsBlocks';
import { ConsulDouble } from '../../../support/consulDouble';
import type { ConsulFault } from '../../../support/consulRecorder';
import { consulStateOf, TerraformAtConsul } from '../../../support/consulPeople';
import { only } from '../../../support/fakes';
import { takeLock } from '../../../support/lockClientContract';

const options = { userStarted: true, timeoutMs: 3000 };
const path = 'tf/app';
const [lockKey, infoKey] = [`${path}/.lock`, `${path}/.lockinfo`];

describe('locks in Consul where something is refused, lost or late', function () {
  this.timeout(20_000);
  let double: ConsulDouble;
  beforeEach(async () => (double = await ConsulDouble.start()));
  afterEach(() => double.stop());

  const clientOf = () => {
    const state = consulStateOf({ path, address: double.address });
    const holdAsOther = (): Promise<never> => Promise.reject(new Error('not asked for'));
    return {
      client: new ConsulLockClient(hostOf()),
      place: only(state.places),
      statePath: state.path,
      holdAsOther,
      stop: () => undefined,
    };
  };
  type One = ReturnType<typeof clientOf>;
  const readOne = async ({ client, place }: One): Promise<LockReading> =>
    only(await client.readMany([place], options, noSignal));
  const nothingIsLeft = (): void => {
    assert.deepEqual(double.store.under(path), []);
  };
  /** What happens to the `count`th transaction: the first reads, the second writes. */
  const withTransaction = (count: number, kind: 'dropped' | 'lostAnswer'): void => {
    let seen = 0;
    double.intercept = ({ path: asked }): ConsulFault | undefined =>
      asked === 'txn' && ++seen === count ? { kind } : undefined;
  };

  for (const knowsGetOrEmpty of [true, false]) {
    const version = knowsGetOrEmpty ? 'a present Consul' : 'a Consul before 1.14';
    it(`are unknown and not free where the lock's key is hidden, with ${version}`, async () => {
      double.knowsGetOrEmpty = knowsGetOrEmpty;
      double.rule = (_what, key) => key !== lockKey;
      const reading = await readOne(clientOf());
      assert.ok(!reading.ok, JSON.stringify(reading));
      assert.equal(reading.error.reason, 'denied');
      assert.equal(reading.error.action, 'key:read');
    });

    it(`are read, taken and given back with ${version}`, async () => {
      double.knowsGetOrEmpty = knowsGetOrEmpty;
      const one = clientOf();
      const free = await readOne(one);
      assert.ok(free.ok && free.record === undefined && free.leftover === undefined);
      const taken = await takeLock(one);
      assert.ok(taken.kind === 'acquired', JSON.stringify(taken));
      const read = await readOne(one);
      assert.ok(read.ok && read.record?.guard === taken.record.guard);
      assert.deepEqual(await one.client.release(one.place, read.record, options, noSignal), {
        kind: 'released',
      });
      nothingIsLeft();
    });
  }

  it('are held where only the record is hidden', async () => {
    await TerraformAtConsul.takes(double.address, path);
    double.rule = (_what, key) => key !== infoKey;
    const reading = await readOne(clientOf());
    assert.ok(reading.ok && reading.record?.problem === 'missing', JSON.stringify(reading));
  });

  it('name the key and the permission where they may not be written', async () => {
    double.rule = (what) => what === 'read';
    const outcome = await takeLock(clientOf());
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'denied');
    assert.equal(outcome.error.action, 'key:write');
    assert.match(outcome.error.resource ?? '', /tf\/app\/\.lock/);
    assert.match(outcome.error.help ?? '', /CONSUL_HTTP_TOKEN/);
    nothingIsLeft();
  });

  it('go on with transactions after one was refused', async () => {
    const one = clientOf();
    await readOne(one);
    double.rule = (what) => what === 'read';
    await takeLock(one);
    double.rule = () => true;
    const before = double.count(({ path: asked }) => asked.startsWith('kv/'));
    await readOne(one);
    assert.equal(
      double.count(({ path: asked }) => asked.startsWith('kv/')),
      before,
    );
  });

  it('are known to be taken where the answer was lost', async () => {
    withTransaction(2, 'lostAnswer');
    const one = clientOf();
    const outcome = await takeLock(one);
    assert.ok(outcome.kind === 'acquired', JSON.stringify(outcome));
    const reading = await readOne(one);
    assert.ok(reading.ok && reading.record?.guard === outcome.record.guard);
  });

  it('are known not to be taken where the request was lost, and no session stays', async () => {
    withTransaction(2, 'dropped');
    const outcome = await takeLock(clientOf());
    assert.ok(outcome.kind === 'failed', JSON.stringify(outcome));
    assert.equal(outcome.error.reason, 'network');
    nothingIsLeft();
    assert.equal(
      double.count(({ path: asked }) => asked.startsWith('session/destroy')),
      1,
    );
  });

  it('are not known to be given back where the answer was lost, until somebody looks', async () => {
    const one = clientOf();
    const taken = await takeLock(one);
    assert.ok(taken.kind === 'acquired');
    withTransaction(1, 'lostAnswer');
    const release = () => one.client.release(one.place, taken.record, options, noSignal);
    const outcome = await release();
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'uncertain');
    assert.deepEqual(await release(), { kind: 'gone' });
  });

  it('get the name of their holder where the record comes late, while they are watched', async () => {
    const session = double.store.createSession({
      ...{ name: 'Consul API Lock', ttlMs: 0, lockDelayMs: 0 },
      behavior: 'release',
    });
    double.store.lock(lockKey, Buffer.alloc(0), BigInt(lockFlags), session.id);
    const one = clientOf();
    const first = await readOne(one);
    assert.ok(first.ok && first.record?.problem === 'missing', JSON.stringify(first));
    double.store.set(infoKey, Buffer.from(`{"ID":"${session.id}","Who":"alice@vm"}`), 0n);
    const watch = { ...options, maxWaitMs: 300 };
    const answer = await one.client.awaitChange([one.place], watch, noSignal);
    assert.ok(answer.kind === 'readings', JSON.stringify(answer));
    const reading = only(answer.readings);
    assert.ok(reading.ok && reading.record?.info.who === 'alice@vm', JSON.stringify(reading));
  });

  it('are unknown while the cluster has no leader', async () => {
    double.fault = 'fail';
    const reading = await readOne(clientOf());
    assert.ok(!reading.ok && reading.error.reason === 'network');
    assert.match(reading.error.help ?? '', /no leader/);
  });
});
