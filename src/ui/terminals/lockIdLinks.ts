import * as vscode from 'vscode';
import type { Disposable } from '../../core/lifecycle';
import type { LockBoard, StateView } from '../../core/lockBoard';
import type { LockPoller } from '../../core/lockPoller';
import { locksOf } from '../../core/lockStatus';
import { lockIdIn } from '../../core/refusal';
import { unknownLockWords } from '../../present/terminalView';
import type { LocksTree } from '../locksTree';
import type { ShellWatch } from './shellWatch';

interface LinkDeps {
  readonly board: LockBoard;
  readonly poller: Pick<LockPoller, 'refresh'>;
  readonly tree: Pick<LocksTree, 'reveal'>;
  readonly shell: Pick<ShellWatch, 'pathOf'>;
}

class LockIdTerminalLink extends vscode.TerminalLink {
  constructor(
    start: number,
    length: number,
    readonly lockId: string,
  ) {
    super(start, length, 'Show this state lock');
  }
}

/** The lock ID in Terraform's "Error acquiring the state lock" opens that lock in the tree. */
export function registerLockIdLinks(deps: LinkDeps): Disposable {
  return vscode.window.registerTerminalLinkProvider({
    provideTerminalLinks: ({ line }) => {
      const link = lockIdIn(line);
      if (link === undefined) {
        return [];
      }
      return [new LockIdTerminalLink(link.start, link.length, link.lockId)];
    },
    handleTerminalLink: ({ lockId }: LockIdTerminalLink) => showLock(deps, lockId),
  });
}

async function showLock({ board, poller, tree, shell }: LinkDeps, lockId: string): Promise<void> {
  let view = viewOfLock(board, lockId);
  if (view === undefined) {
    await poller.refresh({ userStarted: true });
    view = viewOfLock(board, lockId);
  }
  if (view === undefined) {
    void vscode.window.showInformationMessage(unknownLockWords(shell.pathOf(lockId)));
  } else {
    await tree.reveal(view.id);
  }
}

function viewOfLock(board: LockBoard, lockId: string): StateView | undefined {
  return board
    .views()
    .find(({ status }) => locksOf(status).some(({ record }) => record.info.id === lockId));
}
