import * as vscode from 'vscode';
import type { ResultView } from '../present/actionView';
import type { LogChannel } from './logChannel';

/** Runs `task` with a progress notification; its Cancel button aborts the signal, and `report` says how far it is. */
export async function withProgress<T>(
  title: string,
  task: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const controller = new AbortController();
      const subscription = token.onCancellationRequested(() => {
        controller.abort();
      });
      try {
        return await task(controller.signal, (message) => {
          progress.report({ message });
        });
      } finally {
        subscription.dispose();
      }
    },
  );
}

/** One notification about what came of an action that a person started. */
export function showResult(result: ResultView, log: LogChannel): void {
  if (result.severity === 'info') {
    log.info(result.message);
    void vscode.window.showInformationMessage(result.message);
    return;
  }
  const showLog = 'Show Log';
  const show =
    result.severity === 'error' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
  log.warn(result.message);
  void show(result.message, showLog).then((choice) => {
    if (choice === showLog) {
      log.show();
    }
  });
}
