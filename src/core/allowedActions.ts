import type { StateView } from './lockBoard';
import { foreignLocksOf, leftoversOf, locksOf, ownLocksOf } from './lockStatus';

/** What a person may do about a state just now. The same answer for palette, tree, hover and status bar. */
export interface AllowedActions {
  readonly acquire: boolean;
  readonly release: boolean;
  readonly forceUnlock: boolean;
  /** Wait until somebody else gives the lock back. */
  readonly wait: boolean;
  /** Remove what a holder left behind and what locks nobody out. */
  readonly cleanUp: boolean;
}

/**
 * Acquire needs a state with a lock place; the conditional write decides the rest. Release and force
 * unlock need a lock that was read and is shown; of two holders, one may be us and the other not.
 */
export function allowedActions(view: StateView): AllowedActions {
  const { status } = view;
  const reachable = view.state !== undefined && view.state.places.length > 0;
  return {
    acquire: reachable && locksOf(status).length === 0,
    release: ownLocksOf(status).length > 0,
    forceUnlock: foreignLocksOf(status).length > 0,
    wait: reachable && locksOf(status).length > 0 && ownLocksOf(status).length === 0,
    cleanUp: leftoversOf(status).length > 0,
  };
}
