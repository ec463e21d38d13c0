import type { Fact } from './stateRef';
import type { DecodedLockInfo } from './lockInfo';
import type { Liveness, LeaseTerms } from './liveness';
import type { LockError } from './lockError';

/**
 * One place that holds a lock: an item of a DynamoDB table, a lock file, a Consul key.
 * A state has one or several. Plain data: it crosses thread boundaries.
 */
export interface LockPlace {
  /** Which backend's client talks to it. */
  readonly backend: string;
  /** Unique over all places; equal places are read once. */
  readonly id: string;
  /** Places with the same batch key can be read together. */
  readonly batchKey: string;
  /** `DynamoDB table tf-locks`. */
  readonly label: string;
  readonly facts: readonly Fact[];
  /** What of the backend block names this place: where its problems are shown. */
  readonly origin?: PlaceOrigin;
  /** Set where a lock lasts only while its holder renews it; missing where it stays until it is deleted. */
  readonly lease?: LeaseTerms;
  /**
   * The lock ends with the process that holds it, and by nothing else: force unlock removes only what a
   * process that has ended left behind.
   */
  readonly heldByProcess?: boolean;
  /** The store tells of changes by itself (`LockGateway.awaitChange`), so it need not be polled. */
  readonly watchable?: boolean;
  /** What the backend's client needs, and nobody else reads. May hold credentials: never logged or shown. */
  readonly config: unknown;
}

/** The attribute of a backend block that names a place. */
export interface PlaceOrigin {
  /** `dynamodb_table`. */
  readonly attribute: string;
  /** The table's or bucket's name. */
  readonly name: string;
  readonly region: string;
  /** Whether the lock gateway can create it where it does not exist. */
  readonly creatable: boolean;
}

/** A lock as it was read. */
export interface LockRecord extends DecodedLockInfo {
  /** The record's text as stored, or a rendering of it where it is not text; shown and copied. */
  readonly raw: string;
  /**
   * Proof of "still exactly this record", made by the backend's client and given back to it:
   * a release or force unlock happens only on a record that still yields the same proof.
   */
  readonly guard: string;
  /** What the store knows of the holder, where it knows anything. */
  readonly liveness?: Liveness;
}

/**
 * The answer of one place. No `record` means: read successfully and consistently, and there was no lock.
 * `leftover`: what a holder left behind that locks nobody out (a record without its session).
 */
export type LockReading =
  | {
      readonly ok: true;
      readonly at: number;
      readonly record?: LockRecord;
      readonly leftover?: LockRecord;
    }
  | { readonly ok: false; readonly at: number; readonly error: LockError };

/** A lock and the place where it is. */
export interface HeldLock {
  readonly place: LockPlace;
  readonly record: LockRecord;
}
