import * as vscode from 'vscode';
import { allowedActions } from '../../core/allowedActions';
import { leftoversOf } from '../../core/lockStatus';
import { resultView } from '../../present/actionView';
import { cleanUpConfirm } from '../../present/confirmView';
import { label } from '../../present/untrusted';
import { confirmed } from '../confirm';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

/** Removes the record that a holder left behind, if it is still exactly the one that is shown. */
export async function cleanUp(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).cleanUp,
    title: 'Clean Up Left-Over Record',
    none: 'Nothing was left behind here.',
  });
  const state = view?.state;
  if (view === undefined || state === undefined) {
    return;
  }
  const leftovers = leftoversOf(view.status);
  if (leftovers.length === 0) {
    void vscode.window.showInformationMessage(`Nothing was left behind at ${label(state.key)}.`);
    return;
  }
  if (!(await confirmed(cleanUpConfirm(state, leftovers, deps.clock.now()), 'Clean Up'))) {
    return;
  }
  const result = await withProgress(`Cleaning up at ${label(state.key)}`, (signal) =>
    deps.service.cleanUp(state, leftovers, signal),
  );
  deps.denied.noteResult(state.places, result);
  showResult(resultView('cleanUp', state, result, deps.clock.now()), deps.log);
}
