import type { LockError } from './lockError';
import type { ReadOptions } from './lockGateway';
import type { LockInfo, LockInfoProblem } from './lockInfo';
import type { Fact, StateRef } from './stateRef';

/** A whole lock table or bucket: what a list of all locks is made of. Plain data: it crosses thread boundaries. */
export interface LockSource {
  /** Which backend's lister talks to it. */
  readonly backend: string;
  /** Unique over all sources; no secret in it. */
  readonly id: string;
  readonly kind: 'table' | 'bucket';
  readonly name: string;
  /** `DynamoDB table tf-locks in eu-west-1`. */
  readonly label: string;
  readonly facts: readonly Fact[];
  /** Whether a lock that is listed here can be removed without its state being in the workspace. */
  readonly unlockable: boolean;
  /** What the backend's lister needs, and nobody else reads. May hold credentials: never logged or shown. */
  readonly config: unknown;
}

/**
 * A lock as a list shows it. Far smaller than a `LockRecord`, because there may be 100,000: it is no proof
 * for a guard. Whoever wants to remove the lock reads it again and is shown what is there then.
 */
export interface ListedLock {
  /** `<bucket>/<key>` of the state. Untrusted text, like all of `info`. */
  readonly path: string;
  readonly info: LockInfo;
  readonly problem?: LockInfoProblem;
  /** Fields longer than `maxListedChars` were cut. */
  readonly cut?: true;
  /** There is a lock, but its record could not be read. */
  readonly unread?: LockError;
}

/** Characters of a record's field that a list keeps. */
export const maxListedChars = 1000;

/** One answer of a store that is listed page by page. */
export type ListingPage =
  | {
      readonly kind: 'page';
      readonly locks: readonly ListedLock[];
      /** Items or objects that were looked at, locks or not. */
      readonly scanned: number;
      /** Read units that DynamoDB says it used. */
      readonly readUnits?: number;
      /** Where the next page starts; missing on the last. */
      readonly next?: string;
    }
  | { readonly kind: 'failed'; readonly error: LockError };

/** How large a source is, as far as it can be told before it is read. */
export type SourceSize =
  | {
      readonly kind: 'known';
      /** Counted by DynamoDB about every six hours. */
      readonly items: number;
      readonly bytes: number;
      /** Of a table with provisioned capacity; missing for on-demand tables. */
      readonly readUnitsPerSecond?: number;
    }
  /** `error`: why; missing where a store has no such count at all. */
  | { readonly kind: 'unknown'; readonly error?: LockError };

/** Lists whole stores. Only ever asked by a person: it reads everything there is, and that is charged. */
export interface LockLister {
  /** The tables and buckets that these states keep their locks in, each once. No network. */
  listSources(states: readonly StateRef[]): Promise<readonly LockSource[]>;

  /** How large a source is. Failures are sizes. */
  measureSource(source: LockSource, options: ReadOptions, signal: AbortSignal): Promise<SourceSize>;

  /** One consistent page, from the start or where the page before said. Rejects never: failures are pages. */
  listPage(
    source: LockSource,
    after: string | undefined,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ListingPage>;

  /** The state behind a listed lock, known by its path alone. No network. */
  stateOfListed(source: LockSource, path: string): Promise<StateRef>;
}
