import * as vscode from 'vscode';
import { allowedActions } from '../../core/allowedActions';
import { locksOf } from '../../core/lockStatus';
import { statusWords } from '../../present/locksView';
import { viewTitle } from '../../present/lockWords';
import { label } from '../../present/untrusted';
import { commands, views } from '../contributions';
import { activeView } from '../lockStatusBar';
import type { CommandDeps } from './commandDeps';

interface ActionItem extends vscode.QuickPickItem {
  readonly command: string;
  readonly withView: boolean;
}

/** What the status bar opens: the actions that apply to the active editor's state just now. */
export async function showActions(deps: CommandDeps, argument?: unknown): Promise<void> {
  const named = typeof argument === 'string' ? deps.board.view(argument) : undefined;
  const view = named ?? activeView(deps.board);
  if (view === undefined) {
    await vscode.commands.executeCommand(`${views.locks}.focus`);
    return;
  }
  const allowed = allowedActions(view);
  const locked = locksOf(view.status).length > 0;
  const action = (text: string, command: string, when: boolean, withView = true): ActionItem[] =>
    when ? [{ label: text, command, withView }] : [];
  const items = [
    ...action('$(key) Acquire Lock…', commands.acquire, allowed.acquire),
    ...action('$(terminal) Open Locked Terminal…', commands.openLockedTerminal, allowed.acquire),
    ...action('$(unlock) Release Lock', commands.release, allowed.release),
    ...action('$(trash) Clean Up Left-Over Record…', commands.cleanUp, allowed.cleanUp),
    ...action('$(flame) Force Unlock…', commands.forceUnlock, allowed.forceUnlock),
    ...action('$(watch) Wait and Acquire…', commands.waitAndAcquire, allowed.wait),
    ...action('$(bell) Notify When Released', commands.notifyWhenReleased, allowed.wait),
    ...action('$(clock) Set Time Limit…', commands.setTimeLimit, allowed.release),
    ...action('$(refresh) Refresh', commands.refresh, true),
    ...action('$(copy) Copy Lock ID', commands.copyLockId, locked),
    ...action('$(json) Copy Lock Info as JSON', commands.copyLockInfo, locked),
    ...action(
      '$(checklist) Check State',
      commands.checkState,
      view.state?.capabilities?.includes('checkState') === true,
    ),
    ...action(
      '$(list-selection) List Workspaces…',
      commands.listWorkspaces,
      view.state?.capabilities?.includes('listWorkspaces') === true,
    ),
    ...action('$(go-to-file) Reveal Backend Block', commands.revealBackendBlock, true),
    ...action('$(list-tree) Show All State Locks', `${views.locks}.focus`, true, false),
    ...action('$(output) Show Log', commands.showLog, true, false),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: label(viewTitle(view)),
    placeHolder: statusWords(view, deps.clock.now()),
  });
  if (picked !== undefined) {
    await vscode.commands.executeCommand(picked.command, ...(picked.withView ? [view.id] : []));
  }
}
