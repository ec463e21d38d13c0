/**
 * Why something about a lock could not be done or known. The sentence for people is written from this in
 * `present/wording.ts`, and only there.
 *
 * - `unresolved`: the configuration does not say which state it is (`key = var.key`); `detail` names what is missing
 * - `unsupported`: a backend or lock mode this extension cannot read yet; `detail` names it
 * - `impossible`: cannot be done or known here, by the nature of the store or this machine; `detail` says why
 * - `busy`: another write to the same lock was under way at the same moment; this one was refused
 * - `wrongRegion`: the bucket is in another region; `detail` is the real one
 * - `unsafeStore`: the store ignores conditional requests, so no write to it can be guarded
 * - `uncertain`: a write was sent and its answer never came
 * - `blocked`: no lock, but something at its place blocks everyone (a digest item of another state)
 * - `notFound`: the table or bucket does not exist there
 * - `wrongSchema`: the table's key is not `LockID` of type string
 * - `denied`: an IAM or ACL refusal; `action` and `resource` say which
 * - `signedOut`: credentials are missing, expired or would need a person to log in
 * - `badCredentials`: the service does not accept these credentials, or the clock is wrong
 * - `wrongAccount`: the credentials are of an account that the block does not allow; `detail` names it
 * - `throttled`, `timeout`, `network`: as they say
 * - `malformed`: an answer that is not of the service's protocol
 * - `untrusted`: the workspace is not trusted, so nothing was asked
 * - `cancelled`: the user cancelled
 * - `stale`: the last answer is too old to be called the truth
 * - `notReady`: not asked yet
 * - `auditFailed`: the audit file cannot be written, so nothing was changed
 * - `internal`: a fault of this extension
 */
export type LockErrorReason =
  | 'unresolved'
  | 'unsupported'
  | 'impossible'
  | 'busy'
  | 'wrongRegion'
  | 'unsafeStore'
  | 'uncertain'
  | 'blocked'
  | 'notFound'
  | 'wrongSchema'
  | 'denied'
  | 'signedOut'
  | 'badCredentials'
  | 'wrongAccount'
  | 'throttled'
  | 'timeout'
  | 'network'
  | 'malformed'
  | 'untrusted'
  | 'cancelled'
  | 'stale'
  | 'notReady'
  | 'auditFailed'
  | 'internal';

/** Plain data: it crosses thread boundaries. No field ever holds a secret. */
export interface LockError {
  readonly reason: LockErrorReason;
  /** Where: `DynamoDB table tf-locks in eu-west-1`. */
  readonly place?: string;
  /** The service's or system's own words, or a detail that the sentence needs. Untrusted text. */
  readonly detail?: string;
  /** What to do about it, in the backend's own terms; ours, never text from outside. */
  readonly help?: string;
  /** `denied`: the refused action (`dynamodb:BatchGetItem`). */
  readonly action?: string;
  /** `denied`: what it was refused on, an ARN where one is known. */
  readonly resource?: string;
}

/** A `LockError` on its way up. */
export class LockFailure extends Error {
  override readonly name = 'LockFailure';

  constructor(
    readonly error: LockError,
    cause?: unknown,
  ) {
    super(error.reason, { cause });
  }

  /** Narrows a caught value, optionally to one reason. */
  static is(value: unknown, reason?: LockErrorReason): value is LockFailure {
    return value instanceof LockFailure && (reason === undefined || value.error.reason === reason);
  }
}

/** Turns whatever was thrown into a `LockError`; what is not one of ours is a fault of ours. */
export function toLockError(value: unknown): LockError {
  if (LockFailure.is(value)) {
    return value.error;
  }
  return { reason: 'internal', detail: value instanceof Error ? value.message : String(value) };
}
