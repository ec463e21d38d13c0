import { LockFailure, type LockError } from '../../core/lockError';
import { awsError } from './awsErrors';
import type { LockFilePlace } from './s3Backend';

/** The parts of an error of S3 that tell more than its name. */
interface S3ErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  /** Of `AuthorizationHeaderMalformed`: the region that the bucket is in. */
  readonly Region?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

function shapeOf(thrown: unknown): S3ErrorShape {
  return typeof thrown === 'object' && thrown !== null ? thrown : {};
}

/** Converts what a request about a lock file, or another object, threw. */
export function fileError(
  thrown: unknown,
  action: string,
  place: Pick<LockFilePlace, 'bucket' | 'key' | 'access'>,
): LockError {
  const label = `Lock file ${place.key} in bucket ${place.bucket}`;
  const error = awsError(thrown, { action, place: label });
  const bucket = `Bucket ${place.bucket}`;
  const region = realRegion(thrown, place.access.region);
  if (region !== undefined) {
    return { reason: 'wrongRegion', place: bucket, detail: region };
  }
  if (error.reason === 'wrongRegion') {
    // S3 names no other region: the request was refused for another cause, or by another server.
    return { ...error, place: bucket, detail: '' };
  }
  return error.reason === 'notFound' ? { ...error, place: bucket } : error;
}

function realRegion(thrown: unknown, asked: string): string | undefined {
  const { Region, $metadata, $response } = shapeOf(thrown);
  const status = $metadata?.httpStatusCode;
  if (status !== 301 && status !== 400) {
    return undefined;
  }
  const region = $response?.headers?.['x-amz-bucket-region'] ?? Region;
  return typeof region === 'string' && region !== '' && region !== asked ? region : undefined;
}

/** Any server answers 200 to anything; S3's objects have an ETag. */
export function notS3(): LockFailure {
  return new LockFailure({ reason: 'malformed', detail: 'the answer is not one of S3' });
}

/** S3 itself says that there is no such object. Any other 404 may be anybody's. */
export function isNoSuchKey(thrown: unknown): boolean {
  return shapeOf(thrown).name === 'NoSuchKey';
}

/** A condition was not met: 412, as S3 has it. */
export function isPreconditionFailed(thrown: unknown): boolean {
  const { name, $metadata } = shapeOf(thrown);
  return name === 'PreconditionFailed' || $metadata?.httpStatusCode === 412;
}

/** The store says that it does not know conditional requests. */
export function isNotImplemented(thrown: unknown): boolean {
  const { name, $metadata } = shapeOf(thrown);
  return name === 'NotImplemented' || $metadata?.httpStatusCode === 501;
}

/**
 * 400 on a GET: the object is encrypted with a customer's key that was not sent, or it is not and one was
 * sent. S3's words: "The object was stored using a form of Server Side Encryption. The correct parameters
 * must be provided", and "The encryption parameters are not applicable to this object".
 */
export function isOtherEncryption(thrown: unknown): boolean {
  const { message, $metadata } = shapeOf(thrown);
  return $metadata?.httpStatusCode === 400 && /encrypt/i.test(textOf(message));
}

/** The object is there, but its KMS key may not be used, or cannot be. */
export function isUndecryptable(thrown: unknown): boolean {
  const { name, message } = shapeOf(thrown);
  return textOf(name).startsWith('KMS.') || /\bkms:Decrypt\b/.test(textOf(message));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
