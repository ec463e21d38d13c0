import * as vscode from 'vscode';
import type { LockBoard, StateView } from '../core/lockBoard';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import { locksOf } from '../core/lockStatus';
import type { Clock } from '../core/ports';
import { aggregateStatusBar, stateStatusBar } from '../present/statusBarView';
import { commands } from './contributions';
import { isTerraformFile } from './terraformFile';
import { isTerragruntFile } from './terragruntFiles';

/** A change of holder stands out for this long. */
const standsOutMs = 10_000;

/** The one status bar item: the state of the active editor, else how all states stand. */
export class LockStatusBar implements Disposable {
  private readonly store = new DisposableStore();
  private readonly item = this.store.add(
    vscode.window.createStatusBarItem('stateLock.status', vscode.StatusBarAlignment.Left, 50),
  );
  private shown = '';
  /** The state last shown and its lock, to tell that the lock of the same state has changed. */
  private before: { readonly viewId: string; readonly lockId: string } | undefined;
  private changedUntil = 0;
  private changeTimer: Disposable | undefined;

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
    this.changeTimer?.dispose();
    this.store.dispose();
  }

  /** Another holder of the state being edited stands out for a while, without a pop-up. */
  private noticeChange(active: StateView | undefined, now: number): void {
    const lockId = active === undefined ? undefined : lockIdOf(active);
    if (active === undefined || lockId === undefined) {
      return;
    }
    const isSame = this.before?.viewId === active.id;
    if (isSame && this.before?.lockId !== lockId && active.status.kind !== 'mine') {
      this.changedUntil = now + standsOutMs;
      this.changeTimer?.dispose();
      this.changeTimer = this.clock.after(standsOutMs, () => {
        this.update();
      });
    } else if (!isSame) {
      this.changedUntil = 0;
    }
    this.before = { viewId: active.id, lockId };
  }

  private update(): void {
    const now = this.clock.now();
    const active = activeView(this.board);
    this.noticeChange(active, now);
    const view =
      active === undefined ? aggregateStatusBar(this.board.views()) : stateStatusBar(active, now);
    const stands = now < this.changedUntil;
    const key = JSON.stringify([view, stands]);
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
      view.severity === 'warning' || stands
        ? new vscode.ThemeColor('statusBarItem.warningBackground')
        : undefined;
    this.item.show();
  }
}

/** What tells one lock of a state from the next; undefined where it is not known just now. */
function lockIdOf({ status }: StateView): string | undefined {
  return status.kind === 'unknown'
    ? undefined
    : locksOf(status)
        .map(({ record }) => record.info.id)
        .join();
}

/** The view of the state behind the active editor's directory. */
export function activeView(board: LockBoard): StateView | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri !== undefined && (isTerraformFile(uri) || isTerragruntFile(uri))
    ? board.viewOfDir(vscode.Uri.joinPath(uri, '..').toString())
    : undefined;
}
