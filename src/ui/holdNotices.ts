import * as vscode from 'vscode';
import type { HoldEvent, HoldKeeper } from '../core/holdKeeper';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { Clock } from '../core/ports';
import { holdNotice } from '../present/noticeView';
import { commands } from './contributions';
import type { LogChannel } from './logChannel';

interface HoldNoticesDeps {
  readonly keeper: HoldKeeper;
  readonly clock: Clock;
  readonly log: LogChannel;
}

/** Tells the holder of a lock that has to be renewed when it may be lost, and when it is. Never muted. */
export class HoldNotices implements Disposable {
  private readonly store = new DisposableStore();
  private readonly item = this.store.add(
    vscode.window.createStatusBarItem('stateLock.risk', vscode.StatusBarAlignment.Left, 51),
  );
  private readonly atRisk = new Set<string>();

  constructor(private readonly deps: HoldNoticesDeps) {
    this.item.name = 'Terraform State Lock: lock at risk';
    this.item.command = commands.showActions;
    this.store.add(
      deps.keeper.onDidChange((event) => {
        this.take(event);
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private take(event: HoldEvent): void {
    const { log, clock } = this.deps;
    const view = holdNotice(event, clock.now());
    if (event.kind === 'atRisk') {
      this.atRisk.add(event.state.id);
    } else {
      this.atRisk.delete(event.state.id);
    }
    this.showItem(view.message);
    if (event.kind === 'safe') {
      log.info(view.message);
      vscode.window.setStatusBarMessage(view.message, 5000);
      return;
    }
    log.warn(view.message);
    const show =
      event.kind === 'lost' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
    const [refresh, showLog] = ['Refresh', 'Show Log'];
    void show(view.message, refresh, showLog).then((choice) => {
      if (choice === refresh) return vscode.commands.executeCommand(commands.refresh);
      if (choice === showLog) log.show();
      return undefined;
    });
  }

  private showItem(message: string): void {
    if (this.atRisk.size === 0) {
      this.item.hide();
      return;
    }
    this.item.text = '$(warning) Lock at risk';
    this.item.tooltip = message;
    this.item.accessibilityInformation = { label: message, role: 'button' };
    this.item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.item.show();
  }
}
