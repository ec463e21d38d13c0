import {
  DescribeTableCommand,
  ScanCommand,
  type DynamoDBClient,
  type ScanCommandOutput,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { ListedLock, ListingPage, SourceSize } from '../../core/lockListing';
import { awsError } from './awsErrors';
import type { AwsSession } from './awsSession';
import { readItem, type Item } from './dynamoDbRecord';
import { listedLock } from './lockListed';

/**
 * Items per request. A page may hold 1 MB, some 10,000 digests; this keeps what crosses over to the
 * extension host at once small enough not to be felt there.
 */
const maxPageItems = 2000;

/**
 * What is a lock (see `readItem`): everything with `Info`, and whatever has no `Digest`. A `Digest` without
 * `Info` is one only at a LockID ending in `-md5`; an expression can only ask whether it contains that.
 */
const isLock = 'attribute_exists(#i) OR attribute_not_exists(#d) OR NOT contains(LockID, :md5)';

/** One table, as one identity sees it. */
export interface ScannedTable {
  readonly table: string;
  /** `DynamoDB table tf-locks in eu-west-1`. */
  readonly label: string;
  readonly session: AwsSession<DynamoDBClient>;
}

/** One page of a consistent scan; `after` is the LockID at which the page before ended. */
export async function scanPage(
  { table, label, session }: ScannedTable,
  after: string | undefined,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<ListingPage> {
  const action = 'dynamodb:Scan';
  const command = new ScanCommand({
    TableName: table,
    ConsistentRead: true,
    FilterExpression: isLock,
    ProjectionExpression: 'LockID, #i, #d',
    ExpressionAttributeNames: { '#i': 'Info', '#d': 'Digest' },
    ExpressionAttributeValues: { ':md5': { S: '-md5' } },
    Limit: maxPageItems,
    ReturnConsumedCapacity: 'TOTAL',
    ...(after === undefined ? {} : { ExclusiveStartKey: { LockID: { S: after } } }),
  });
  const result = await session.read(action, options, signal, (client, abortSignal) =>
    client.send(command, { abortSignal }),
  );
  if (!result.ok) {
    return { kind: 'failed', error: awsError(result.thrown, { action, place: label }) };
  }
  return pageOf(result.value, label);
}

/** Reads an answer. Whatever is not one of DynamoDB's must not end the list as if it were complete. */
function pageOf(output: ScanCommandOutput, label: string): ListingPage {
  const { Items: items, ScannedCount: scanned, LastEvaluatedKey: last } = output;
  if (items === undefined || scanned === undefined) {
    return failed('malformed', label, 'the answer is not one of DynamoDB');
  }
  const locks = items.map(toListed);
  const next = last?.['LockID']?.S;
  if (locks.includes(undefined) || (last !== undefined && next === undefined)) {
    return failed('wrongSchema', label, 'it has items without a LockID');
  }
  const readUnits = output.ConsumedCapacity?.CapacityUnits;
  return {
    kind: 'page',
    locks: locks.flatMap((lock) => (lock === undefined || lock === 'digest' ? [] : [lock])),
    scanned,
    ...(readUnits === undefined ? {} : { readUnits }),
    ...(next === undefined ? {} : { next }),
  };
}

function toListed(item: Item): ListedLock | 'digest' | undefined {
  const lockId = item['LockID']?.S;
  if (lockId === undefined) {
    return undefined;
  }
  const meaning = readItem(item);
  return meaning.kind === 'digest' ? 'digest' : listedLock(lockId, meaning.record);
}

function failed(
  reason: LockError['reason'],
  place: string,
  detail: string,
): Extract<ListingPage, { kind: 'failed' }> {
  return { kind: 'failed', error: { reason, place, detail } };
}

/** Items and bytes as DynamoDB last counted them (about every six hours), where `DescribeTable` is allowed. */
export async function measureTable(
  { table, label, session }: ScannedTable,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<SourceSize> {
  const action = 'dynamodb:DescribeTable';
  const command = new DescribeTableCommand({ TableName: table });
  const result = await session.read(action, options, signal, (client, abortSignal) =>
    client.send(command, { abortSignal }),
  );
  if (!result.ok) {
    return { kind: 'unknown', error: awsError(result.thrown, { action, place: label }) };
  }
  const description = result.value.Table;
  if (description?.ItemCount === undefined || description.TableSizeBytes === undefined) {
    const { error } = failed('malformed', label, 'the answer is not one of DynamoDB');
    return { kind: 'unknown', error };
  }
  if (!isLockTable(description)) {
    return { kind: 'unknown', error: { reason: 'wrongSchema', place: label } };
  }
  // On-demand tables say 0.
  const provisioned = description.ProvisionedThroughput?.ReadCapacityUnits ?? 0;
  return {
    kind: 'known',
    items: description.ItemCount,
    bytes: description.TableSizeBytes,
    ...(provisioned > 0 ? { readUnitsPerSecond: provisioned } : {}),
  };
}

function isLockTable({
  KeySchema: keys = [],
  AttributeDefinitions: types = [],
}: TableDescription): boolean {
  const type = types.find(({ AttributeName: name }) => name === 'LockID')?.AttributeType;
  return keys.length === 1 && keys[0]?.AttributeName === 'LockID' && type === 'S';
}
