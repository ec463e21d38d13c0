import * as vscode from 'vscode';
import { allowedActions } from '../../core/allowedActions';
import { foreignLocksOf, locksOf, type Locks } from '../../core/lockStatus';
import type { StateRef } from '../../core/stateRef';
import { resultView } from '../../present/actionView';
import { forceUnlockConfirm } from '../../present/confirmView';
import { lockSummary, lockWords } from '../../present/lockWords';
import { label } from '../../present/untrusted';
import { errorText } from '../../present/wording';
import { withCheck } from '../../present/stateCheckView';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import { guardedOrConfirmed } from '../unguardedDelete';
import { checkAfterUnlock } from './checkState';
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
  if (view === undefined || view.status.kind === 'unknown') {
    const why = view?.status.kind === 'unknown' ? errorText(view.status.error).message : '';
    void vscode.window.showWarningMessage(
      `The lock of ${name} could not be read just now, so nothing was deleted. ${label(why, 600)}`,
    );
    return;
  }
  if (locksOf(view.status).length === 0) {
    void vscode.window.showInformationMessage(
      `${name} is not locked any more. Nothing was deleted.`,
    );
    return;
  }
  if (!allowedActions(view).forceUnlock) {
    void vscode.window.showInformationMessage(`You hold the lock of ${name}: release it instead.`);
    return;
  }
  const locks = await pickHolder(foreignLocksOf(view.status), deps);
  if (locks !== undefined) {
    await unlockShown(deps, state, locks, view.unchangedSince);
  }
}

/** Shows the whole record, has the key typed, and removes exactly these locks. True where it was tried. */
export async function unlockShown(
  deps: CommandDeps,
  state: StateRef,
  locks: Locks,
  unchangedSince?: number,
): Promise<boolean> {
  const now = deps.clock.now();
  const confirm = forceUnlockConfirm(state, locks, deps.who, now, unchangedSince);
  const proceed = 'Continue…';
  const choice = await vscode.window.showWarningMessage(
    confirm.message,
    { modal: true, detail: confirm.detail },
    proceed,
  );
  if (choice !== proceed || !(await typedKey(state.key))) {
    return false;
  }
  const result = await guardedOrConfirmed(state, (consent) =>
    withProgress(`Force unlocking ${label(state.key)}`, (signal) =>
      deps.service.forceUnlock(state, locks, signal, consent),
    ),
  );
  deps.denied.noteResult(state.places, result);
  const check = result.kind === 'done' ? await checkAfterUnlock(deps, state) : undefined;
  const message = resultView('forceUnlock', state, result, deps.clock.now());
  showResult(withCheck(message, check), deps.log);
  return true;
}

/** Whose locks: those of one holder at a time, chosen where there are two. */
async function pickHolder(
  groups: readonly Locks[],
  { clock }: CommandDeps,
): Promise<Locks | undefined> {
  if (groups.length < 2) {
    return groups[0];
  }
  const items = groups.map((locks) => ({
    label: label(lockSummary(lockWords(locks[0], clock.now()))),
    description: locks.map((lock) => label(lock.place.label)).join(', '),
    detail: label(locks[0].record.info.id),
    locks,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Force Unlock',
    placeHolder: 'This state is locked by two holders. Whose lock?',
  });
  return picked?.locks;
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
