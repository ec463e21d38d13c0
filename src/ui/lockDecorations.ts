import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { LockBoard, StateView } from '../core/lockBoard';
import type { Clock } from '../core/ports';
import { decorationOf } from '../present/decorationView';
import type { Settings } from './settings';

interface DecorationDeps {
  readonly board: LockBoard;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'value' | 'onDidChange'>;
}

/** A padlock on the files that hold the backend block of a locked state, and on their folders. */
export class LockDecorations implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changeEmitter = this.store.add(new vscode.EventEmitter<vscode.Uri[]>());
  private shown: ReadonlyMap<string, string> = new Map();
  private views: ReadonlyMap<string, StateView> = new Map();

  constructor(private readonly deps: DecorationDeps) {
    this.store.add(
      vscode.window.registerFileDecorationProvider({
        onDidChangeFileDecorations: this.changeEmitter.event,
        provideFileDecoration: (uri) => this.decorate(uri),
      }),
    );
    this.store.add(
      deps.board.onDidChange(() => {
        this.update();
      }),
    );
    this.store.add(
      deps.settings.onDidChange(() => {
        this.update();
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private decorate(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const view = this.views.get(uri.toString());
    const decoration = view === undefined ? undefined : decorationOf(view, this.deps.clock.now());
    return decoration === undefined
      ? undefined
      : new vscode.FileDecoration(decoration.badge, decoration.tooltip);
  }

  /** Asks VS Code to draw again just what looks different now. */
  private update(): void {
    const { board, clock, settings } = this.deps;
    const views = new Map<string, StateView>();
    const shown = new Map<string, string>();
    for (const view of settings.value.fileDecorations ? board.views() : []) {
      const decoration = decorationOf(view, clock.now());
      for (const { dir, file } of decoration === undefined ? [] : view.modules) {
        for (const uri of [dir, file]) {
          views.set(uri, view);
          shown.set(uri, `${decoration?.badge ?? ''} ${decoration?.tooltip ?? ''}`);
        }
      }
    }
    const uris = new Set([...shown.keys(), ...this.shown.keys()]);
    const changed = [...uris].filter((uri) => shown.get(uri) !== this.shown.get(uri));
    this.views = views;
    this.shown = shown;
    if (changed.length > 0) {
      this.changeEmitter.fire(changed.map((uri) => vscode.Uri.parse(uri, true)));
    }
  }
}
