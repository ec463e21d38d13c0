import type { LockInfo } from './lockInfo';
import type { ReadableLock } from './lockAge';
import type { StateRef } from './stateRef';

/** A lock that was taken here: enough to know it again after a restart. */
export interface OwnLock {
  readonly lockId: string;
  /** `Path` of the state: an ID copied into another state's record does not make that one ours. */
  readonly path: string;
  readonly takenAt: string;
  /** RFC 3339: when it is to be given back by itself; missing where it has no time limit. */
  readonly until?: string;
}

/** Where own locks are remembered, across windows and restarts. */
export interface OwnLockStore {
  /** Lock IDs taken here and not given back, as last loaded. */
  has(lockId: string, path: string): boolean;
  /** What is remembered of a lock, as last loaded. */
  find(lockId: string): OwnLock | undefined;
  /** Written before the lock is asked for, so that a lock is never taken and then not known as ours. */
  remember(lock: OwnLock): Promise<void>;
  forget(lockId: string): Promise<void>;
}

/** A lock is mine while the record of the state I locked still carries the ID that I gave it. */
export function isMine(
  store: Pick<OwnLockStore, 'has'>,
  lock: ReadableLock,
  state: Pick<StateRef, 'path'>,
): boolean {
  const { id } = lock.record.info;
  return id !== '' && store.has(id, state.path);
}

/** What an own lock is made from. */
export interface OwnLockRequest {
  readonly lockId: string;
  readonly who: string;
  readonly version: string;
  /** The person's words. */
  readonly reason: string;
  readonly created: string;
  readonly path: string;
}

/** The record of a lock taken by hand. The operation's name says at once that no Terraform run holds it. */
export function ownLockInfo(request: OwnLockRequest): LockInfo {
  return {
    id: request.lockId,
    operation: manualOperation,
    info: request.reason,
    who: request.who,
    version: request.version,
    created: request.created,
    path: request.path,
  };
}

/** `Operation` of locks that people take with this extension. */
export const manualOperation = 'manual lock';
