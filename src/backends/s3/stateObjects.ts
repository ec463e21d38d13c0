import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { BackupOutcome, StateInfo } from '../../core/stateBackup';
import type { StateRef } from '../../core/stateRef';
import type { BackendHost } from '../backend';
import { AwsSessions } from './awsSessions';
import { customerKey, keyWays } from './customerKey';
import { fileError, isNoSuchKey, isOtherEncryption, notS3 } from './lockFileErrors';
import type { AwsAccess } from './s3Config';
import type { DynamoDbLockPlace, LockFilePlace } from './s3Backend';
import { saveObject, versionOf } from './stateDownload';
import type { StateObject } from './stateObject';

/** A state over a slow line takes longer than a lock. */
const downloadTimeoutMs = 5 * 60_000;

/** Where the state of a state is: said by any of its places. */
interface Located {
  readonly object: StateObject;
  readonly access: AwsAccess;
}

/** Looks at the objects that hold states, and saves them to files. Never writes to a bucket. */
export class StateObjects {
  private readonly sessions: AwsSessions;

  constructor(host: BackendHost) {
    this.sessions = new AwsSessions(host);
  }

  async readInfo(state: StateRef, options: ReadOptions, signal: AbortSignal): Promise<StateInfo> {
    const found = await this.inEitherWay(state, options, signal, lookAt);
    const at = Date.now();
    if (found.kind !== 'found') {
      return { ...found, at };
    }
    const { LastModified, ContentLength, VersionId, ETag } = found.value;
    return {
      kind: 'found',
      at,
      ...(LastModified === undefined ? {} : { writtenAt: LastModified.getTime() }),
      ...(ContentLength === undefined ? {} : { size: ContentLength }),
      ...versionOf(VersionId),
      ...(ETag === undefined ? {} : { etag: ETag }),
    };
  }

  async download(
    state: StateRef,
    file: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<BackupOutcome> {
    const patient = { ...options, timeoutMs: Math.max(options.timeoutMs, downloadTimeoutMs) };
    const found = await this.inEitherWay(state, patient, signal, (client, input, abortSignal) =>
      saveObject(client, input, file, abortSignal),
    );
    const at = Date.now();
    return found.kind === 'found' ? { kind: 'saved', file, at, ...found.value } : { ...found, at };
  }

  /** As with lock files: in whichever way it was encrypted. */
  private async inEitherWay<T>(
    state: StateRef,
    options: ReadOptions,
    signal: AbortSignal,
    send: (client: S3Client, input: GetObjectCommandInput, signal: AbortSignal) => Promise<T>,
  ): Promise<Found<T>> {
    const located = locate(state);
    if (located === undefined) {
      const detail = 'a state whose bucket is not known';
      return { kind: 'failed', error: { reason: 'unsupported', detail } };
    }
    const { object, access } = located;
    const { bucket, key, settings } = object;
    const session = this.sessions.bucket(access);
    let thrown: unknown;
    for (const withKey of keyWays(settings)) {
      const input = { Bucket: bucket, Key: key, ...(withKey ? customerKey(settings) : {}) };
      const result = await session.read('s3:GetObject', options, signal, (client, abortSignal) =>
        send(client, input, abortSignal),
      );
      if (result.ok) {
        return { kind: 'found', value: result.value };
      }
      if (isNoSuchKey(result.thrown)) {
        return { kind: 'missing' };
      }
      thrown = result.thrown;
      if (!isOtherEncryption(thrown)) {
        break;
      }
    }
    const error = fileError(thrown, 's3:GetObject', { bucket, key, access });
    return { kind: 'failed', error: { ...error, place: `State s3://${bucket}/${key}` } };
  }
}

type Found<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: LockError };

function locate({ places }: StateRef): Located | undefined {
  for (const { config } of places) {
    const place = config as DynamoDbLockPlace | LockFilePlace;
    if (place.kind === 'file') {
      const key = place.key.replace(/\.tflock$/, '');
      const { bucket, settings, access } = place;
      return { object: { bucket, key, settings }, access };
    }
    if (place.object.bucket !== '' && place.object.key !== '') {
      return { object: place.object, access: place.access };
    }
  }
  return undefined;
}

/** A GET whose content is left unread: unlike a HEAD, its refusals say what they are. */
async function lookAt(
  client: S3Client,
  input: GetObjectCommandInput,
  abortSignal: AbortSignal,
): Promise<Omit<GetObjectCommandOutput, 'Body'>> {
  const { Body, ...head } = await client.send(new GetObjectCommand(input), { abortSignal });
  (Body as { destroy?(): void } | undefined)?.destroy?.();
  if (head.ETag === undefined || head.ETag === '') {
    throw notS3();
  }
  return head;
}
