import assert from 'node:assert/strict';
import { LockBoard } from '../../../../src/core/lockBoard';
import { LockPoller } from '../../../../src/core/lockPoller';
import type { LockPlace } from '../../../../src/core/lockPlace';
import {
  accessTo,
  awsPlaceOf,
  awsStateOf,
  background,
  gatewayOf,
  hostOf,
  noSignal,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import { always, denied, tableArn, throttled, times } from '../../../support/awsFaults';
import { FakeClock, MemoryLog, until } from '../../../support/fakes';

const block = {
  type: 's3',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
} as const;

describe('reading many locks', () => {
  let db: TestDynamoDb;
  const placesOf = (count: number, table = 'one'): LockPlace[] =>
    Array.from({ length: count }, (_, index) =>
      awsPlaceOf(accessTo(db.endpoint), `state-${String(index)}`, table),
    );
  const read = (places: readonly LockPlace[], host = hostOf()) =>
    gatewayOf(host).readMany(places, background, noSignal);

  before(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('one');
    await db.createTable('two');
    await db.putLock('one', 'bucket/state-7', '{"ID":"7"}');
    await db.putLock('two', 'bucket/state-42', '{"ID":"42"}');
  });
  after(() => db.stop());
  beforeEach(() => db.reset());

  it('takes exactly 2 requests a tick for 200 states, 100 in each of 2 tables', async () => {
    const clock = new FakeClock();
    const log = new MemoryLog();
    const rules = { freshForMs: 1e9, staleAfterMs: () => 1e12, isMine: () => false };
    const board = new LockBoard(
      { now: () => Date.now(), after: () => ({ dispose: () => undefined }) },
      rules,
    );
    const settings = { intervalMs: 15_000, unfocusedIntervalMs: 60_000, requestTimeoutMs: 10_000 };
    const deps = { clock, random: () => 0.5, gateway: gatewayOf(hostOf()), board, log };
    const poller = new LockPoller(deps, settings);
    const tables = ['one', 'two'];
    board.setModules(
      tables.flatMap((table) =>
        Array.from({ length: 100 }, (_, index) => {
          const state = awsStateOf(accessTo(db.endpoint), `state-${String(index)}`, table);
          const dir = `${table}/${String(index)}`;
          return { dir, file: dir, block, resolution: { kind: 'state', state } as const };
        }),
      ),
    );
    assert.equal(board.places().length, 200);
    poller.syncPlaces();
    const perTick: number[] = [];
    for (let tick = 1; tick <= 5; tick++) {
      await until(() => log.lines.length === 2 * tick, 'both tables were read');
      perTick.push(db.count() - perTick.reduce((sum, count) => sum + count, 0));
      const kinds = board.views().map(({ status }) => status.kind);
      assert.deepEqual(
        [
          kinds.filter((kind) => kind === 'free').length,
          kinds.filter((kind) => kind === 'held').length,
        ],
        [198, 2],
      );
      await clock.advance(15_000);
    }
    poller.dispose();
    board.dispose();
    console.log(`      200 states in 2 tables: ${perTick.join(', ')} requests in 5 ticks`);
    assert.deepEqual(perTick, [2, 2, 2, 2, 2]);
    assert.equal(db.count('BatchGetItem'), db.count());
  });

  for (const [count, requests] of [
    [1, 1],
    [2, 1],
    [100, 1],
    [101, 2],
    [200, 2],
    [250, 3],
  ] as const) {
    it(`takes ${String(requests)} request(s) for ${String(count)} state(s) of a table`, async () => {
      const readings = await read(placesOf(count));
      assert.equal(db.count(), requests);
      assert.ok(readings.every((reading) => reading.ok));
      const heldAt = readings.flatMap((reading, index) =>
        reading.record === undefined ? [] : [index],
      );
      assert.deepEqual(heldAt, count > 7 ? [7] : []);
    });
  }

  it('asks again for keys that were left unprocessed, and only for those', async () => {
    db.intercept = times(2, { kind: 'unprocessed', processed: 3 });
    const readings = await read(placesOf(10));
    assert.ok(readings.every((reading) => reading.ok));
    assert.ok(readings[7]?.ok && readings[7].record?.info.id === '7');
    const keys = db.requests.map(
      ({ body }) => (body['RequestItems'] as { one: { Keys: unknown[] } }).one.Keys.length,
    );
    assert.deepEqual(keys, [10, 7, 4]);
    assert.ok(
      db.requests.every(
        ({ body }) =>
          (body['RequestItems'] as { one: { ConsistentRead: boolean } }).one.ConsistentRead,
      ),
    );
  });

  it('never calls a key free that stays unprocessed, and gives up after five rounds', async () => {
    db.intercept = always({ kind: 'unprocessed', processed: 1 });
    const readings = await read(placesOf(10));
    assert.deepEqual(
      readings.map((reading) => (reading.ok ? 'read' : reading.error.reason)),
      ['read', 'read', 'read', 'read', 'read', ...Array<string>(5).fill('throttled')],
    );
    assert.equal(db.count(), 5);
  });

  it('keeps what it has where a later round fails', async () => {
    const partial = times(1, { kind: 'unprocessed', processed: 8 });
    db.intercept = (request) => partial(request) ?? throttled;
    const readings = await read(placesOf(10));
    assert.deepEqual(
      readings.map((reading) => (reading.ok ? 'read' : reading.error.reason)),
      [...Array<string>(8).fill('read'), 'throttled', 'throttled'],
    );
  });

  it('keeps what it has of one table where the other fails', async () => {
    const readings = await read([...placesOf(2, 'one'), ...placesOf(2, 'missing')]);
    assert.deepEqual(
      readings.map((reading) => (reading.ok ? 'read' : reading.error.reason)),
      ['read', 'read', 'notFound', 'notFound'],
    );
  });

  it('falls back to at most 8 GetItem at once where BatchGetItem is denied, and remembers it', async () => {
    const refusal = always(denied('dynamodb:BatchGetItem', 'one'), ['BatchGetItem']);
    db.intercept = (request) =>
      refusal(request) ?? (request.operation === 'GetItem' ? { kind: 'delay', ms: 3 } : undefined);
    const host = hostOf();
    const gateway = gatewayOf(host);
    const readings = await gateway.readMany(placesOf(100), background, noSignal);
    assert.ok(readings.every((reading) => reading.ok));
    assert.ok(readings[7]?.ok && readings[7].record?.info.id === '7');
    assert.deepEqual([db.count('BatchGetItem'), db.count('GetItem')], [1, 100]);
    const atOnce = db.mostAtOnce('GetItem');
    assert.ok(atOnce > 1 && atOnce <= 8, `${String(atOnce)} at once`);
    await gateway.readMany(placesOf(100), background, noSignal);
    assert.deepEqual([db.count('BatchGetItem'), db.count('GetItem')], [1, 200]);
    assert.ok(host.lines.some((line) => line.endsWith('falling back to GetItem')));
  });

  it('falls back for the table that is denied, and for no other', async () => {
    db.intercept = ({ operation, body }) =>
      operation === 'BatchGetItem' && 'one' in (body['RequestItems'] as object)
        ? denied('dynamodb:BatchGetItem', 'one')
        : undefined;
    await read([...placesOf(5, 'one'), ...placesOf(5, 'two')]);
    assert.deepEqual([db.count('BatchGetItem'), db.count('GetItem')], [2, 5]);
  });

  it('reads single keys that are allowed though others are denied', async () => {
    db.intercept = ({ operation, body }) =>
      operation === 'BatchGetItem'
        ? denied('dynamodb:BatchGetItem', 'one')
        : JSON.stringify(body).includes('state-1"')
          ? denied('dynamodb:GetItem', 'one')
          : undefined;
    const readings = await read(placesOf(4));
    assert.deepEqual(
      readings.map((reading) =>
        reading.ok ? 'read' : `${reading.error.action ?? ''} ${reading.error.resource ?? ''}`,
      ),
      ['read', `dynamodb:GetItem ${tableArn('one')}`, 'read', 'read'],
    );
  });

  it('does not ask for every key in vain where the first failure concerns them all', async () => {
    const refusal = always(denied('dynamodb:BatchGetItem', 'missing'), ['BatchGetItem']);
    db.intercept = refusal;
    const readings = await read(placesOf(100, 'missing'));
    assert.ok(readings.every((reading) => !reading.ok && reading.error.reason === 'notFound'));
    assert.ok(db.count('GetItem') <= 8);
  });
});
