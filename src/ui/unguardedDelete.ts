import type { ActionResult } from '../core/actionResults';
import type { Consent } from '../core/lockService';
import type { StateRef } from '../core/stateRef';
import { unconditionalConfirm } from '../present/confirmView';
import { confirmed } from './confirm';

/**
 * Deletes with the guard. Only where the store turns out to ignore guards, and nothing was deleted, asks in
 * other words whether to delete all the same.
 */
export async function guardedOrConfirmed(
  state: StateRef,
  remove: (consent: Consent) => Promise<ActionResult>,
): Promise<ActionResult> {
  const result = await remove({});
  if (result.kind !== 'failed' || result.error.reason !== 'unsafeStore') {
    return result;
  }
  const agreed = await confirmed(unconditionalConfirm(state, result.error), 'Delete Without Guard');
  return agreed ? remove({ unconditional: true }) : result;
}
