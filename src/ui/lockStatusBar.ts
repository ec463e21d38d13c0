import * as vscode from 'vscode';
import type { LockBoard, StateView } from '../core/lockBoard';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { Clock } from '../core/ports';
import { aggregateStatusBar, stateStatusBar } from '../present/statusBarView';
import { commands } from './contributions';
import { isTerraformFile } from './terraformFile';
import { isTerragruntFile } from './terragruntFiles';

/** The one status bar item: the state of the active editor, else how all states stand. */
export class LockStatusBar implements Disposable {
  private readonly store = new DisposableStore();
  private readonly item = this.store.add(
    vscode.window.createStatusBarItem('stateLock.status', vscode.StatusBarAlignment.Left, 50),
  );
  private shown = '';

  constructor(
    private readonly board: LockBoard,
    private readonly clock: Clock,
  ) {
    this.item.name = 'Terraform State Lock';
    this.item.command = commands.showActions;
    this.store.add(
      board.onDidChange(() => {
        this.update();
      }),
    );
    this.store.add(
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.update();
      }),
    );
    this.update();
  }

  dispose(): void {
    this.store.dispose();
  }

  private update(): void {
    const now = this.clock.now();
    const active = activeView(this.board);
    const view =
      active === undefined ? aggregateStatusBar(this.board.views()) : stateStatusBar(active, now);
    const key = JSON.stringify(view);
    if (key === this.shown) {
      return;
    }
    this.shown = key;
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

/** The view of the state behind the active editor's directory. */
export function activeView(board: LockBoard): StateView | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri !== undefined && (isTerraformFile(uri) || isTerragruntFile(uri))
    ? board.viewOfDir(vscode.Uri.joinPath(uri, '..').toString())
    : undefined;
}
