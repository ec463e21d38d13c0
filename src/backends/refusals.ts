import type { AcquireOutcome, ReleaseOutcome } from '../core/lockGateway';
import type { LockRecord } from '../core/lockPlace';

/** What a place holds that refused a conditional request; undefined: it could not be read. */
export type Current = { readonly record?: LockRecord } | undefined;

/** An acquire was refused: somebody holds the lock, or held it a moment ago. */
export function refusedAcquire(current: Current): AcquireOutcome {
  return current?.record === undefined
    ? { kind: 'held' }
    : { kind: 'held', record: current.record };
}

/** A release was refused: the lock is not the one that was shown. Nothing was removed. */
export function refusedRelease(current: Current): ReleaseOutcome {
  if (current === undefined) {
    return { kind: 'changed' };
  }
  return current.record === undefined
    ? { kind: 'gone' }
    : { kind: 'changed', record: current.record };
}
