import type { LockError } from '../../core/lockError';
import type {
  AcquireOutcome,
  ReadOptions,
  ReleaseOptions,
  ReleaseOutcome,
} from '../../core/lockGateway';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { Fact } from '../../core/stateRef';
import type { BackendHost } from '../backend';
import type { Batch } from '../readByBatch';
import { refusedAcquire, refusedRelease, type Current } from '../refusals';
import { writeError } from './awsErrors';
import { LockFileBucket } from './lockFileBucket';
import { fileError, isNoSuchKey, isPreconditionFailed } from './lockFileErrors';
import { LockFileReader } from './lockFileReader';
import { fileRecord, noProof } from './lockFileRecord';
import type { LockFilePlace } from './s3Backend';
import type { S3PlaceClient } from './s3LockClient';
import { StoreProofs } from './storeProof';

/** One bucket as one identity sees it: the places of one batch key share it. */
interface OpenBucket {
  readonly bucket: LockFileBucket;
  readonly reader: LockFileReader;
}

/** Reads and writes Terraform's lock files in S3 buckets. */
export class LockFileClient implements S3PlaceClient {
  private readonly buckets = new Map<string, OpenBucket>();
  private readonly proofs: StoreProofs;

  constructor(private readonly host: BackendHost) {
    this.proofs = new StoreProofs((message) => {
      host.log(message);
    });
  }

  async readBatch(
    batch: Batch,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LockReading>> {
    const { reader, bucket } = this.open(batch[0]);
    return bucket.clock.stampAll(await reader.read(batch, options, signal));
  }

  async identify(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly Fact[]> {
    return this.open(place).bucket.identify(options, signal);
  }

  /** One conditional request: puts this very text, if there is no file. */
  async putIfFree(
    place: LockPlace,
    body: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    const { bucket, reader } = this.open(place);
    const config = configOf(place);
    const proof = await this.proofs.of(bucket, config, options, signal);
    if (!proof.ok) {
      return { kind: 'failed', error: proof.error };
    }
    const put = await bucket.put(config.key, { body, onlyIfAbsent: true }, options, signal);
    if (put.ok) {
      // A body-less 200 is any server's; the ETag proves that it is S3's.
      return put.value === undefined || put.value === ''
        ? { kind: 'failed', error: notS3(place) }
        : { kind: 'acquired', record: fileRecord({ text: body, cut: false }, put.value) };
    }
    if (!isPreconditionFailed(put.thrown)) {
      return {
        kind: 'failed',
        error: writeError(fileError(put.thrown, 's3:PutObject', config), put),
      };
    }
    return refusedAcquire(known(await reader.readOne(place, options, signal)));
  }

  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReleaseOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    const { bucket } = this.open(place);
    const config = configOf(place);
    if (record.guard === noProof) {
      return { kind: 'failed', error: unprovable(config) };
    }
    const proof = await this.proofs.of(bucket, config, options, signal);
    if (proof.ok) {
      return this.deleteGuarded(place, record, options, signal);
    }
    return proof.error.reason === 'unsafeStore' && options.unconditional === true
      ? this.deleteUnguarded(place, record, options, signal)
      : { kind: 'failed', error: proof.error };
  }

  /** One conditional delete. */
  private async deleteGuarded(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    const { bucket, reader } = this.open(place);
    const config = configOf(place);
    const deleted = await bucket.delete(config.key, record.guard, options, signal);
    if (deleted.ok) {
      return deleted.value === 204 ? { kind: 'released' } : { kind: 'failed', error: notS3(place) };
    }
    if (isNoSuchKey(deleted.thrown)) {
      return { kind: 'gone' };
    }
    if (!isPreconditionFailed(deleted.thrown)) {
      return {
        kind: 'failed',
        error: writeError(fileError(deleted.thrown, 's3:DeleteObject', config), deleted),
      };
    }
    return refusedRelease(known(await reader.readOne(place, options, signal)));
  }

  /**
   * Only for a store that ignores conditions, and only after a person agreed to it in so many words: reads,
   * compares, deletes and reads again. What happens between two of these steps cannot be excluded.
   */
  private async deleteUnguarded(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    const { bucket, reader } = this.open(place);
    const config = configOf(place);
    const before = await reader.readOne(place, options, signal);
    if (!before.ok) {
      return { kind: 'failed', error: before.error };
    }
    if (before.record === undefined) {
      return { kind: 'gone' };
    }
    if (before.record.guard !== record.guard || before.record.raw !== record.raw) {
      return { kind: 'changed', record: before.record };
    }
    const deleted = await bucket.delete(config.key, undefined, options, signal);
    if (!deleted.ok) {
      return {
        kind: 'failed',
        error: writeError(fileError(deleted.thrown, 's3:DeleteObject', config), deleted),
      };
    }
    const after = await reader.readOne(place, options, signal);
    if (after.ok && after.record?.guard === record.guard) {
      return { kind: 'failed', error: notS3(place) };
    }
    return { kind: 'released' };
  }

  private open(place: LockPlace): OpenBucket {
    let open = this.buckets.get(place.batchKey);
    if (open === undefined) {
      const config = configOf(place);
      const bucket = new LockFileBucket(config.bucket, config.settings, config, this.host);
      open = { bucket, reader: new LockFileReader(bucket) };
      this.buckets.set(place.batchKey, open);
    }
    return open;
  }
}

function known(reading: LockReading): Current {
  return reading.ok ? reading : undefined;
}

function notS3(place: LockPlace): LockError {
  return { reason: 'uncertain', place: place.label, detail: 'the answer is not one of S3' };
}

/** The ETag of an encrypted lock comes from the list of the bucket, and that was refused. */
function unprovable({ bucket }: LockFilePlace): LockError {
  return { reason: 'denied', action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` };
}

function configOf(place: LockPlace): LockFilePlace {
  return place.config as LockFilePlace;
}
