import assert from 'node:assert/strict';
import type { LockClient } from '../../src/backends/backend';
import type { AcquireOutcome } from '../../src/core/lockGateway';
import { formatCreated, type LockInfo } from '../../src/core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../../src/core/lockPlace';

/** A backend's client at a real server (or the best double there is), with one place that nobody holds. */
export interface ClientUnderTest {
  readonly client: LockClient;
  readonly place: LockPlace;
  /** What a record is written with as its `Path`. */
  readonly statePath: string;
  /** What is read as `Path`, where the backend has its own. */
  readonly recordPath?: RegExp;
  /** Another program of the backend's own kind takes the lock; answers with its lock ID. */
  holdAsOther(): Promise<{ readonly lockId: string; giveBack(): Promise<void> }>;
  /** A lock is there whose record nobody can read; missing where the store cannot hold one (see `lacks`). */
  holdUnreadably?(): Promise<void>;
  /** From now on the service refuses to show locks; missing where it knows no permissions. */
  deny?(): void | Promise<void>;
  /** From now on the service takes requests and answers none; missing where there is no service. */
  stall?(): void | Promise<void>;
  /** From now on nothing listens; missing where there is no service. */
  shutDown?(): void | Promise<void>;
  /** Ends everything. */
  stop(): void | Promise<void>;
}

const quick = { userStarted: true, timeoutMs: 400 };
const patient = { userStarted: true, timeoutMs: 5000 };
const signal = new AbortController().signal;
let ids = 0;

/** Prepares and acquires as the lock service does. */
export async function takeLock(
  { client, place, statePath }: ClientUnderTest,
  reason = 'contract',
  options = patient,
): Promise<AcquireOutcome> {
  const prepared = await client.prepare?.(place, options, signal);
  if (prepared?.kind === 'failed') return prepared;
  const info: LockInfo = {
    id: prepared?.lockId ?? `contract-${String(process.pid)}-${String(++ids)}`,
    operation: 'manual lock',
    info: reason,
    who: 'alice@test',
    version: '0.0.0',
    created: formatCreated(Date.now()),
    path: statePath,
  };
  return client.acquire(place, info, options, signal);
}

async function taken(test: ClientUnderTest, reason?: string): Promise<LockRecord> {
  const outcome = await takeLock(test, reason);
  assert.equal(outcome.kind, 'acquired', JSON.stringify(outcome));
  return outcome.record;
}

async function readOne(test: ClientUnderTest, options = patient): Promise<LockReading> {
  const [reading, ...more] = await test.client.readMany([test.place], options, signal);
  assert.ok(reading);
  assert.equal(more.length, 0);
  return reading;
}

async function held(test: ClientUnderTest): Promise<LockRecord> {
  const reading = await readOne(test);
  assert.ok(reading.ok && reading.record, JSON.stringify(reading));
  return reading.record;
}

async function isFree(test: ClientUnderTest): Promise<void> {
  const reading = await readOne(test);
  assert.ok(reading.ok && reading.record === undefined, JSON.stringify(reading));
}

/** What a backend may not have: then nothing can be asked of it. */
type Lack = 'unreadable records' | 'permissions' | 'a service' | 'a way to break a lock';

