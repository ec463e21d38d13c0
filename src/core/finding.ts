import type { CiSystem } from './ciHolders';
import type { Liveness } from './liveness';

/** What one line of evidence says of a holder. It is evidence, never a verdict. */
export type EvidencePoint = 'dead' | 'alive' | 'unknown';

/** What was looked at and found; `present/evidenceView.ts` turns it into a sentence. */
export type Finding =
  /** By the record's `Created`, corrected by the measured difference of this clock from the server's. */
  | {
      readonly kind: 'age';
      readonly ageMs: number | undefined;
      readonly usual: UsualHold;
      readonly inFuture: boolean;
    }
  /** By this editor's own clock alone: the very same record, seen again and again. */
  | { readonly kind: 'unchanged'; readonly forMs: number; readonly usual: UsualHold }
  /** This machine's clock differs from the server's, in ms: positive where the server is ahead. */
  | { readonly kind: 'skew'; readonly skewMs: number }
  | { readonly kind: 'process'; readonly result: ProcessFinding }
  | { readonly kind: 'state'; readonly writtenAt: number; readonly afterLockMs: number | undefined }
  | { readonly kind: 'stateUnknown'; readonly why: 'missing' | 'failed' | 'noTime' }
  | { readonly kind: 'liveness'; readonly liveness: Liveness }
  | { readonly kind: 'ci'; readonly system: CiSystem };

/** What the list of processes says, of a holder who is exactly this user on this machine. */
export type ProcessFinding =
  | { readonly kind: 'here'; readonly pids: readonly number[] }
  /** Another run on this machine, elsewhere: it may use the same state all the same. */
  | { readonly kind: 'elsewhere'; readonly count: number }
  | { readonly kind: 'none' }
  /** Not seen, and not everything could be seen. */
  | { readonly kind: 'hidden'; readonly why: 'namespace' | 'permissions' | 'platform' }
  /** The host name is one that many machines have. */
  | { readonly kind: 'genericHost' }
  | { readonly kind: 'failed' };

/** How long this operation on this state usually takes, and how that is known. */
export interface UsualHold {
  readonly ms: number;
  readonly from: 'history' | 'setting';
}

export interface Evidence {
  readonly points: EvidencePoint;
  /** A proof holds whatever else is found; a hint is only that. */
  readonly strength: 'proof' | 'hint';
  readonly finding: Finding;
  /** When this was found out, in ms since the epoch, by this machine's clock. */
  readonly at: number;
}
