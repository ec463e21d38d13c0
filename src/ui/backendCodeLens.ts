import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { LockBoard } from '../core/lockBoard';
import type { Clock } from '../core/ports';
import { codeLensTitle } from '../present/statusBarView';
import { commands, terraformFiles, unitFiles } from './contributions';
import type { ModuleTracker } from './moduleTracker';
import type { Settings } from './settings';

interface LensDeps {
  readonly board: LockBoard;
  readonly tracker: Pick<ModuleTracker, 'blocksOf' | 'onDidFind'>;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'value' | 'onDidChange'>;
}

/** One line above each backend block: how its lock stands. A click opens the actions that apply. */
export class BackendCodeLens implements Disposable {
  private readonly store = new DisposableStore();

  constructor(deps: LensDeps) {
    const { board, tracker, clock, settings } = deps;
    const changed = this.store.add(new vscode.EventEmitter<void>());
    const fire = (): void => {
      changed.fire();
    };
    this.store.add(board.onDidChange(fire));
    this.store.add(tracker.onDidFind(fire));
    this.store.add(settings.onDidChange(fire));
    this.store.add(
      vscode.languages.registerCodeLensProvider(
        [{ pattern: terraformFiles }, { pattern: unitFiles }],
        {
          onDidChangeCodeLenses: changed.event,
          provideCodeLenses: (document) =>
            settings.value.codeLens
              ? tracker.blocksOf(document).flatMap(({ dir, block }) => {
                  const view = board.viewOfDir(dir);
                  if (view === undefined) {
                    return [];
                  }
                  const at = document.positionAt(block.range.start);
                  const title = codeLensTitle(view, clock.now());
                  const command = { title, command: commands.showActions, arguments: [view.id] };
                  return [new vscode.CodeLens(new vscode.Range(at, at), command)];
                })
              : [],
        },
      ),
    );
  }

  dispose(): void {
    this.store.dispose();
  }
}
