import type { LockError } from './lockError';
import type { Fact } from './stateRef';

/** What came of a look at a state itself, on demand. */
export type StateCheck =
  | {
      /** `unsound`: its next reader will be refused. `open`: it could not be compared; `facts` say why. */
      readonly kind: 'sound' | 'unsound' | 'open';
      readonly at: number;
      /** What was compared, and what follows from it, in the terms of the backend: `Digest: matches`. Untrusted text. */
      readonly facts: readonly Fact[];
    }
  | { readonly kind: 'failed'; readonly at: number; readonly error: LockError };
