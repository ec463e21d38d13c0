import { parseCreated, type LockInfo } from './lockInfo';

/** What can be told about a lock from what its record says alone. */
export interface ReadableLock {
  readonly record: { readonly info: LockInfo };
}

/** How long a lock has been held, in ms, as far as it can be told. */
export interface LockAge {
  readonly ms: number;
  /** `record`: by the record's `Created`. `observed`: at least this long, by this editor's own clock. */
  readonly from: 'record' | 'observed';
  /** `Created` lies in the future by more than clocks usually differ: one of the clocks is wrong. */
  readonly inFuture: boolean;
}

/** How far a clock may be off before its time is disbelieved. */
export const toleratedSkewMs = 60_000;

/**
 * The age of a lock. A missing, unreadable or future `Created` is never trusted: then only what this
 * editor has itself observed counts.
 */
export function lockAge(
  lock: ReadableLock,
  now: number,
  unchangedSince?: number,
): LockAge | undefined {
  const createdAt = parseCreated(lock.record.info.created);
  const inFuture = createdAt !== undefined && createdAt > now + toleratedSkewMs;
  if (createdAt !== undefined && !inFuture) {
    return { ms: Math.max(0, now - createdAt), from: 'record', inFuture };
  }
  if (unchangedSince === undefined) {
    return undefined;
  }
  return { ms: Math.max(0, now - unchangedSince), from: 'observed', inFuture };
}
