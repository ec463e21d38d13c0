import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  type AttributeValue,
  type PutItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { LockError } from '../../core/lockError';
import type { AcquireOutcome, ReadOptions, ReleaseOutcome } from '../../core/lockGateway';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { Fact } from '../../core/stateRef';
import type { BackendHost } from '../backend';
import type { Batch } from '../readByBatch';
import { refusedAcquire, refusedRelease, type Current } from '../refusals';
import { awsError, writeError } from './awsErrors';
import { AwsSession } from './awsSession';
import { TableReader } from './dynamoDbReader';
import { deleteCondition, readItem, recordOfText, type Item } from './dynamoDbRecord';
import type { DynamoDbLockPlace } from './s3Backend';
import type { S3PlaceClient } from './s3LockClient';

/** One table as one identity sees it: the places of one batch key share it. */
interface Table {
  readonly session: AwsSession<DynamoDBClient>;
  readonly reader: TableReader;
}

/** Reads and writes Terraform's locks in DynamoDB tables. */
export class DynamoDbLockClient implements S3PlaceClient {
  private readonly tables = new Map<string, Table>();

  constructor(private readonly host: BackendHost) {}

  async readBatch(
    batch: Batch,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LockReading>> {
    const { reader, session } = this.table(batch[0]);
    return session.clock.stampAll(await reader.read(batch, options, signal));
  }

  async identify(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly Fact[]> {
    return this.table(place).session.identify(options, signal);
  }

  /** One conditional request: puts this very text, if there is no item. */
  async putIfFree(
    place: LockPlace,
    raw: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    const { table, lockId } = configOf(place);
    const command = new PutItemCommand({
      TableName: table,
      Item: { LockID: { S: lockId }, Info: { S: raw } },
      ConditionExpression: 'attribute_not_exists(LockID)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ReturnConsumedCapacity: 'TOTAL',
    });
    const sent = await this.write(
      place,
      'dynamodb:PutItem',
      options,
      signal,
      (client, abortSignal) => client.send(command, { abortSignal }),
    );
    switch (sent.kind) {
      case 'done':
        return { kind: 'acquired', record: recordOfText(raw) };
      case 'failed':
        return sent;
      case 'refused':
        return refusedAcquire(await this.current(place, sent.item, options, signal));
    }
  }

  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    const { table, lockId } = configOf(place);
    const command = new DeleteItemCommand({
      TableName: table,
      Key: { LockID: { S: lockId } },
      ...deleteCondition(record.guard),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ReturnConsumedCapacity: 'TOTAL',
    });
    const sent = await this.write(
      place,
      'dynamodb:DeleteItem',
      options,
      signal,
      (client, abortSignal) => client.send(command, { abortSignal }),
    );
    switch (sent.kind) {
      case 'done':
        return { kind: 'released' };
      case 'failed':
        return sent;
      case 'refused':
        return refusedRelease(await this.current(place, sent.item, options, signal));
    }
  }

  /** Sends one conditional request, once. */
  private async write(
    place: LockPlace,
    action: string,
    options: ReadOptions,
    signal: AbortSignal,
    send: (client: DynamoDBClient, abortSignal: AbortSignal) => Promise<WriteOutput>,
  ): Promise<WriteResult> {
    const { session } = this.table(place);
    const result = await session.write(action, options, signal, send);
    if (result.ok) {
      return result.value.ConsumedCapacity === undefined
        ? { kind: 'failed', error: notDynamoDb(place) }
        : { kind: 'done' };
    }
    const refusal = conditionRefusal(result.thrown);
    if (refusal !== undefined) {
      return { kind: 'refused', item: refusal.item };
    }
    const error = awsError(result.thrown, { action, place: place.label });
    return { kind: 'failed', error: writeError(error, result) };
  }

  /**
   * The item that refused us. AWS returns it; servers that do not are asked, only to tell "gone" from "changed".
   */
  private async current(
    place: LockPlace,
    item: Item | undefined,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<Current> {
    if (item !== undefined) {
      const meaning = readItem(item);
      return meaning.kind === 'lock' ? { record: meaning.record } : undefined;
    }
    const reading = (await this.readBatch([place], options, signal)).get(place.id);
    return reading?.ok ? reading : undefined;
  }

  private table(place: LockPlace): Table {
    let table = this.tables.get(place.batchKey);
    if (table === undefined) {
      const { table: name, access } = configOf(place);
      const session = new AwsSession(
        access,
        this.host,
        'dynamodb',
        (options) => new DynamoDBClient(options),
      );
      table = { session, reader: new TableReader(name, place.label, session, this.host) };
      this.tables.set(place.batchKey, table);
    }
    return table;
  }
}

/** DynamoDB's answer to a write is empty, as any server's may be; the capacity proves that it is DynamoDB's. */
type WriteOutput = Pick<PutItemCommandOutput, 'ConsumedCapacity'>;

type WriteResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly item: Item | undefined }
  | Extract<AcquireOutcome, { kind: 'failed' }>;

function conditionRefusal(thrown: unknown): { readonly item: Item | undefined } | undefined {
  const shape = thrown as { name?: unknown; Item?: Record<string, AttributeValue> } | null;
  return shape?.name === 'ConditionalCheckFailedException' ? { item: shape.Item } : undefined;
}

function notDynamoDb(place: LockPlace): LockError {
  return { reason: 'uncertain', place: place.label, detail: 'the answer is not one of DynamoDB' };
}

function configOf(place: LockPlace): DynamoDbLockPlace {
  return place.config as DynamoDbLockPlace;
}
