import * as vscode from 'vscode';
import type { StateView } from '../../core/lockBoard';
import { isWatched } from '../../present/lockWords';
import { label } from '../../present/untrusted';
import { errorText } from '../../present/wording';
import { workspaceItems } from '../../present/workspacesView';
import { contextOf, pickModule } from '../pickModule';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

/** Lists the workspaces of a configuration; the ticked ones are watched from then on, like any other state. */
export async function listWorkspaces(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => canList(candidate) && !isWatched(candidate),
    title: 'List Workspaces',
    none: 'No backend block here has workspaces that could be listed.',
  });
  const module = view === undefined || !canList(view) ? undefined : await pickModule(view);
  if (module === undefined) {
    return;
  }
  const timeoutMs = deps.settings.value.polling.requestTimeoutMs;
  const list = await withProgress('Listing workspaces', (signal) =>
    deps.explorer.listWorkspaces(
      module.block,
      contextOf(module),
      { userStarted: true, timeoutMs },
      signal,
    ),
  );
  if (list.kind === 'failed') {
    const { message, nextStep } = errorText(list.error);
    if (list.error.reason !== 'cancelled') {
      const text = `The workspaces could not be listed. ${label(message, 400)} ${label(nextStep)}`;
      showResult({ severity: 'error', message: text }, deps.log);
    }
    return;
  }
  const items = workspaceItems(list.workspaces, {
    dir: module.dir,
    watched: deps.watched.of(module.dir),
    views: deps.board.views(),
    now: deps.clock.now(),
  });
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: `Workspaces of ${label(view?.state?.path ?? '')}`,
    placeHolder: 'Tick what to watch beside the selected workspace. Each is read in every round.',
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked !== undefined) {
    await deps.watched.set(
      module.dir,
      picked.map(({ name }) => name),
    );
  }
}

/** Takes a watched workspace off the board again. */
export async function stopWatching(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => candidate.modules.some(({ watched }) => watched !== undefined),
    title: 'Stop Watching Workspace',
    none: 'No workspace is watched here.',
  });
  for (const { dir, watched } of view?.modules ?? []) {
    if (watched !== undefined) {
      await deps.watched.remove(dir, watched);
    }
  }
}

function canList({ state }: StateView): boolean {
  return state?.capabilities?.includes('listWorkspaces') === true;
}
