import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type TableStatus,
} from '@aws-sdk/client-dynamodb';
import type { LockError } from '../../core/lockError';
import type { CreateTableOutcome, CreateTableRequest, ReadOptions } from '../../core/lockGateway';
import type { LockPlace } from '../../core/lockPlace';
import type { BackendHost, TableAdmin } from '../backend';
import { awsError, writeError } from './awsErrors';
import { AwsSession } from './awsSession';
import type { DynamoDbLockPlace } from './s3Backend';

/** A table is usually active within ten seconds; whoever cancels earlier need not wait. */
const waitAtMostMs = 5 * 60_000;

/** Creates DynamoDB tables as Terraform needs them: one key, `LockID`, of type string. */
export class LockTableAdmin implements TableAdmin {
  constructor(
    private readonly host: BackendHost,
    /** Between two looks at the new table, in ms. */
    private readonly lookEveryMs = 1000,
  ) {}

  /**
   * One `CreateTable`, which by itself never replaces a table that exists; then looks until the table is
   * active or the caller stops waiting.
   */
  async create(
    place: LockPlace,
    request: CreateTableRequest,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<CreateTableOutcome> {
    const { table, access } = place.config as DynamoDbLockPlace;
    const session = new AwsSession(
      access,
      this.host,
      'dynamodb',
      (client) => new DynamoDBClient(client),
    );
    const command = new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
      DeletionProtectionEnabled: request.deletionProtection,
    });
    const action = 'dynamodb:CreateTable';
    const sent = await session.write(action, options, signal, (client, abortSignal) =>
      client.send(command, { abortSignal }),
    );
    if (sent.ok) {
      return sent.value.TableDescription?.TableName === undefined
        ? { kind: 'failed', error: { reason: 'uncertain', place: place.label } }
        : this.untilActive(session, table, place, options, signal);
    }
    if ((sent.thrown as { name?: unknown } | null)?.name === 'ResourceInUseException') {
      return { kind: 'exists' };
    }
    const error = awsError(sent.thrown, { action, place: place.label });
    return { kind: 'failed', error: writeError(error, sent) };
  }

  private async untilActive(
    session: AwsSession<DynamoDBClient>,
    table: string,
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<CreateTableOutcome> {
    const until = Date.now() + waitAtMostMs;
    let error: LockError | undefined;
    const isWaiting = (): boolean => !signal.aborted && Date.now() < until;
    while (isWaiting() && error?.reason !== 'denied' && error?.reason !== 'signedOut') {
      const action = 'dynamodb:DescribeTable';
      const look = await session.read(action, options, signal, (client, abortSignal) =>
        client.send(new DescribeTableCommand({ TableName: table }), { abortSignal }),
      );
      const status: TableStatus | undefined = look.ok ? look.value.Table?.TableStatus : undefined;
      if (status === 'ACTIVE') {
        return { kind: 'created' };
      }
      // Just after the answer the table may not be found yet.
      error = look.ok ? undefined : awsError(look.thrown, { action, place: place.label });
      await delay(this.lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
    return { kind: 'creating', ...(error === undefined ? {} : { error }) };
  }
}
