import type { LockError } from './lockError';
import type { ReadOptions } from './lockGateway';
import type { StateRef } from './stateRef';

/** What the store says of the object that holds a state, without its content. Plain data. */
export type StateInfo =
  | {
      readonly kind: 'found';
      /** When it was asked, by this machine's clock. */
      readonly at: number;
      /** When it was last written, by the server's clock. */
      readonly writtenAt?: number;
      readonly size?: number;
      /** Names this very content for good: the store keeps versions. */
      readonly versionId?: string;
      readonly etag?: string;
    }
  /** There is no state yet: nothing has been written that could be lost. */
  | { readonly kind: 'missing'; readonly at: number }
  | { readonly kind: 'failed'; readonly at: number; readonly error: LockError };

/** A state, saved to a file of this machine. */
export interface SavedState {
  readonly kind: 'saved';
  readonly file: string;
  readonly at: number;
  readonly bytes: number;
  /** Hex, of the file. */
  readonly sha256: string;
  /** What the store promised and the file kept. */
  readonly verified: 'md5' | 'length';
  readonly versionId?: string;
}

export type BackupOutcome =
  | SavedState
  | { readonly kind: 'missing'; readonly at: number }
  | { readonly kind: 'failed'; readonly at: number; readonly error: LockError };

/**
 * Reads the object that holds a state, only ever for a person. Never writes to the store. Rejects never; a
 * backend that cannot do this fails with `unsupported`.
 */
export interface StateReader {
  readStateInfo(state: StateRef, options: ReadOptions, signal: AbortSignal): Promise<StateInfo>;

  /** Writes a new file of that name, readable by its owner alone; leaves none where it fails. */
  downloadState(
    state: StateRef,
    file: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<BackupOutcome>;
}
