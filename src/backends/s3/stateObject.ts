import { createHash } from 'node:crypto';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import { awsError } from './awsErrors';
import type { AwsSession } from './awsSession';
import { customerKey, keyWays } from './customerKey';
import { isNoSuchKey, isOtherEncryption, isUndecryptable, notS3 } from './lockFileErrors';
import type { ObjectSettings } from './s3Config';

/** The object that holds a state. */
export interface StateObject {
  readonly bucket: string;
  readonly key: string;
  readonly settings: ObjectSettings;
}

/** The MD5 of a state object's content, or why there is none. */
export type ObjectMd5 =
  | { readonly kind: 'md5'; readonly md5: string }
  /** To Terraform an empty object is none. */
  | { readonly kind: 'missing' | 'empty' }
  | { readonly kind: 'tooLarge'; readonly limit: string }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: LockError };

const mebibyte = 1024 * 1024;
/** States of that size are rare, and take longer than anybody waits. */
const maxBytes = 256 * mebibyte;
/** A large state over a slow line takes longer than any single other request. */
const minTimeoutMs = 60_000;

/** Reads a state object once, through MD5, keeping nothing of it: a state holds secrets. */
export async function objectMd5(
  object: StateObject,
  session: AwsSession<S3Client>,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<ObjectMd5> {
  const patient = { ...options, timeoutMs: Math.max(options.timeoutMs, minTimeoutMs) };
  for (const withKey of keyWays(object.settings)) {
    const result = await session.read('s3:GetObject', patient, signal, (client, abortSignal) =>
      digest(client, object, withKey, abortSignal),
    );
    if (result.ok) {
      return result.value;
    }
    if (isNoSuchKey(result.thrown)) {
      return { kind: 'missing' };
    }
    if (isUndecryptable(result.thrown)) {
      return { kind: 'unreadable', why: 'its KMS key may not be used with these credentials' };
    }
    if (!isOtherEncryption(result.thrown)) {
      const place = `s3://${object.bucket}/${object.key}`;
      return { kind: 'failed', error: awsError(result.thrown, { action: 's3:GetObject', place }) };
    }
  }
  return {
    kind: 'unreadable',
    why:
      object.settings.sseCustomerKey === undefined
        ? 'the state object is encrypted with a customer key (SSE-C) that is not known here'
        : 'the state object is encrypted with another customer key (SSE-C) than the known one',
  };
}

async function digest(
  client: S3Client,
  { bucket, key, settings }: StateObject,
  withKey: boolean,
  signal: AbortSignal,
): Promise<ObjectMd5> {
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(withKey ? customerKey(settings) : {}),
  });
  const {
    Body,
    ETag,
    ContentLength: length = 0,
  } = await client.send(command, {
    abortSignal: signal,
  });
  if (ETag === undefined || ETag === '') {
    throw notS3();
  }
  const hash = createHash('md5');
  let bytes = 0;
  if (length <= maxBytes) {
    // In Node the body is a stream; leaving it early closes its connection.
    for await (const chunk of (Body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      signal.throwIfAborted();
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) {
        break;
      }
    }
  } else {
    (Body as { destroy?(): void } | undefined)?.destroy?.();
  }
  if (Math.max(bytes, length) > maxBytes) {
    return { kind: 'tooLarge', limit: `${String(maxBytes / mebibyte)} MiB` };
  }
  return bytes === 0 ? { kind: 'empty' } : { kind: 'md5', md5: hash.digest('hex') };
}
