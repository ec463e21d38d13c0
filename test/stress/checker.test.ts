import assert from 'node:assert/strict';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { TestDynamoDb, type LoggedRequest } from '../support/awsDynalite';
import { checkHistory, historyEntry, type HistoryEntry, type Intent } from '../support/awsHistory';
import { randomOf } from '../support/randomOf';

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
