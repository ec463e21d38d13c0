import type { LockPlace } from './lockPlace';

/** A labelled value for people: `Region: eu-west-1`. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** One Terraform state: what a lock protects. Plain data: it crosses thread boundaries. */
export interface StateRef {
  /** Equal for two blocks exactly when they mean the same state. Used as a map key, never shown. */
  readonly id: string;
  /** The label of the backend block: `s3`, `consul`, … */
  readonly backend: string;
  /** What people know the state by, in its store: the S3 key. Typed to confirm a force unlock. */
  readonly key: string;
  /** `Path` of a lock record of this state: `<bucket>/<key>` for S3. */
  readonly path: string;
  readonly workspace: string;
  /** Where it is: bucket, region, endpoint, profile. No secrets. */
  readonly facts: readonly Fact[];
  /** Every place that must be free for the state to be free, in the order in which Terraform takes them. */
  readonly places: readonly LockPlace[];
  /** What its backend can do beside reading and writing locks; missing: nothing. */
  readonly capabilities?: readonly StateCapability[];
}

/** `listWorkspaces`: name the other workspaces of its configuration. `checkState`: compare the state with what is known of it. */
export type StateCapability = 'listWorkspaces' | 'checkState';
