import * as vscode from 'vscode';
import type { ResultView } from '../present/actionView';
import type { LogChannel } from './logChannel';

/**
 * A task that is done sooner shows no progress: that would only flicker, and VS Code shows no more than three
 * notifications that come within 800 ms, so that the result itself could be the one that is left out.
 */
const patienceMs = 500;

/** Runs `task`, with a progress notification if it takes a while; its Cancel button aborts the signal, and `report` says how far it is. */
export async function withProgress<T>(
  title: string,
  task: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let latest: string | undefined;
  let show: ((message: string) => void) | undefined;
  const running = task(controller.signal, (message) => {
    latest = message;
    show?.(message);
  });
  const ended = running.then(
    () => undefined,
    () => undefined,
  );
  if (await isSlow(ended)) {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, async (progress, token) => {
      const subscription = token.onCancellationRequested(() => {
        controller.abort();
      });
      show = (message) => {
        progress.report({ message });
      };
      if (latest !== undefined) {
        show(latest);
      }
      await ended;
      subscription.dispose();
    });
  }
  return running;
}

async function isSlow(ended: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(true);
    }, patienceMs);
  });
  const slow = await Promise.race([ended.then(() => false), waited]);
  clearTimeout(timer);
  return slow;
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
