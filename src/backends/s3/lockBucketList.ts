import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import { decodeLockInfo, emptyLockInfo, maxDecodedChars } from '../../core/lockInfo';
import type { ListedLock, ListingPage } from '../../core/lockListing';
import { awsError } from './awsErrors';
import type { AwsSession } from './awsSession';
import { listedLock } from './lockListed';

/** The lock of the state at `<key>` is the object `<key>.tflock`. */
const suffix = '.tflock';
/** Lock files read at once. */
const maxParallelGets = 8;

/** One bucket, as one identity sees it. */
export interface ListedBucket {
  readonly bucket: string;
  /** `S3 bucket acme-state in eu-west-1`. */
  readonly label: string;
  readonly session: AwsSession<S3Client>;
}

/** One page of up to 1,000 objects, with the records of the lock files among them. */
export async function bucketPage(
  bucket: ListedBucket,
  after: string | undefined,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<ListingPage> {
  const command = new ListObjectsV2Command({
    Bucket: bucket.bucket,
    ...(after === undefined ? {} : { ContinuationToken: after }),
  });
  const result = await bucket.session.read(
    's3:ListBucket',
    options,
    signal,
    (client, abortSignal) => client.send(command, { abortSignal }),
  );
  if (!result.ok) {
    return { kind: 'failed', error: bucketError(result.thrown, 's3:ListBucket', bucket.label) };
  }
  const keys = keysOf(result.value);
  if (keys === undefined) {
    const error: LockError = {
      reason: 'malformed',
      place: bucket.label,
      detail: 'the answer is not one of S3',
    };
    return { kind: 'failed', error };
  }
  const files = keys.filter((key) => key.endsWith(suffix) && key !== suffix);
  const locks = await readAll(bucket, files, options, signal);
  const next = result.value.NextContinuationToken;
  return signal.aborted
    ? { kind: 'failed', error: { reason: 'cancelled' } }
    : { kind: 'page', locks, scanned: keys.length, ...(next === undefined ? {} : { next }) };
}

/** The keys of a page; undefined where the answer is not one of S3, or breaks off without saying where to go on. */
export function keysOf(output: ListObjectsV2CommandOutput): readonly string[] | undefined {
  const { Contents: objects = [], IsTruncated: more, NextContinuationToken: next } = output;
  const keys = objects.flatMap(({ Key: key }) => key ?? []);
  const whole = more !== undefined && more === (next !== undefined);
  return whole && keys.length === objects.length ? keys : undefined;
}

async function readAll(
  bucket: ListedBucket,
  files: readonly string[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<readonly ListedLock[]> {
  const queue = [...files];
  const locks: ListedLock[] = [];
  const next = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      if (signal.aborted) {
        return;
      }
      const lock = await readFile(bucket, file, options, signal);
      if (lock !== undefined) {
        locks.push(lock);
      }
    }
  };
  await Promise.all(Array.from({ length: maxParallelGets }, next));
  return locks;
}

/** The record in a lock file; undefined where the file is gone by now. One that cannot be read is a lock all the same. */
async function readFile(
  bucket: ListedBucket,
  file: string,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<ListedLock | undefined> {
  const path = `${bucket.bucket}/${file.slice(0, -suffix.length)}`;
  const command = new GetObjectCommand({ Bucket: bucket.bucket, Key: file });
  const result = await bucket.session.read(
    's3:GetObject',
    options,
    signal,
    async (client, abortSignal) => {
      const { Body: body, ContentLength: length } = await client.send(command, { abortSignal });
      if (length === undefined || length > maxDecodedChars || body === undefined) {
        // Not read at all: nothing Terraform writes comes near that size.
        (body as { destroy?(): void } | undefined)?.destroy?.();
        return undefined;
      }
      return body.transformToString();
    },
  );
  if (result.ok) {
    const raw = result.value;
    return raw === undefined
      ? { path, info: emptyLockInfo, problem: 'tooLarge' }
      : listedLock(path, decodeLockInfo(raw));
  }
  if ((result.thrown as { readonly name?: unknown } | null)?.name === 'NoSuchKey') {
    return undefined;
  }
  const error = bucketError(result.thrown, 's3:GetObject', `s3://${bucket.bucket}/${file}`);
  return { path, info: emptyLockInfo, unread: error };
}

const reasonByName: Readonly<Record<string, LockError['reason']>> = {
  NoSuchBucket: 'notFound',
  SlowDown: 'throttled',
};

/** Converts what a request about a whole bucket threw. */
export function bucketError(thrown: unknown, action: string, place: string): LockError {
  const error = awsError(thrown, { action, place });
  const name = (thrown as { readonly name?: unknown } | null)?.name;
  const reason = typeof name === 'string' ? reasonByName[name] : undefined;
  return reason === undefined ? error : { ...error, reason };
}
