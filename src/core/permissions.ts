/** What a person wants to be able to do. */
export type PermissionLevel = 'watch' | 'acquireAndRelease' | 'forceUnlock';

/** Actions on resources, in the terms of the backend: IAM actions on ARNs. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** It works without, only worse. */
  readonly optional: boolean;
}

export interface LevelPermissions {
  readonly level: PermissionLevel;
  readonly grants: readonly Grant[];
  /** The policy that grants exactly this, as text in `language`. */
  readonly policy: string;
  readonly language: 'json' | 'hcl' | 'shell';
}

/** What this backend, as it is configured, must allow whom. Plain data: it crosses thread boundaries. */
export interface RequiredPermissions {
  /** Which configuration this is about: `S3 backend, lock file and DynamoDB table`. */
  readonly title: string;
  readonly levels: readonly LevelPermissions[];
  /** Sentences about placeholders, optional parts and what the policy cannot say. Not yet escaped. */
  readonly notes: readonly string[];
}
