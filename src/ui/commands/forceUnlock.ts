import * as vscode from 'vscode';
import { allowedActions } from '../../core/allowedActions';
import { foreignLocksOf, locksOf, type Locks } from '../../core/lockStatus';
import { lockSummary, lockWords } from '../../present/lockWords';
import { label } from '../../present/untrusted';
import { errorText } from '../../present/wording';
import { pickView } from '../pickView';
import { withProgress } from '../progress';
import { unlockFlow } from '../runbook/unlockFlow';
import type { CommandDeps } from './commandDeps';

/** Breaks another's lock: a fresh read, then the runbook on exactly what it found. */
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
  const subject = locks === undefined ? undefined : deps.evidence.subject(view, locks);
  if (subject !== undefined) {
    await unlockFlow(deps, subject);
  }
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
