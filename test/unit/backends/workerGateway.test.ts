import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { defaultBackendSettings } from '../../../src/backends/backend';
import { WorkerGateway } from '../../../src/backends/workerGateway';
import {
  accessTo,
  asked,
  awsPlaceOf,
  background,
  blockOf,
  noSignal,
  withEnvironment,
} from '../../support/awsBlocks';
import { TestDynamoDb } from '../../support/awsDynalite';
import { always } from '../../support/awsFaults';
import { MemoryLog, infoOf, recordOf, until } from '../../support/fakes';

const workerFile = path.resolve('dist', 'backends', 'worker.mjs');

describe('the network thread, as it is built', () => {
  let db: TestDynamoDb;
  let log: MemoryLog;
  let gateway: WorkerGateway;
  let trusted = true;
  const open = (file = workerFile): WorkerGateway =>
    new WorkerGateway({
      workerFile: file,
      clock: { now: () => 42, after: () => ({ dispose: () => undefined }) },
      log,
      settings: defaultBackendSettings,
      isTrusted: () => trusted,
    });
  const place = (key = 'a') => awsPlaceOf(accessTo(db.endpoint), key);
  const read = async (options = background): Promise<string> => {
    const [reading] = await gateway.readMany([place()], options, noSignal);
    return reading === undefined ? 'nothing' : reading.ok ? 'read' : reading.error.reason;
  };
  /** Ends the thread as a crash would. */
  const crash = async (): Promise<void> => {
    await (Reflect.get(Reflect.get(gateway, 'thread') as object, 'worker') as Worker).terminate();
  };

  before(async () => {
    assert.ok(existsSync(workerFile), `${workerFile} is not built`);
    db = await TestDynamoDb.start();
    await db.createTable('locks');
  });
  after(() => db.stop());
  beforeEach(() => {
    db.reset();
    log = new MemoryLog();
    trusted = true;
    gateway = open();
  });
  afterEach(() => gateway.dispose());

  it('resolves blocks, reads, tells who we are, takes and gives back locks', async () => {
    const attributes = { bucket: 'bucket', key: 'a', region: 'eu-west-1', dynamodb_table: 'locks' };
    const block = blockOf({ ...attributes, ...accessTo(db.endpoint) });
    // The thread starts with this process's environment, in which AWS variables may be set.
    const resolution = await withEnvironment({}, () => gateway.resolve(block, {}));
    assert.ok(resolution.kind === 'state');
    assert.deepEqual(resolution.state.places, [place()]);
    assert.equal(await read(), 'read');
    const facts = await gateway.identify(place(), asked, noSignal);
    assert.ok(facts.some(({ value }) => value === 'keys in the backend block'));
    const taken = await gateway.acquire(place(), infoOf(), asked, noSignal);
    assert.ok(taken.kind === 'acquired');
    const again = await gateway.acquire(place(), infoOf({ id: 'b' }), asked, noSignal);
    assert.deepEqual(again, { kind: 'held', record: taken.record });
    const released = await gateway.release(place(), taken.record, asked, noSignal);
    assert.deepEqual(released, { kind: 'released' });
    assert.ok(log.lines.some((line) => line.startsWith('debug dynamodb:PutItem in eu-west-1: ok')));
  });

  it('is not needed before the first call, and not for nothing', () => {
    assert.equal(Reflect.get(gateway, 'worker'), undefined);
  });

  it('says "unsupported" for another backend', async () => {
    const resolution = await gateway.resolve(blockOf({}, 'current', 'pg'), {});
    assert.ok(resolution.kind === 'unresolved' && resolution.error.reason === 'unsupported');
  });

  it('makes no connection at all while the workspace is not trusted', async () => {
    trusted = false;
    assert.equal(await read(), 'untrusted');
    assert.equal(await read(asked), 'untrusted');
    await assert.rejects(gateway.identify(place(), asked, noSignal));
    for (const outcome of [
      await gateway.acquire(place(), infoOf(), asked, noSignal),
      await gateway.release(place(), recordOf(), asked, noSignal),
    ]) {
      assert.deepEqual(outcome, { kind: 'failed', error: { reason: 'untrusted' } });
    }
    await gateway.resolve(blockOf({ bucket: 'b', key: 'k', ...accessTo(db.endpoint) }), {});
    assert.deepEqual([db.connections, db.count()], [0, 0]);
    trusted = true;
    assert.equal(await read(), 'read');
  });

  it('passes a cancellation on: the request ends there too', async () => {
    db.intercept = always({ kind: 'blackHole' });
    const controller = new AbortController();
    db.onArrival = () => controller.abort();
    const started = performance.now();
    const [reading] = await gateway.readMany([place()], background, controller.signal);
    assert.ok(reading && !reading.ok && reading.error.reason === 'cancelled');
    assert.ok(performance.now() - started < background.timeoutMs);
  });

  it('sends nothing for what was cancelled before', async () => {
    const aborted = AbortSignal.abort();
    const [reading] = await gateway.readMany([place()], background, aborted);
    const outcome = await gateway.acquire(place(), infoOf(), asked, aborted);
    assert.ok(reading && !reading.ok && reading.error.reason === 'cancelled');
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'cancelled');
    assert.equal(db.connections, 0);
  });

  it('turns a read into an error when it crashes, and starts again at the next call', async () => {
    db.intercept = always({ kind: 'blackHole' });
    const reading = gateway.readMany([place(), place('b')], background, noSignal);
    await until(() => db.count() > 0, 'the request arrived');
    await crash();
    for (const answer of await reading) {
      assert.ok(!answer.ok && answer.error.reason === 'internal' && answer.error.place);
      assert.equal(answer.at, 42);
    }
    assert.match(log.lines.join('\n'), /error The network thread stopped/);
    db.reset();
    assert.equal(await read(), 'read');
  });

  for (const carriedOut of [true, false]) {
    it(`calls a write uncertain when it crashes ${carriedOut ? 'after' : 'before'} it took effect`, async () => {
      const key = `crash-${String(carriedOut)}`;
      const answers = carriedOut
        ? ({ kind: 'delay', ms: 100 } as const)
        : ({ kind: 'blackHole' } as const);
      db.intercept = always(answers);
      const writing = gateway.acquire(place(key), infoOf(), asked, noSignal);
      await until(() => db.count() > 0, 'the request arrived');
      await crash();
      const outcome = await writing;
      assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'uncertain');
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal((await db.get('locks', `bucket/${key}`)) !== undefined, carriedOut);
      assert.equal(db.count(), 1);
    });
  }

  it('that cannot be started is an error of each read, and no crash', async () => {
    gateway = open(path.resolve('dist', 'not-there.mjs'));
    assert.equal(await read(), 'internal');
    assert.equal(await read(), 'internal');
  });

  it('stops when it is disposed: what is under way ends, and nothing starts again', async () => {
    db.intercept = always({ kind: 'blackHole' });
    const reading = read();
    await until(() => db.count() > 0, 'the request arrived');
    gateway.dispose();
    assert.equal(await reading, 'internal');
    assert.equal(await read(), 'cancelled');
    assert.equal(Reflect.get(gateway, 'worker'), undefined);
    gateway.dispose();
  });

  it('takes settings before and after it has started', async () => {
    gateway.updateSettings({ credentialProcess: 'always' });
    assert.equal(await read(), 'read');
    gateway.updateSettings({ credentialProcess: 'onRequest' });
    assert.equal(await read(), 'read');
  });
});