/** What every backend's client must do, told in the words of `LockGateway`. */
export function lockClientContract(
  name: string,
  start: () => Promise<ClientUnderTest>,
  lacks: readonly Lack[] = [],
): void {
  const itWith = (what: Lack): typeof it | (() => void) =>
    lacks.includes(what) ? () => undefined : it;
  describe(`the contract of lock clients, kept by ${name}`, function () {
    this.timeout(30_000);
    let test: ClientUnderTest;
    beforeEach(async () => (test = await start()));
    afterEach(() => test.stop());
    const release = (record: LockRecord, options = patient) =>
      test.client.release(test.place, record, options, signal);

    it('reads a place without a lock as free', () => isFree(test));

    it('shows the holder that another program recorded', async () => {
      const other = await test.holdAsOther();
      const record = await held(test);
      assert.equal(record.info.id, other.lockId);
      assert.equal(record.problem, undefined);
      assert.notEqual(record.info.who, '');
      await other.giveBack();
      await isFree(test);
    });

    it('answers one reading per place, in their order, each place as often as it is asked for', async () => {
      const record = await taken(test);
      const readings = await test.client.readMany([test.place, test.place], patient, signal);
      assert.equal(readings.length, 2);
      for (const reading of readings) {
        assert.ok(reading.ok);
        assert.equal(reading.record?.guard, record.guard);
      }
      assert.deepEqual(await test.client.readMany([], patient, signal), []);
    });

    it('acquires with the reason, reads the same record again and releases it', async () => {
      const record = await taken(test, 'moving <DNS> & "more"');
      const read = await held(test);
      assert.equal(read.guard, record.guard);
      assert.equal(read.info.id, record.info.id);
      assert.equal(read.info.info, 'moving <DNS> & "more"');
      assert.equal(read.info.who, 'alice@test');
      if (test.recordPath === undefined) assert.equal(read.info.path, test.statePath);
      else assert.match(read.info.path, test.recordPath);
      assert.deepEqual(await release(record), { kind: 'released' });
      await isFree(test);
    });

    it('is refused while another holds the lock, changes nothing and names the holder', async () => {
      const other = await test.holdAsOther();
      const before = await held(test);
      const outcome = await takeLock(test);
      assert.equal(outcome.kind, 'held', JSON.stringify(outcome));
      assert.equal(outcome.record?.info.id, other.lockId);
      assert.equal((await held(test)).guard, before.guard);
      await other.giveBack();
    });

    it('lets one of many win who ask at the same moment', async () => {
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => takeLock(test)));
      const won = outcomes.filter(({ kind }) => kind === 'acquired');
      assert.equal(won.length, 1, JSON.stringify(outcomes));
      const refused = outcomes.filter(
        (outcome) =>
          outcome.kind === 'held' || (outcome.kind === 'failed' && outcome.error.reason === 'busy'),
      );
      assert.equal(refused.length, 7, JSON.stringify(outcomes));
    });

    itWith('a way to break a lock')(
      'breaks the lock of another that is still as it was shown',
      async () => {
        await test.holdAsOther();
        assert.deepEqual(await release(await held(test)), { kind: 'released' });
        await isFree(test);
      },
    );

    it('refuses a record that is not the present one, and deletes nothing', async () => {
      const first = await taken(test, 'first');
      await release(first);
      const second = await taken(test, 'second');
      const outcome = await release(first);
      assert.equal(outcome.kind, 'changed', JSON.stringify(outcome));
      assert.equal(outcome.record?.info.id, second.info.id);
      assert.equal((await held(test)).guard, second.guard);
    });

    it('lets one of many release the same lock; the others find it gone', async () => {
      const record = await taken(test);
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => release(record)));
      assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), [
        'gone',
        'gone',
        'gone',
        'released',
      ]);
      assert.deepEqual(await release(record), { kind: 'gone' });
    });

    it('sends no write once it is cancelled', async () => {
      const record = await taken(test);
      const cancelled = AbortSignal.abort();
      const outcome = await test.client.release(test.place, record, patient, cancelled);
      assert.equal(outcome.kind, 'failed', JSON.stringify(outcome));
      assert.equal((await held(test)).guard, record.guard);
    });

    itWith('unreadable records')(
      'shows a lock whose record cannot be read as a lock, and breaks exactly that',
      async () => {
        await (test.holdUnreadably ?? missing)();
        const record = await held(test);
        assert.notEqual(record.problem, undefined);
        assert.equal((await takeLock(test)).kind, 'held');
        assert.deepEqual(await release(record), { kind: 'released' });
        await isFree(test);
      },
    );

    itWith('permissions')(
      'says what is refused where it may not read, and never that the lock is free',
      async () => {
        await (test.deny ?? missing)();
        const reading = await readOne(test);
        assert.ok(!reading.ok, JSON.stringify(reading));
        // Who is nobody has to sign in; who is somebody is refused.
        assert.ok(['denied', 'signedOut'].includes(reading.error.reason), reading.error.reason);
        assert.notEqual(reading.error.action ?? reading.error.help, undefined);
      },
    );

    itWith('a service')('gives up in time where the service does not answer', async () => {
      const record = await taken(test);
      await (test.stall ?? missing)();
      const started = performance.now();
      const reading = await readOne(test, quick);
      assert.ok(!reading.ok, JSON.stringify(reading));
      assert.equal(reading.error.reason, 'timeout');
      const write = await release(record, quick);
      // It may have arrived, unless there was not even a connection any more.
      assert.ok(write.kind === 'failed', write.kind);
      assert.ok(['uncertain', 'timeout', 'network'].includes(write.error.reason));
      assert.ok(performance.now() - started < 6 * quick.timeoutMs);
    });

    itWith('a service')('knows that nothing happened where nothing listens', async () => {
      const record = await taken(test);
      await (test.shutDown ?? missing)();
      const reading = await readOne(test);
      assert.ok(!reading.ok);
      assert.equal(reading.error.reason, 'network');
      const write = await release(record);
      assert.ok(write.kind === 'failed' && write.error.reason === 'network', JSON.stringify(write));
    });
  });
}

function missing(): never {
  throw new Error(
    'This backend does not say that it lacks this, and the test has no way to do it.',
  );
}
