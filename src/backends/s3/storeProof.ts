import { randomUUID } from 'node:crypto';
import type { LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { SendResult } from './awsSession';
import type { LockFileBucket } from './lockFileBucket';
import { fileError, isNotImplemented, isPreconditionFailed } from './lockFileErrors';
import type { LockFilePlace } from './s3Backend';

/** An ETag that no object has. */
const wrongEtag = '"00000000000000000000000000000000"';
const cleanUpMs = 10_000;

type Verdict = { readonly ok: true } | { readonly ok: false; readonly error: LockError };

/** AWS keeps to conditions in every region (PUT since 2024, DELETE since 2025). */
export function isAwsHost(host: string): boolean {
  return /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|api\.aws)$/i.test(host);
}

/**
 * Whether a store keeps to `If-None-Match` and `If-Match`. Many that speak S3's protocol ignore both, and
 * would let one person overwrite or delete the lock of another. Proven once per store and bucket, on an
 * object of our own beside the lock, before the first write to a lock; AWS itself needs no proof.
 */
export class StoreProofs {
  private readonly verdicts = new Map<string, Verdict>();

  constructor(private readonly log: (message: string) => void) {}

  async of(
    bucket: LockFileBucket,
    place: LockFilePlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<Verdict> {
    if (bucket.host === undefined) {
      // Nothing was asked so far. Whatever the answer is: now it is known where it came from.
      const first = await bucket.get(place.key, false, options, signal);
      if (!first.ok && !first.sent) {
        return { ok: false, error: fileError(first.thrown, 's3:GetObject', place) };
      }
    }
    const host = bucket.host ?? '';
    if (isAwsHost(host)) {
      return { ok: true };
    }
    const store = `${host}|${place.access.endpoints.s3 ?? ''}|${place.bucket}`;
    const known = this.verdicts.get(store);
    if (known !== undefined) {
      return known;
    }
    const verdict = await new Probe(bucket, place, options, signal).run();
    if (verdict.ok || verdict.error.reason === 'unsafeStore') {
      this.verdicts.set(store, verdict);
      this.log(`${host}: conditional requests are ${verdict.ok ? 'kept to' : 'ignored'}`);
    }
    return verdict;
  }
}

/** One proof, on one object that nobody else knows. */
class Probe {
  private readonly key: string;

  constructor(
    private readonly bucket: LockFileBucket,
    private readonly place: LockFilePlace,
    private readonly options: ReadOptions,
    private readonly signal: AbortSignal,
  ) {
    this.key = `${place.key}.state-lock-probe-${randomUUID()}`;
  }

  async run(): Promise<Verdict> {
    const put = await this.put(false);
    if (!put.ok) {
      return this.failed(put.thrown, 's3:PutObject');
    }
    try {
      return (await this.putIsGuarded()) ?? (await this.deleteIsGuarded(put.value)) ?? { ok: true };
    } finally {
      // Whatever was found, and even if it was cancelled: nothing of ours stays behind.
      const { userStarted } = this.options;
      const options = { userStarted, timeoutMs: cleanUpMs };
      const signal = AbortSignal.timeout(cleanUpMs);
      await this.bucket.delete(this.key, undefined, options, signal);
    }
  }

  private async putIsGuarded(): Promise<Verdict | undefined> {
    const again = await this.put(true);
    if (again.ok) {
      return unsafe(this.place, 'it overwrites despite If-None-Match');
    }
    if (isPreconditionFailed(again.thrown)) {
      return undefined;
    }
    return isNotImplemented(again.thrown)
      ? unsafe(this.place, 'it does not implement If-None-Match')
      : this.failed(again.thrown, 's3:PutObject');
  }

  private async deleteIsGuarded(etag: string | undefined): Promise<Verdict | undefined> {
    if (etag === undefined || etag === '') {
      return unsafe(this.place, 'it gives no ETag');
    }
    const wrong = await this.delete(wrongEtag);
    if (wrong.ok) {
      return unsafe(this.place, 'it deletes despite If-Match');
    }
    if (!isPreconditionFailed(wrong.thrown)) {
      return isNotImplemented(wrong.thrown)
        ? unsafe(this.place, 'it does not implement If-Match')
        : this.failed(wrong.thrown, 's3:DeleteObject');
    }
    const right = await this.delete(etag);
    if (right.ok) {
      return undefined;
    }
    return isPreconditionFailed(right.thrown)
      ? unsafe(this.place, 'it refuses every If-Match')
      : this.failed(right.thrown, 's3:DeleteObject');
  }

  private put(onlyIfAbsent: boolean): Promise<SendResult<string | undefined>> {
    const body = '{"purpose":"does this store keep to conditional requests?"}';
    return this.bucket.put(this.key, { body, onlyIfAbsent }, this.options, this.signal);
  }

  private delete(etag: string): Promise<SendResult<number | undefined>> {
    return this.bucket.delete(this.key, etag, this.options, this.signal);
  }

  private failed(thrown: unknown, action: string): Verdict {
    return { ok: false, error: fileError(thrown, action, { ...this.place, key: this.key }) };
  }
}

function unsafe(place: LockFilePlace, detail: string): Verdict {
  return { ok: false, error: { reason: 'unsafeStore', place: `bucket ${place.bucket}`, detail } };
}
