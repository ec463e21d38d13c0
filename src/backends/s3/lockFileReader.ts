import type { LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { SendResult } from './awsSession';
import { keyWays } from './customerKey';
import type { GotFile, LockFileBucket } from './lockFileBucket';
import { fileError, isNoSuchKey, isOtherEncryption, isUndecryptable } from './lockFileErrors';
import { encryptedRecord, fileRecord } from './lockFileRecord';
import type { LockFilePlace } from './s3Backend';

/** S3 has no batch read: so many files of one bucket are asked for at once. */
const maxParallelGets = 8;

/** Failures that the next file would meet too. A refusal is not among them: policies may name single keys. */
const failsForAll: ReadonlySet<LockError['reason']> = new Set([
  'notFound',
  'wrongRegion',
  'signedOut',
  'badCredentials',
  'network',
  'timeout',
  'cancelled',
]);

/** Reads lock files of one bucket. S3's reads are consistent by themselves. */
export class LockFileReader {
  constructor(private readonly bucket: LockFileBucket) {}

  /** One reading per place, by place id. */
  async read(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LockReading>> {
    const answers = new Map<string, LockReading>();
    const queue = [...places];
    let shared: LockError | undefined;
    const next = async (): Promise<void> => {
      for (let place = queue.shift(); place !== undefined; place = queue.shift()) {
        const reading = await this.readOne(place, options, signal);
        answers.set(place.id, reading);
        if (!reading.ok && failsForAll.has(reading.error.reason)) {
          queue.length = 0;
          shared ??= reading.error;
        }
      }
    };
    await Promise.all(Array.from({ length: maxParallelGets }, next));
    for (const place of places) {
      if (!answers.has(place.id) && shared !== undefined) {
        answers.set(place.id, { ok: false, at: Date.now(), error: shared });
      }
    }
    return answers;
  }

  /** Reads one lock file, in whichever way it was encrypted. */
  async readOne(place: LockPlace, options: ReadOptions, signal: AbortSignal): Promise<LockReading> {
    const config = place.config as LockFilePlace;
    for (const withKey of keyWays(config.settings)) {
      const got = await this.bucket.get(config.key, withKey, options, signal);
      if (got.ok) {
        return readingOf(got.value, place);
      }
      if (isNoSuchKey(got.thrown)) {
        return { ok: true, at: Date.now() };
      }
      if (isUndecryptable(got.thrown)) {
        return this.encrypted(config, options, signal);
      }
      if (!isOtherEncryption(got.thrown)) {
        return failure(fileError(got.thrown, 's3:GetObject', config));
      }
    }
    return this.encrypted(config, options, signal);
  }

  /** The lock is there, whatever it says. Its ETag, without which it could not be broken, is in the list. */
  private async encrypted(
    config: LockFilePlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<LockReading> {
    const listed: SendResult<string | undefined> = await this.bucket.listedEtag(
      config.key,
      options,
      signal,
    );
    if (listed.ok && listed.value === undefined) {
      // Gone since: neither "held" nor "free" was read just now.
      return failure({ reason: 'busy', place: `Lock file ${config.key}` });
    }
    const record: LockRecord = encryptedRecord(listed.ok ? listed.value : undefined);
    return { ok: true, at: Date.now(), record };
  }
}

function readingOf({ etag, content }: GotFile, place: LockPlace): LockReading {
  // Any server answers 200 to anything; S3's objects have an ETag.
  return etag === undefined || etag === ''
    ? failure({ reason: 'malformed', place: place.label, detail: 'the answer is not one of S3' })
    : { ok: true, at: Date.now(), record: fileRecord(content, etag) };
}

function failure(error: LockError): LockReading {
  return { ok: false, at: Date.now(), error };
}
