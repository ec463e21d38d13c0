import type { Fact } from './stateRef';

/**
 * What the store itself knows of a lock's holder: a proof, where the backend has one, and never a guess from
 * the lock's age. Plain data: it crosses thread boundaries.
 */
export interface Liveness {
  /** `gone`: the holder cannot write any more. `unknown`: the proof could not be had just now. */
  readonly kind: 'alive' | 'gone' | 'unknown';
  /** What proves it, as people call it: `Consul session`, `etcd lease`, `process 4711`. */
  readonly by: string;
  /** How long it lasts if it is not renewed, in ms, as of the reading. */
  readonly endsInMs?: number;
  /** Node, TTL, checks, process: untrusted text. */
  readonly facts: readonly Fact[];
}

/** What keeps a lock at a place: it lasts only as long as its holder renews it. */
export interface LeaseTerms {
  /** What people call it: `session`, `lease`. */
  readonly name: string;
  /** It lasts this long after the last renewal, in ms. */
  readonly ttlMs: number;
  /** How long a store may take after the last renewal to end it, in ms, where that is longer. */
  readonly endsWithinMs?: number;
  /** After it has ended nobody can take the lock for this long, in ms (Consul's lock-delay). */
  readonly graceMs: number;
}
