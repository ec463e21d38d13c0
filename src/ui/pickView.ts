import * as vscode from 'vscode';
import type { LockBoard, StateView } from '../core/lockBoard';
import type { Clock } from '../core/ports';
import { statusWords } from '../present/locksView';
import { viewTitle, withWorkspace } from '../present/lockWords';
import { label } from '../present/untrusted';
import { activeView } from './lockStatusBar';

/**
 * The state that a command is about: the row or hover it was started from, else the active editor's, else
 * the only one that fits, else the person chooses. `undefined`: nothing fits, or nothing was chosen.
 */
export async function pickView(
  board: LockBoard,
  clock: Clock,
  argument: unknown,
  choose: {
    readonly fits: (view: StateView) => boolean;
    readonly title: string;
    readonly none: string;
  },
): Promise<StateView | undefined> {
  const id = viewIdOf(argument);
  if (id !== undefined) {
    const view = board.view(id);
    if (view === undefined) {
      void vscode.window.showInformationMessage('This state is no longer part of the workspace.');
    }
    return view;
  }
  const active = activeView(board);
  if (active !== undefined && choose.fits(active)) {
    return active;
  }
  const candidates = board.views().filter(choose.fits);
  if (candidates.length < 2) {
    const [only] = candidates;
    if (only === undefined) {
      void vscode.window.showInformationMessage(choose.none);
    }
    return only;
  }
  const items = candidates.map((view) => ({
    label: label(withWorkspace(view, viewTitle(view))),
    description: statusWords(view, clock.now()),
    detail: label(view.state?.path ?? ''),
    view,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: choose.title,
    placeHolder: 'Which state?',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.view;
}

/** A tree row or a hover's argument; both only name a view, and every guard follows after. */
function viewIdOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') {
    return argument;
  }
  if (typeof argument === 'object' && argument !== null && 'viewId' in argument) {
    return typeof argument.viewId === 'string' ? argument.viewId : undefined;
  }
  return undefined;
}
