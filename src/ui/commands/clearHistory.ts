import * as vscode from 'vscode';
import type { CommandDeps } from './commandDeps';

/** Forgets every hold that was observed from this machine. */
export async function clearHistory({ history, activity, log }: CommandDeps): Promise<void> {
  const clear = 'Clear History';
  const choice = await vscode.window.showWarningMessage(
    'Clear the lock history?',
    {
      modal: true,
      detail:
        'What was observed of locks is removed from this machine, for all workspaces and windows. It ' +
        'cannot be brought back. No lock is touched, and the audit file stays.',
    },
    clear,
  );
  if (choice !== clear) {
    return;
  }
  await history.clear();
  log.info('The lock history was cleared.');
  activity.refresh();
}
