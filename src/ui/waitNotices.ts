import * as vscode from 'vscode';
import type { DeniedMemory } from '../core/deniedMemory';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { LockBoard } from '../core/lockBoard';
import type { LockWait, LockWaits, WaitEnd, WaitStore } from '../core/lockWaits';
import type { Clock } from '../core/ports';
import { resultView } from '../present/actionView';
import { releasedNotice, waitWords } from '../present/noticeView';
import { label } from '../present/untrusted';
import { commands } from './contributions';
import type { LogChannel } from './logChannel';
import type { Notices } from './notices';
import { showResult } from './progress';

interface WaitNoticesDeps {
  readonly waits: LockWaits;
  readonly board: LockBoard;
  readonly denied: DeniedMemory;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: LogChannel;
}

/** Shows what is waited for, with a way to stop, and how it ended. */
export class WaitNotices implements Disposable {
  private readonly store = new DisposableStore();
  private readonly shown = new Set<string>();

  constructor(private readonly deps: WaitNoticesDeps) {
    const { waits } = deps;
    this.store.add(
      waits.onDidChange(() => {
        this.showProgress();
      }),
    );
    this.store.add(
      waits.onDidEnd((end) => {
        this.tell(end);
      }),
    );
    this.showProgress();
  }

  dispose(): void {
    this.store.dispose();
  }

  /** One progress notification for each lock that is to be taken; Cancel ends the wait. */
  private showProgress(): void {
    const waiting = this.deps.waits.list().filter((wait) => wait.then === 'acquire');
    for (const wait of waiting) {
      if (!this.shown.has(wait.viewId)) {
        this.shown.add(wait.viewId);
        void this.progressOf(wait);
      }
    }
  }

  private async progressOf(wait: LockWait): Promise<void> {
    const { waits, board, clock } = this.deps;
    const title = `Waiting for the lock of ${label(wait.title)}`;
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    await vscode.window.withProgress(options, (progress, token) => {
      const report = (): void => {
        progress.report({ message: waitWords(board.view(wait.viewId), clock.now()) });
      };
      report();
      return new Promise<void>((resolve) => {
        const subscriptions = [
          token.onCancellationRequested(() => {
            waits.cancel(wait.viewId);
          }),
          waits.onDidChange(() => {
            if (waits.list().some(({ viewId }) => viewId === wait.viewId)) {
              report();
            } else {
              subscriptions.forEach((subscription) => {
                subscription.dispose();
              });
              resolve();
            }
          }),
        ];
      });
    });
    this.shown.delete(wait.viewId);
  }

  private tell(end: WaitEnd): void {
    const { clock, denied, log, notices } = this.deps;
    switch (end.kind) {
      case 'free':
        notices.show('released', releasedNotice(end.wait), [
          {
            title: 'Acquire Lock…',
            run: () => vscode.commands.executeCommand(commands.acquire, end.view.id),
          },
        ]);
        return;
      case 'acted':
        if (end.view.state !== undefined) {
          denied.noteResult(end.view.state.places, end.result);
          showResult(resultView('acquire', end.view.state, end.result, clock.now()), log);
        }
        return;
      case 'cancelled':
        return;
    }
  }
}

const storedKey = 'waits';

/** Waits of this workspace, over reloads of the window. */
export function waitStore(memento: vscode.Memento): WaitStore {
  return {
    load: () => memento.get<readonly LockWait[]>(storedKey, []).filter(isWait),
    save: (waits) => {
      void memento.update(storedKey, waits);
    },
  };
}

function isWait(value: unknown): value is LockWait {
  const wait = value as Partial<LockWait> | null;
  return (
    typeof wait === 'object' &&
    typeof wait?.viewId === 'string' &&
    typeof wait.title === 'string' &&
    (wait.then === 'acquire' || wait.then === 'notify')
  );
}
