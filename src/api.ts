/** What `activate` gives to other extensions. Read-only: nothing here takes or breaks a lock. */
export interface StateLockApi {
  readonly version: 1;
  /** Every state of the workspace, as it is known now. */
  statuses(): readonly StateLockStatus[];
  /** Fires when the status or the holder of a state changes, with every state that changed. */
  readonly onDidChange: (listener: (changed: readonly StateLockStatus[]) => unknown) => {
    dispose(): void;
  };
  /** Reads all locks now; resolves when `statuses()` tells the answers. */
  refresh(): Promise<void>;
}

/** One state. All texts of `lock` come from its record: escape them before you show them. */
export interface StateLockStatus {
  readonly backend: string;
  /** The state's key in its store; the module's directory where it could not be resolved. */
  readonly state: string;
  readonly workspace?: string;
  /** The workspace is not the selected one of any module: somebody watches it beside that. */
  readonly watched?: true;
  /** URIs of the module directories that use the state. */
  readonly modules: readonly string[];
  /**
   * `free` is said only after a successful consistent read of every place that holds a lock of the state.
   * `half`: of a state's two locks only one is there, so everybody is refused. `conflict`: its two locks are
   * held under different lock IDs.
   */
  readonly status:
    'free' | 'held' | 'mine' | 'stale' | 'half' | 'conflict' | 'unknown' | 'notLockable';
  /** For `unknown`: why. */
  readonly reason?: string;
  /** When the status was true; missing where it is not known to be. */
  readonly checkedAt?: Date;
  /** The lock, or the first of several; for `unknown` the last one seen, if any. */
  readonly lock?: StateLockRecord;
  /** Every lock of the state, in the order in which Terraform takes them, each with its place. */
  readonly locks: readonly (StateLockRecord & {
    /** `DynamoDB table terraform-locks in eu-west-1`. */
    readonly place: string;
  })[];
}

/** What a lock's record says. Untrusted text; empty where the record cannot be read. */
export interface StateLockRecord {
  readonly id: string;
  readonly who: string;
  readonly operation: string;
  readonly info: string;
  readonly version: string;
  readonly created: string;
}
