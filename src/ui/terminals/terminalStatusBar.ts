import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/lifecycle';
import { terminalStatusBar } from '../../present/terminalView';
import type { LockedTerminals } from './lockedTerminals';

/** Says for as long as a locked terminal is open that its lock is held from here. */
export class TerminalStatusBar implements Disposable {
  private readonly store = new DisposableStore();
  private readonly item = this.store.add(
    vscode.window.createStatusBarItem('stateLock.terminal', vscode.StatusBarAlignment.Left, 49),
  );

  constructor(private readonly terminals: LockedTerminals) {
    this.item.name = 'Terraform State Lock: Locked Terminal';
    this.item.command = 'workbench.action.terminal.focus';
    this.store.add(
      terminals.onDidChange(() => {
        this.update();
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private update(): void {
    const view = terminalStatusBar(this.terminals.list());
    if (view === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = view.text;
    this.item.tooltip = view.tooltip;
    this.item.accessibilityInformation = { label: view.accessibleLabel, role: 'button' };
    this.item.backgroundColor =
      view.severity === 'warning'
        ? new vscode.ThemeColor('statusBarItem.warningBackground')
        : undefined;
    this.item.show();
  }
}
