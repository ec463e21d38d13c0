import type { EtcdAccess } from './etcdConfig';

/** What the client needs to know of a place. */
export interface EtcdLockPlace {
  /** The state's key: prefix and workspace. */
  readonly state: string;
  readonly access: EtcdAccess;
}

/**
 * How long a lock of ours lasts without this window: long enough for a few failed renewals, short enough for
 * colleagues to wait for. Terraform's own last 60 s.
 */
export const leaseTtlSeconds = 30;
