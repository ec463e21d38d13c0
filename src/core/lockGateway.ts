import type { BackendBlock } from './backendBlock';
import type { LockInfo } from './lockInfo';
import type { LockError } from './lockError';
import type { LockPlace, LockReading, LockRecord } from './lockPlace';
import type { RequiredPermissions } from './permissions';
import type { ModuleFacts, Problem } from './problems';
import type { ResolveContext, Resolution } from './resolution';
import type { Fact } from './stateRef';

/** The answer to one conditional write that takes a lock. */
export type AcquireOutcome =
  | { readonly kind: 'acquired'; readonly record: LockRecord }
  /** Refused: there is a lock. `record` is missing where the holder could not be read. Nothing was changed. */
  | { readonly kind: 'held'; readonly record?: LockRecord }
  /** With reason `uncertain` the lock may have been taken; with any other it was not. */
  | { readonly kind: 'failed'; readonly error: LockError };

/** The answer to one conditional delete. */
export type ReleaseOutcome =
  | { readonly kind: 'released' }
  /** The lock is another one than was shown, or its record has changed. Nothing was deleted. */
  | { readonly kind: 'changed'; readonly record?: LockRecord }
  /** There is no lock any more. Nothing was deleted. */
  | { readonly kind: 'gone' }
  /** With reason `uncertain` the lock may have been deleted; with any other it was not. */
  | { readonly kind: 'failed'; readonly error: LockError };

/** What must exist before a lock can be asked for. It locks nobody out, and ends by itself if it is not used. */
export type PrepareOutcome =
  /** `lockId`: where the store makes the ID (a Consul session); else the caller does. */
  | { readonly kind: 'ready'; readonly lockId?: string }
  | { readonly kind: 'failed'; readonly error: LockError };

/** The answer to one renewal of what keeps a lock. */
export type RenewOutcome =
  | { readonly kind: 'renewed' }
  /** The session or lease has ended: the lock is not held by it any more. */
  | { readonly kind: 'lost' }
  /** Not known to be renewed. */
  | { readonly kind: 'failed'; readonly error: LockError };

/** The answer to waiting for a change. */
export type WatchAnswer =
  /** One reading per place, as good as those of `readMany`: something changed, or `maxWaitMs` went by. */
  | { readonly kind: 'readings'; readonly readings: readonly LockReading[] }
  /** The wait broke off; nothing is known of the time since the last reading. */
  | { readonly kind: 'broken'; readonly error: LockError }
  /** These places cannot be watched. */
  | { readonly kind: 'unsupported' };

export interface WatchOptions extends ReadOptions {
  /** An answer is due after this long even if nothing changed, in ms. */
  readonly maxWaitMs: number;
}

/** How a lock table is to be made; everything else about it is Terraform's to say. */
export interface CreateTableRequest {
  /** The table cannot be deleted before this is switched off again. */
  readonly deletionProtection: boolean;
}

/** The answer to one request to create a lock table. None of them ever replaced a table. */
export type CreateTableOutcome =
  /** Created, and ready for use. */
  | { readonly kind: 'created' }
  /** Created, but not seen ready; `error` where looking failed, else the caller stopped waiting. */
  | { readonly kind: 'creating'; readonly error?: LockError }
  /** Refused: there is a table of this name. Nothing was changed. */
  | { readonly kind: 'exists' }
  /** With reason `uncertain` it may have been created; with any other it was not. */
  | { readonly kind: 'failed'; readonly error: LockError };

export interface ReadOptions {
  /** A person asked for this, so credentials may be looked for again. A background read never does more than look. */
  readonly userStarted: boolean;
  /** For each single request, in ms. */
  readonly timeoutMs: number;
}

export interface ReleaseOptions extends ReadOptions {
  /**
   * A person was told that this store ignores conditions (`unsafeStore`), and wants the delete all the same:
   * the record is read and compared immediately before it, and read again after it.
   */
  readonly unconditional?: boolean;
}

/** Everything that is done over the network, behind one door. Implementations never retry a write. */
export interface LockGateway {
  /** Which state a backend block means. Reads files and environment, never the network. */
  resolve(block: BackendBlock, context: ResolveContext): Promise<Resolution>;

  /** What the text of a backend block says against itself. Never uses files, environment or network. */
  inspect(block: BackendBlock, facts: ModuleFacts): Promise<readonly Problem[]>;

  /**
   * What this backend must permit, level by level; undefined where its permissions are not known.
   * Reads files and environment, never the network.
   */
  permissions(
    block: BackendBlock,
    context: ResolveContext,
  ): Promise<RequiredPermissions | undefined>;

  /** One reading per place, in the order of `places`. Rejects never: failures are readings. */
  readMany(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]>;

  /**
   * Waits until something changed at one of these places since this gateway last read it, and answers with
   * what is there then. Ends at the latest after `maxWaitMs`. Rejects never.
   */
  awaitChange(
    places: readonly LockPlace[],
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<WatchAnswer>;

  /** Who we are at this place: credential source and account, as far as it is known. No secrets. */
  identify(place: LockPlace, options: ReadOptions, signal: AbortSignal): Promise<readonly Fact[]>;

  /** Makes what a lock needs before it can be taken (a Consul session), where it needs anything. */
  prepare(place: LockPlace, options: ReadOptions, signal: AbortSignal): Promise<PrepareOutcome>;

  /** One conditional write: takes the lock if nobody has it. */
  acquire(
    place: LockPlace,
    info: LockInfo,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome>;

  /** Renews what keeps a lock of ours: its session or lease. Touches nothing else. */
  renew(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<RenewOutcome>;

  /**
   * One conditional delete: removes the lock if it is still exactly `record`. Of a reading's `leftover` it
   * removes just that, if nobody holds the lock.
   */
  release(
    place: LockPlace,
    record: LockRecord,
    options: ReleaseOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome>;

  /** One request to create the table that a `creatable` place is in; then waits until it is ready. */
  createLockTable(
    place: LockPlace,
    request: CreateTableRequest,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<CreateTableOutcome>;
}
