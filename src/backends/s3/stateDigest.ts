import { GetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { StateCheck } from '../../core/stateCheck';
import type { Fact } from '../../core/stateRef';
import { awsError } from './awsErrors';
import type { AwsSession } from './awsSession';
import type { DynamoDbLockPlace } from './s3Backend';
import { objectMd5, type ObjectMd5 } from './stateObject';

interface Sessions {
  readonly table: AwsSession<DynamoDBClient>;
  readonly bucket: AwsSession<S3Client>;
}

/**
 * Compares a state object with the digest that Terraform keeps of it in the lock table, as Terraform does before
 * it believes a state (s3/client.go `Get`, `getMD5`): one `GetItem`, one `GetObject`. Nothing is ever written:
 * only a person can know which of the two is right.
 */
export async function checkDigest(
  place: DynamoDbLockPlace,
  sessions: Sessions,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<StateCheck> {
  const kept = await digestOf(place, sessions.table, options, signal);
  if (kept.kind === 'failed') {
    return { ...kept, at: Date.now() };
  }
  if (kept.kind === 'none') {
    return open('the table has none of this state, so Terraform reads it without comparing');
  }
  if (!/^[0-9a-f]{32}$/i.test(kept.text)) {
    return open(`"${kept.text}" in the table is not an MD5, so Terraform ignores it`);
  }
  const found = await objectMd5(place.object, sessions.bucket, options, signal);
  return compared(place, kept.text.toLowerCase(), found);
}

type KeptDigest =
  | { readonly kind: 'none' }
  | { readonly kind: 'digest'; readonly text: string }
  | { readonly kind: 'failed'; readonly error: LockError };

async function digestOf(
  { table, lockId, access }: DynamoDbLockPlace,
  session: AwsSession<DynamoDBClient>,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<KeptDigest> {
  const command = new GetItemCommand({
    TableName: table,
    Key: { LockID: { S: digestId(lockId) } },
    ConsistentRead: true,
    ProjectionExpression: 'LockID, Digest',
    // An absent item is an empty answer, which any server gives. The capacity proves that it is DynamoDB's.
    ReturnConsumedCapacity: 'TOTAL',
  });
  const action = 'dynamodb:GetItem';
  const call = { action, place: `DynamoDB table ${table} in ${access.region}` };
  const result = await session.read(action, options, signal, (client, abortSignal) =>
    client.send(command, { abortSignal }),
  );
  if (!result.ok) {
    return { kind: 'failed', error: awsError(result.thrown, call) };
  }
  const { Item: item, ConsumedCapacity: capacity } = result.value;
  if (item === undefined && capacity === undefined) {
    const detail = 'the answer is not one of DynamoDB';
    return { kind: 'failed', error: { reason: 'malformed', place: call.place, detail } };
  }
  const text = item?.['Digest']?.S ?? '';
  return text === '' ? { kind: 'none' } : { kind: 'digest', text };
}

/** `LockID` of the item that holds a state's digest. */
function digestId(lockId: string): string {
  return `${lockId}-md5`;
}

function compared(place: DynamoDbLockPlace, kept: string, found: ObjectMd5): StateCheck {
  switch (found.kind) {
    case 'failed':
      return { kind: 'failed', at: Date.now(), error: found.error };
    case 'md5':
      return found.md5 === kept
        ? {
            kind: 'sound',
            at: Date.now(),
            facts: [{ label: 'Digest', value: `matches (${kept})` }],
          }
        : mismatch(place, kept, found.md5);
    case 'missing':
    case 'empty':
      return mismatch(place, kept, undefined, `the state object is ${found.kind}`);
    case 'tooLarge':
      return open(`not compared: the state object has more than ${found.limit}`);
    case 'unreadable':
      return open(`not compared: ${found.why}. The table says ${kept}`);
  }
}

function mismatch(
  place: DynamoDbLockPlace,
  kept: string,
  md5: string | undefined,
  instead = '',
): StateCheck {
  const object = md5 === undefined ? instead : `the MD5 of the state object is ${md5}`;
  const { bucket, key } = place.object;
  const facts: Fact[] = [
    { label: 'Digest', value: `does not match: the table says ${kept}, ${object}` },
    {
      label: 'Consequence',
      value:
        'Terraform will refuse to read the state until the two match: it tries for about 10 s, then fails with ' +
        '"state data in S3 does not have the expected content". The lock has nothing to do with it.',
    },
    {
      label: 'Likely cause',
      value:
        'A run that ended between writing the state and writing its digest. One that is writing just now ' +
        'looks the same for a moment: check again when it has ended.',
    },
    {
      label: 'What to check',
      value:
        md5 === undefined
          ? 'Whether the state object is gone for good; if the bucket keeps versions, one may be brought back. ' +
            'Only then delete the item of the digest.'
          : `Whether the state object is the one you want; if the bucket keeps versions, another may be. ` +
            `If it is, Digest should be ${md5}.`,
    },
    { label: 'State object', value: `s3://${bucket}/${key}` },
    { label: 'Item of the digest', value: `${digestId(place.lockId)} in table ${place.table}` },
    { label: 'Not changed', value: 'The extension never writes a digest or a state.' },
  ];
  return { kind: 'unsound', at: Date.now(), facts };
}

function open(value: string): StateCheck {
  return { kind: 'open', at: Date.now(), facts: [{ label: 'Digest', value }] };
}
