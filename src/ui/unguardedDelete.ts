import * as vscode from 'vscode';
import type { ActionResult } from '../core/actionResults';
import type { Consent } from '../core/lockService';
import type { StateRef } from '../core/stateRef';
import { unconditionalConfirm } from '../present/confirmView';

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
  const { message, detail } = unconditionalConfirm(state, result.error);
  const proceed = 'Delete Without Guard';
  const choice = await vscode.window.showWarningMessage(message, { modal: true, detail }, proceed);
  return choice === proceed ? remove({ unconditional: true }) : result;
}
