import type { BackendBlock } from './backendBlock';
import type { LockError } from './lockError';
import type { ReadOptions } from './lockGateway';
import type { ResolveContext } from './resolution';
import type { StateCheck } from './stateCheck';
import type { StateRef } from './stateRef';

/** The workspaces of one configuration. */
export type WorkspaceList =
  /** As the backend's own tool would list them, `default` first. Untrusted text. */
  | { readonly kind: 'list'; readonly workspaces: readonly string[] }
  | { readonly kind: 'failed'; readonly error: LockError };

/**
 * Looks at more than a lock: at what states there are, and at a state itself. Only ever asked by a person,
 * never in the background; never writes. Rejects never: failures are answers.
 */
export interface StateExplorer {
  /** The workspaces of a block's configuration. It may read a long list. */
  listWorkspaces(
    block: BackendBlock,
    context: ResolveContext,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<WorkspaceList>;

  /** Whether a state with the capability `checkState` is what its readers will expect. */
  checkState(state: StateRef, options: ReadOptions, signal: AbortSignal): Promise<StateCheck>;
}
