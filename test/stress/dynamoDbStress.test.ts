import assert from 'node:assert/strict';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { TestDynamoDb, type LoggedRequest } from '../support/awsDynalite';
import type { Fault } from '../support/awsFaults';
import { checkHistory, historyEntry, type HistoryEntry, type Intent } from '../support/awsHistory';
import { StressActor } from './stressActor';

const operations = 10_000;
const actorCount = 20;
const keys = ['network', 'cluster', 'database', 'dns', 'monitoring'];
/** Longer than any read takes here, shorter than the longest delay: some answers come too late. */
const requestTimeoutMs = 1500;

/** Small and fast, and the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes are delayed, lost, answered too late; the tail end of what happens on a bad network. */
function faultOf(random: () => number, { operation }: LoggedRequest): Fault | undefined {
  if (operation !== 'PutItem' && operation !== 'DeleteItem') return undefined;
  const chance = random();
  if (chance < 0.01) return { kind: 'lostAnswer' };
  if (chance < 0.015) return { kind: 'dropped' };
  if (chance < 0.0175) return { kind: 'delay', ms: requestTimeoutMs + 200 };
  if (chance < 0.1) return { kind: 'delay', ms: Math.floor(random() * 20) };
  return undefined;
}

/** Records who wanted what when a request arrived, and what it then did. */
function record(db: TestDynamoDb, intentOf: (actor: string) => Intent | undefined): HistoryEntry[] {
  const history: HistoryEntry[] = [];
  const intents = new Map<LoggedRequest, Intent | undefined>();
  db.onArrival = (request) => intents.set(request, intentOf(request.accessKeyId));
  db.onEffect = (effect) => {
    history.push(historyEntry(effect, intents.get(effect.request)));
    intents.delete(effect.request);
  };
  return history;
}

async function tableAtEnd(
  db: TestDynamoDb,
  names: readonly string[],
): Promise<Map<string, string | undefined>> {
  const table = new Map<string, string | undefined>();
  for (const key of names) {
    const item = await db.get('locks', `bucket/${key}`);
    table.set(`bucket/${key}`, (item?.['Info'] as { S: string } | undefined)?.S);
  }
  return table;
}

describe('many people at once', () => {
  let db: TestDynamoDb;
  beforeEach(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('locks');
  });
  afterEach(() => db.stop());

  it('overwrite no lock and delete no lock that is not meant', async function () {
    this.timeout(300_000);
    const seed = Number(process.env['STRESS_SEED'] ?? Date.now() % 2 ** 31);
    const random = randomOf(seed);
    db.intercept = (request) => faultOf(random, request);
    const actors = Array.from(
      { length: actorCount },
      (_, index) =>
        new StressActor(`ACTOR${String(index)}`, db.endpoint, keys, random, requestTimeoutMs),
    );
    const history = record(db, (name) => actors.find((actor) => actor.name === name)?.intent);
    const started = performance.now();
    let begun = 0;
    await Promise.all(
      actors.map(async (actor) => {
        while (begun < operations) {
          begun += 1;
          await actor.act();
        }
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const seconds = (performance.now() - started) / 1000;

    const { overwritten, foreignDeleted, unexplained } = checkHistory(
      history,
      await tableAtEnd(db, keys),
    );
    const count = (...names: string[]): number =>
      names.reduce(
        (sum, name) => sum + actors.reduce((all, { results }) => all + (results.get(name) ?? 0), 0),
        0,
      );
    const formatted = (value: number): string => value.toLocaleString('en-US');
    const done = actors.reduce(
      (sum, { results }) => sum + [...results.values()].reduce((a, b) => a + b, 0),
      0,
    );
    const refusals = ['held', 'changed', 'gone'].flatMap((kind) =>
      ['acquire', 'release', 'forceUnlock'].map((action) => `${action} ${kind}`),
    );
    const uncertain = ['acquire', 'release', 'forceUnlock'].map((action) => `${action} uncertain`);
    const parts = [
      `${formatted(done)} operations by ${String(actorCount)} actors: `,
      `${formatted(count('acquire done'))} acquired, ${formatted(count('release done'))} released, `,
      `${formatted(count('forceUnlock done'))} broken, ${formatted(count(...refusals))} refused, `,
      `${formatted(count(...uncertain))} uncertain; `,
      `${String(overwritten.length)} overwritten, ${String(foreignDeleted.length)} foreign deleted `,
      `(${formatted(history.length)} writes recorded, seed ${String(seed)}, ${seconds.toFixed(0)} s)`,
    ];
    console.log(`      ${parts.join('')}`);
    assert.deepEqual(
      { overwritten, foreignDeleted, unexplained },
      { overwritten: [], foreignDeleted: [], unexplained: [] },
    );
    assert.equal(done, operations);
    // Each attempt has its outcome in the audit, and each write was sent once at most.
    const entries = actors.flatMap(({ audit }) => audit.entries);
    const attempts = entries.filter(({ outcome }) => outcome === 'attempt').length;
    assert.equal(entries.length, 2 * attempts);
    assert.ok(history.length <= attempts);
    for (const name of [
      'acquire done',
      'release done',
      'forceUnlock done',
      'acquire held',
      'forceUnlock gone',
      'forceUnlock changed',
      'acquire uncertain',
    ]) {
      assert.ok(count(name) > 0, `nothing of "${name}" happened`);
    }
  });

  for (const way of [
    'deletes unconditionally',
    'reads, compares, then deletes',
    'writes unconditionally',
  ] as const) {
    it(`are caught by the checker when one of them ${way}`, async function () {
      this.timeout(60_000);
      const random = randomOf(7);
      const intents = new Map<string, Intent>();
      const history = record(db, (name) => intents.get(name));
      const Key = { LockID: { S: 'bucket/one' } };
      const unsafe = async (name: string): Promise<void> => {
        const client = new DynamoDBClient({
          region: 'eu-west-1',
          endpoint: db.endpoint,
          credentials: { accessKeyId: name, secretAccessKey: 'not-a-real-key' },
        });
        for (let round = 0; round < 40; round++) {
          const text = `${name}-${String(round)}`;
          const ConditionExpression = 'attribute_not_exists(LockID)';
          intents.set(name, { action: 'acquire', lockId: Key.LockID.S });
          await client
            .send(
              new PutItemCommand({
                TableName: 'locks',
                Item: { ...Key, Info: { S: text } },
                ...(way === 'writes unconditionally' ? {} : { ConditionExpression }),
              }),
            )
            .catch(() => undefined);
          const { Item: item } = await client.send(new GetItemCommand({ TableName: 'locks', Key }));
          const shown = item?.['Info']?.S;
          if (shown === undefined) continue;
          intents.set(name, { action: 'forceUnlock', lockId: Key.LockID.S, shown, own: false });
          if (way === 'reads, compares, then deletes') {
            const now = await client.send(new GetItemCommand({ TableName: 'locks', Key }));
            if (now.Item?.['Info']?.S !== shown) continue;
          }
          await new Promise((resolve) => setTimeout(resolve, random() * 5));
          await client.send(new DeleteItemCommand({ TableName: 'locks', Key }));
        }
        client.destroy();
      };
      await Promise.all(['ONE', 'TWO', 'THREE', 'FOUR'].map(unsafe));
      const found = checkHistory(history, await tableAtEnd(db, ['one']));
      assert.deepEqual(found.unexplained, []);
      const caught = way === 'writes unconditionally' ? found.overwritten : found.foreignDeleted;
      assert.ok(caught.length > 0, 'the checker found nothing');
    });
  }
});
