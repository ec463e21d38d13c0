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

/** What can be done next, as a button of a notification. */
export interface NextAction {
  readonly title: string;
  readonly run: () => void | Promise<void>;
}

const shows = {
  info: vscode.window.showInformationMessage,
  warning: vscode.window.showWarningMessage,
  error: vscode.window.showErrorMessage,
} as const;

/** One notification about what came of an action that a person started. */
export function showResult(
  { severity, message }: ResultView,
  log: LogChannel,
  next: readonly NextAction[] = [],
): void {
  const showLog: NextAction = {
    title: 'Show Log',
    run: () => {
      log.show();
    },
  };
  const actions = severity === 'info' ? next : [...next, showLog];
  if (severity === 'info') {
    log.info(message);
  } else {
    log.warn(message);
  }
  const titles = actions.map(({ title }) => title);
  void shows[severity](message, ...titles).then((choice) =>
    actions.find(({ title }) => title === choice)?.run(),
  );
}
