import * as vscode from 'vscode';
import type { HeldLock } from '../../core/lockPlace';
import { allowedActions } from '../../core/lockService';
import { locksOf } from '../../core/lockStatus';
import type { StateRef } from '../../core/stateRef';
import { forceUnlockConfirm, resultView } from '../../present/actionView';
import { label } from '../../present/untrusted';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

/**
 * Breaks another's lock: fresh read, the whole record in a modal, the state's key typed, one conditional
 * delete of exactly the record that was shown.
 */
export async function forceUnlock(deps: CommandDeps, argument: unknown): Promise<void> {
  const picked = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).forceUnlock,
    title: 'Force Unlock',
    none: 'No state here is locked by somebody else.',
  });
  const state = picked?.state;
  if (picked === undefined || state === undefined) {
    return;
  }
  const name = label(state.key);
  await withProgress(`Reading the lock of ${name}`, () =>
    deps.poller.refresh({ userStarted: true, places: state.places }),
  );
  const view = deps.board.view(picked.id);
  const [lock] = view === undefined ? [] : locksOf(view.status);
  if (view === undefined || lock === undefined) {
    const message =
      view?.status.kind === 'free'
        ? `${name} is not locked any more. Nothing was deleted.`
        : `The lock of ${name} could not be read, so there is nothing to unlock.`;
    void vscode.window.showInformationMessage(message);
    return;
  }
  if (!allowedActions(view).forceUnlock) {
    void vscode.window.showInformationMessage(`You hold the lock of ${name}: release it instead.`);
    return;
  }
  await unlockShown(deps, state, lock, view.unchangedSince);
}

/** Shows the whole record, has the key typed, and removes exactly that lock. True where it was tried. */
export async function unlockShown(
  deps: CommandDeps,
  state: StateRef,
  lock: HeldLock,
  unchangedSince?: number,
): Promise<boolean> {
  const now = deps.clock.now();
  const confirm = forceUnlockConfirm(state, lock, deps.who, now, unchangedSince);
  const proceed = 'Continue…';
  const choice = await vscode.window.showWarningMessage(
    confirm.message,
    { modal: true, detail: confirm.detail },
    proceed,
  );
  if (choice !== proceed || !(await typedKey(state.key))) {
    return false;
  }
  const result = await withProgress(`Force unlocking ${label(state.key)}`, (signal) =>
    deps.service.forceUnlock(state, lock, signal),
  );
  showResult(resultView('forceUnlock', state, result, deps.clock.now()), deps.log);
  return true;
}

async function typedKey(key: string): Promise<boolean> {
  const typed = await vscode.window.showInputBox({
    title: `Force Unlock: ${label(key)}`,
    prompt: `Type the state's key to remove the lock: ${label(key, 1000)}`,
    ignoreFocusOut: true,
    validateInput: (text) => (text === key ? undefined : "This is not the state's key."),
  });
  return typed === key;
}
