import * as vscode from 'vscode';
import type { LockBoard } from '../core/lockBoard';
import { DisposableStore, Emitter, type Disposable } from '../core/lifecycle';
import type { Clock } from '../core/ports';
import { emptyReason } from '../present/emptyView';
import { detailRows } from '../present/detailRows';
import { lockedCount, stateRows, type LockRow } from '../present/locksView';
import { contextKeys, views } from './contributions';
import type { LockListingBranch } from './lockListingBranch';

const drawTogetherMs = 50;

/** The tree "State Locks": adapts rows to VS Code, and tells it only of real changes. */
export class LocksTree implements Disposable, vscode.TreeDataProvider<LockRow> {
  private readonly store = new DisposableStore();
  private readonly changeEmitter = this.store.add(new Emitter<undefined>());
  private readonly tree: vscode.TreeView<LockRow>;
  private searchFailed = false;
  /** Rows whose details are on the screen: those of the others need not be compared. */
  private readonly expanded = new Set<string>();
  private pending: Disposable | undefined;
  private shown = '';
  private empty = '';

  readonly onDidChangeTreeData = this.changeEmitter.event;

  constructor(
    private readonly board: LockBoard,
    private readonly clock: Clock,
    private readonly listing: LockListingBranch,
  ) {
    this.tree = this.store.add(
      vscode.window.createTreeView(views.locks, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.store.add(
      board.onDidChange(() => {
        this.updateSoon();
      }),
    );
    this.store.add(
      this.tree.onDidExpandElement(({ element }) => {
        this.expanded.add(element.viewId);
      }),
    );
    this.store.add(
      this.tree.onDidCollapseElement(({ element }) => {
        this.expanded.delete(element.viewId);
      }),
    );
    this.store.add(
      listing.onDidChange(() => {
        this.update();
      }),
    );
    this.store.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.update();
      }),
    );
  }

  /** Whether the last search of the workspace failed, so that "no backend" would be a guess. */
  setSearchFailed(failed: boolean): void {
    this.searchFailed = failed;
    this.update();
  }

  getTreeItem(row: LockRow): vscode.TreeItem {
    const item = new vscode.TreeItem(
      row.label,
      row.expandable
        ? vscode.TreeItemCollapsibleState.Collapsed
        : vscode.TreeItemCollapsibleState.None,
    );
    item.id = row.id;
    item.description = row.description;
    item.tooltip = row.tooltip;
    item.contextValue = row.contextValue;
    item.accessibilityInformation = { label: row.accessibleLabel };
    if (row.icon !== undefined) {
      const { name, color } = row.icon;
      item.iconPath = new vscode.ThemeIcon(
        name,
        color === undefined ? undefined : new vscode.ThemeColor(color),
      );
    }
    return item;
  }

  getChildren(row?: LockRow): LockRow[] {
    const now = this.clock.now();
    if (row === undefined) {
      const states = this.emptyReason() === 'none' ? stateRows(this.board.views(), now) : [];
      return [...states, ...this.listing.rows(now)];
    }
    const listed = this.listing.children(row, now);
    if (listed !== undefined) {
      return listed;
    }
    const view = this.board.view(row.viewId);
    return view === undefined || !row.expandable ? [] : detailRows(view, now);
  }

  /** Only rows of states are revealed, and nothing is above them. */
  getParent(): undefined {
    return undefined;
  }

  /** Shows a state's row with its lock's record below it. */
  async reveal(viewId: string): Promise<void> {
    const row = this.getChildren().find((candidate) => candidate.viewId === viewId);
    if (row === undefined) {
      await vscode.commands.executeCommand(`${views.locks}.focus`);
    } else {
      await this.tree.reveal(row, { select: true, focus: true, expand: true });
    }
  }

  dispose(): void {
    this.pending?.dispose();
    this.store.dispose();
  }

  private emptyReason(): ReturnType<typeof emptyReason> {
    return emptyReason(this.board.views(), {
      trusted: vscode.workspace.isTrusted,
      failed: this.searchFailed,
    });
  }

  /** Several tables answer within a moment of each other: they are drawn together. */
  private updateSoon(): void {
    this.pending ??= this.clock.after(drawTogetherMs, () => {
      this.pending = undefined;
      this.update();
    });
  }

  private update(): void {
    const now = this.clock.now();
    const all = this.board.views();
    const open = all.filter((view) => this.expanded.has(view.id));
    const marks = [...stateRows(all, now), ...open.flatMap((view) => detailRows(view, now))]
      .map((row) => `${row.id} ${row.contextValue} ${row.label} ${row.description}`)
      .join('\n');
    const rows = marks + this.listing.mark(now);
    const empty = this.emptyReason();
    if (rows === this.shown && empty === this.empty) {
      return;
    }
    this.shown = rows;
    if (empty !== this.empty) {
      this.empty = empty;
      void vscode.commands.executeCommand('setContext', contextKeys.empty, empty);
    }
    const locked = lockedCount(all);
    this.tree.badge =
      locked === 0
        ? undefined
        : {
            value: locked,
            tooltip: `${String(locked)} Terraform state${locked === 1 ? '' : 's'} locked`,
          };
    this.changeEmitter.fire(undefined);
  }
}
