import * as vscode from 'vscode';
import type { LockBoard } from '../core/lockBoard';
import type { Clock } from '../core/ports';
import { hoverMarkdown } from '../present/hoverView';
import { commands, terraformFiles, unitFiles } from './contributions';
import type { ModuleTracker } from './moduleTracker';

/** The hover on a backend block. Reads the board, never the network. */
export function registerBackendHover(
  board: LockBoard,
  tracker: Pick<ModuleTracker, 'blockAt'>,
  clock: Clock,
): vscode.Disposable {
  return vscode.languages.registerHoverProvider(
    [{ pattern: terraformFiles }, { pattern: unitFiles }],
    {
      provideHover: (document, position) => {
        const found = tracker.blockAt(document, position);
        const view = found === undefined ? undefined : board.viewOfDir(found.dir);
        if (found === undefined || view === undefined) {
          return undefined;
        }
        const text = new vscode.MarkdownString(hoverMarkdown(view, commands, clock.now()));
        text.isTrusted = {
          enabledCommands: [
            commands.acquire,
            commands.release,
            commands.forceUnlock,
            commands.cleanUp,
            commands.refresh,
            commands.copyLockId,
          ],
        };
        const { start, end } = found.block.range;
        return new vscode.Hover(
          text,
          new vscode.Range(document.positionAt(start), document.positionAt(end)),
        );
      },
    },
  );
}
