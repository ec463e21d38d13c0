import assert from 'node:assert/strict';
import { asked, noSignal } from '../../../support/awsBlocks';
import { consulClient, consulPlaceOf, terraformHolds } from '../../../support/consulBlocks';
import { takeLock, type ClientUnderTest } from '../../../support/lockClientContract';
import { TestConsul } from '../../../support/testConsul';

const lockFlags = 3304740253564472344n;
const nothing = Buffer.alloc(0);

describe('writing locks in Consul', () => {
  let consul: TestConsul;
  let test: ClientUnderTest;
  beforeEach(async () => {
    consul = await TestConsul.start();
    test = {
      client: consulClient(),
      place: consulPlaceOf(consul),
      statePath: 'tf/app',
      holdAsOther: () => terraformHolds(consul),
      stop: () => consul.stop(),
    };
  });
  afterEach(() => consul.stop());

  const read = async () => {
    const [reading] = await test.client.readMany([test.place], asked, noSignal);
    assert.ok(reading?.ok, JSON.stringify(reading));
    return reading;
  };
  const keys = (): readonly string[] => consul.store.under('tf/app/').map(({ key }) => key);

  it('are bytes that terraform would write, in one transaction', async () => {
    const outcome = await takeLock(test, 'a <b> & c');
    assert.ok(outcome.kind === 'acquired');
    const info = consul.store.get('tf/app/.lockinfo');
    const { id, created } = outcome.record.info;
    assert.equal(
      info?.value.toString(),
      `{"ID":"${id}","Operation":"manual lock","Info":"a \\u003cb\\u003e \\u0026 c","Who":"alice@test",` +
        `"Version":"0.0.0","Created":"${created}","Path":"tf/app"}`,
    );
    const lock = consul.store.get('tf/app/.lock');
    assert.equal(lock?.flags, lockFlags);
    assert.equal(lock.session, id);
    const writers = new Set(consul.store.changes.map(({ by }) => by));
    assert.equal(writers.size, 1);
  });

  it('leave no session behind when they are refused', async () => {
    await terraformHolds(consul);
    assert.equal((await takeLock(test)).kind, 'held');
    assert.deepEqual(
      consul.store.allSessions().map(({ name }) => name),
      ['Consul API Lock'],
    );
  });

  it('end the own session with the lock, and never that of another', async () => {
    const own = await takeLock(test);
    assert.ok(own.kind === 'acquired');
    await test.client.release(test.place, own.record, asked, noSignal);
    assert.deepEqual([consul.store.allSessions(), keys()], [[], []]);
    const { lockId } = await terraformHolds(consul);
    const { record } = await read();
    assert.ok(record);
    const broken = await test.client.release(test.place, record, asked, noSignal);
    assert.equal(broken.kind, 'released');
    assert.deepEqual(keys(), []);
    assert.notEqual(consul.store.session(lockId), undefined);
  });

  it('clean up what was left behind, but only while nobody holds the lock', async () => {
    const text = '{"ID":"old","Operation":"OperationTypeApply","Who":"alice@vm"}';
    consul.store.set('tf/app/.lockinfo', { value: Buffer.from(text), flags: 0n });
    const first = await read();
    assert.equal(first.record, undefined);
    assert.equal(first.leftover?.info.who, 'alice@vm');
    assert.equal(first.leftover.liveness?.kind, 'gone');
    const { lockId, giveBack } = await terraformHolds(consul);
    const late = await test.client.release(test.place, first.leftover, asked, noSignal);
    assert.equal(late.kind, 'changed');
    assert.equal((await read()).record?.info.id, lockId);
    await giveBack();
    consul.store.set('tf/app/.lockinfo', { value: Buffer.from(text), flags: 0n });
    const { leftover } = await read();
    assert.ok(leftover);
    assert.deepEqual(await test.client.release(test.place, leftover, asked, noSignal), {
      kind: 'released',
    });
    assert.deepEqual(keys(), []);
  });

  it('take a lock where something was left behind', async () => {
    consul.store.set('tf/app/.lockinfo', { value: Buffer.from('{"ID":"old"}'), flags: 0n });
    consul.store.set('tf/app/.lock', { value: nothing, flags: lockFlags });
    const outcome = await takeLock(test);
    assert.ok(outcome.kind === 'acquired', JSON.stringify(outcome));
    assert.equal((await read()).record?.guard, outcome.record.guard);
  });

  it('refuse a key that something else than a lock uses, and never call it free', async () => {
    // Nearly the flags of a lock: as JSON numbers they would be equal.
    consul.store.set('tf/app/.lock', { value: nothing, flags: lockFlags + 1n });
    const [reading] = await test.client.readMany([test.place], asked, noSignal);
    assert.ok(reading?.ok === false && reading.error.reason === 'blocked');
    const outcome = await takeLock(test);
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'blocked');
    assert.equal(consul.store.allSessions().length, 0);
  });

  const isWrite = (body: Buffer): boolean => /"(lock|delete-cas)"/.test(body.toString());

  it('know that the lock was taken although the answer was lost', async () => {
    consul.fault = ({ body }) => (isWrite(body) ? { kind: 'lostAnswer' } : undefined);
    const outcome = await takeLock(test);
    assert.ok(outcome.kind === 'acquired', JSON.stringify(outcome));
    assert.equal((await read()).record?.guard, outcome.record.guard);
  });

  it('know that it was not taken where the request never arrived, and keep nothing', async () => {
    consul.fault = ({ body }) => (isWrite(body) ? { kind: 'dropped' } : undefined);
    const outcome = await takeLock(test);
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'network');
    assert.deepEqual([consul.store.allSessions(), keys()], [[], []]);
  });

  it('say that they do not know where the answer to a release was lost', async () => {
    const own = await takeLock(test);
    assert.ok(own.kind === 'acquired');
    consul.fault = ({ body }) => (isWrite(body) ? { kind: 'lostAnswer' } : undefined);
    const outcome = await test.client.release(test.place, own.record, asked, noSignal);
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'uncertain');
    consul.fault = () => undefined;
    assert.deepEqual(await test.client.release(test.place, own.record, asked, noSignal), {
      kind: 'gone',
    });
  });

  it('name what is missing where access rules allow reading only', async () => {
    consul.acl = (_token, action) => action.endsWith(':read');
    const outcome = await takeLock(test);
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'denied');
    assert.equal(outcome.error.action, 'session:write');
    consul.acl = (_token, action) => action !== 'key:write';
    const second = await takeLock(test);
    assert.ok(second.kind === 'failed' && second.error.reason === 'denied');
    assert.equal(second.error.action, 'key:write');
    assert.match(second.error.resource ?? '', /tf\/app\/\.lock/);
    assert.equal(consul.store.allSessions().length, 0);
  });

  it('are held, with the facts of the session unknown, where sessions may not be read', async () => {
    await terraformHolds(consul);
    consul.acl = (_token, action) => action === 'key:read';
    const { record } = await read();
    assert.equal(record?.liveness?.kind, 'alive');
    assert.ok(!record.liveness.facts.some(({ label }) => label === 'Node'));
  });

  it('are unknown, not free, where the rules hide the key of the lock', async () => {
    for (const knowsGetOrEmpty of [true, false]) {
      consul.knowsGetOrEmpty = knowsGetOrEmpty;
      consul.acl = (_token, _action, name) => !name.endsWith('.lock');
      const [reading] = await test.client.readMany([test.place], asked, noSignal);
      assert.ok(reading?.ok === false && reading.error.reason === 'denied');
    }
  });

  it('call an unknown token what it is', async () => {
    consul.acl = () => 'unknown';
    const [reading] = await test.client.readMany([test.place], asked, noSignal);
    assert.ok(reading?.ok === false && reading.error.reason === 'badCredentials');
    assert.match(reading.error.help ?? '', /access_token/);
  });

  it('wait out a cluster without a leader as unknown', async () => {
    consul.fault = () => ({ kind: 'answer', status: 500, text: 'No cluster leader' });
    const [reading] = await test.client.readMany([test.place], asked, noSignal);
    assert.ok(reading?.ok === false && reading.error.reason === 'network');
    assert.match(reading.error.help ?? '', /no leader/);
  });
});
