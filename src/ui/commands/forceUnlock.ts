import * as vscode from 'vscode';
import { allowedActions } from '../../core/allowedActions';
import { foreignLocksOf, locksOf, type Locks } from '../../core/lockStatus';
import { forceUnlockConfirm, resultView } from '../../present/actionView';
import { lockSummary, lockWords } from '../../present/lockWords';
import { label } from '../../present/untrusted';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import { guardedOrConfirmed } from '../unguardedDelete';
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
  if (view === undefined || locksOf(view.status).length === 0) {
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
  const locks = await pickHolder(foreignLocksOf(view.status), deps);
  if (locks === undefined) {
    return;
  }
  const now = deps.clock.now();
  const confirm = forceUnlockConfirm(state, locks, deps.who, now, view.unchangedSince);
  const proceed = 'Continue…';
  const choice = await vscode.window.showWarningMessage(
    confirm.message,
    { modal: true, detail: confirm.detail },
    proceed,
  );
  if (choice !== proceed || !(await typedKey(state.key))) {
    return;
  }
  const result = await guardedOrConfirmed(state, (consent) =>
    withProgress(`Force unlocking ${name}`, (signal) =>
      deps.service.forceUnlock(state, locks, signal, consent),
    ),
  );
  deps.denied.noteResult(state.places, result);
  showResult(resultView('forceUnlock', state, result, deps.clock.now()), deps.log);
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
