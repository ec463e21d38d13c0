import { type DynamoDBClient, BatchGetItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { LockPlace, LockReading } from '../../core/lockPlace';
import type { BackendHost } from '../backend';
import { awsError } from './awsErrors';
import type { AwsSession } from './awsSession';
import { batchAnswer, type BatchAnswer } from './dynamoDbAnswers';
import { readItem, type Item } from './dynamoDbRecord';
import type { DynamoDbLockPlace } from './s3Backend';

/** `BatchGetItem` takes at most this many keys. */
const maxBatchKeys = 100;
/** `GetItem` requests under way at once where `BatchGetItem` is not allowed. */
const maxParallelGets = 8;
/** Rounds for keys that DynamoDB left unprocessed, with back-off between them. */
const maxBatchRounds = 5;
const firstBackOffMs = 50;
/** How long a refused `BatchGetItem` is not tried again. */
const batchRetryMs = 30 * 60_000;

/** Failures that the next key would meet too. A refusal is not among them: policies may name single keys. */
const failsForAll: ReadonlySet<LockError['reason']> = new Set([
  'notFound',
  'wrongSchema',
  'signedOut',
  'badCredentials',
  'network',
  'timeout',
  'cancelled',
]);

/** Attributes that say whether there is a lock, and whose. */
const projection = 'LockID, Info, Digest';

type Answers = Map<string, LockReading>;

/** Reads many locks of one table in as few requests as DynamoDB allows, always consistently. */
export class TableReader {
  private batchRefusedAt: number | undefined;

  constructor(
    private readonly table: string,
    private readonly label: string,
    private readonly session: AwsSession<DynamoDBClient>,
    private readonly host: BackendHost,
  ) {}

  /** One reading per place, by place id. Places of the same LockID are asked once. */
  async read(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LockReading>> {
    const lockIds = [...new Set(places.map(lockIdOf))];
    const chunks: string[][] = [];
    for (let start = 0; start < lockIds.length; start += maxBatchKeys) {
      chunks.push(lockIds.slice(start, start + maxBatchKeys));
    }
    const byLockId: Answers = new Map();
    for (const chunk of chunks) {
      const answers = await this.readChunk(chunk, options, signal);
      answers.forEach((reading, lockId) => byLockId.set(lockId, reading));
    }
    const byPlace: Answers = new Map();
    for (const place of places) {
      byPlace.set(place.id, byLockId.get(lockIdOf(place)) ?? this.failed('internal', 'no answer'));
    }
    return byPlace;
  }

  private async readChunk(
    lockIds: readonly string[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<Answers> {
    const mayBatch =
      this.batchRefusedAt === undefined || Date.now() - this.batchRefusedAt > batchRetryMs;
    if (lockIds.length > 1 && mayBatch) {
      const answers = await this.readBatch(lockIds, options, signal);
      if (answers !== 'denied') {
        this.batchRefusedAt = undefined;
        return answers;
      }
      this.batchRefusedAt = Date.now();
      this.host.log(`${this.label}: BatchGetItem is not allowed, falling back to GetItem`);
    }
    return this.readEach(lockIds, options, signal);
  }

  private async readBatch(
    lockIds: readonly string[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<Answers | 'denied'> {
    const answers: Answers = new Map();
    let pending = lockIds;
    for (let round = 0; round < maxBatchRounds && pending.length > 0; round++) {
      if (round > 0) {
        await sleep(firstBackOffMs * 2 ** round * (0.5 + Math.random()));
      }
      const keys = pending.map((lockId) => ({ LockID: { S: lockId } }));
      const command = new BatchGetItemCommand({
        RequestItems: {
          [this.table]: { Keys: keys, ConsistentRead: true, ProjectionExpression: projection },
        },
      });
      const result = await this.session.read(
        'dynamodb:BatchGetItem',
        options,
        signal,
        (client, abortSignal) => client.send(command, { abortSignal }),
      );
      if (!result.ok) {
        const error = awsError(result.thrown, {
          action: 'dynamodb:BatchGetItem',
          place: this.label,
        });
        if (error.reason === 'denied' && round === 0) {
          return 'denied';
        }
        return this.answerRest(answers, lockIds, error);
      }
      const answer = batchAnswer(result.value, pending);
      if (answer === undefined) {
        return this.answerRest(answers, lockIds, this.notDynamoDb());
      }
      this.collect(answers, pending, answer);
      pending = answer.unprocessed;
    }
    return this.answerRest(answers, lockIds, {
      reason: 'throttled',
      place: this.label,
      detail: 'DynamoDB left keys unprocessed',
    });
  }

  /** Notes the items that came, and as free those that were neither returned nor left unprocessed. */
  private collect(answers: Answers, asked: readonly string[], answer: BatchAnswer): void {
    const at = Date.now();
    const unprocessed = new Set(answer.unprocessed);
    for (const lockId of asked) {
      const item = answer.items.get(lockId);
      if (item !== undefined) {
        answers.set(lockId, this.meaning(item, at));
      } else if (!unprocessed.has(lockId)) {
        answers.set(lockId, { ok: true, at });
      }
    }
  }

  private async readEach(
    lockIds: readonly string[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<Answers> {
    const answers: Answers = new Map();
    const queue = [...lockIds];
    let shared: LockError | undefined;
    const next = async (): Promise<void> => {
      for (let lockId = queue.shift(); lockId !== undefined; lockId = queue.shift()) {
        const reading = await this.readOne(lockId, options, signal);
        answers.set(lockId, reading);
        if (!reading.ok && failsForAll.has(reading.error.reason)) {
          queue.length = 0;
          shared ??= reading.error;
        }
      }
    };
    await Promise.all(Array.from({ length: maxParallelGets }, next));
    return shared === undefined ? answers : this.answerRest(answers, lockIds, shared);
  }

  private async readOne(
    lockId: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<LockReading> {
    const command = new GetItemCommand({
      TableName: this.table,
      Key: { LockID: { S: lockId } },
      ConsistentRead: true,
      ProjectionExpression: projection,
      // An absent item is an empty answer, which any server gives. The capacity proves that it is DynamoDB's.
      ReturnConsumedCapacity: 'TOTAL',
    });
    const action = 'dynamodb:GetItem';
    const result = await this.session.read(action, options, signal, (client, abortSignal) =>
      client.send(command, { abortSignal }),
    );
    const at = Date.now();
    if (!result.ok) {
      return { ok: false, at, error: awsError(result.thrown, { action, place: this.label }) };
    }
    if (result.value.Item !== undefined) {
      return this.meaning(result.value.Item, at);
    }
    return result.value.ConsumedCapacity === undefined
      ? { ok: false, at, error: this.notDynamoDb() }
      : { ok: true, at };
  }

  private meaning(item: Item, at: number): LockReading {
    const meaning = readItem(item);
    if (meaning.kind === 'lock') {
      return { ok: true, at, record: meaning.record };
    }
    const detail = item['LockID']?.S?.replace(/-md5$/, '') ?? '';
    return { ok: false, at, error: { reason: 'blocked', place: this.label, detail } };
  }

  private answerRest(answers: Answers, lockIds: readonly string[], error: LockError): Answers {
    const at = Date.now();
    for (const lockId of lockIds) {
      if (!answers.has(lockId)) {
        answers.set(lockId, { ok: false, at, error });
      }
    }
    return answers;
  }

  private notDynamoDb(): LockError {
    return { reason: 'malformed', place: this.label, detail: 'the answer is not one of DynamoDB' };
  }

  private failed(reason: LockError['reason'], detail: string): LockReading {
    return { ok: false, at: Date.now(), error: { reason, place: this.label, detail } };
  }
}

function lockIdOf(place: LockPlace): string {
  return (place.config as DynamoDbLockPlace).lockId;
}
