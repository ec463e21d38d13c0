import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/lifecycle';
import { commands, views } from '../contributions';
import { acquireLock } from './acquireLock';
import { clearHistory } from './clearHistory';
import { checkState } from './checkState';
import { cleanUp } from './cleanUp';
import { gatherEvidence } from './gatherEvidence';
import type { CommandDeps } from './commandDeps';
import { createLockTable } from './createLockTable';
import {
  closeList,
  copyListJson,
  copyListMarkdown,
  filterList,
  listLocks,
  refreshList,
} from './listLocks';
import { listWorkspaces, stopWatching } from './listWorkspaces';
import { orListed } from './listLocksActions';
import { forceUnlock } from './forceUnlock';
import { copyLockId, copyLockInfo, revealBackendBlock } from './lockDetails';
import { openLockedTerminal } from './openLockedTerminal';
import { releaseLock } from './releaseLock';
import { restoreLock } from './restoreLock';
import { setTimeLimit } from './setTimeLimit';
import { showActions } from './showActions';
import { showIamPolicy } from './showIamPolicy';
import { notifyWhenReleased, waitAndAcquire } from './waitForLock';

/** Registers every command. A fault in one is logged and shown, never lost. */
export function registerCommands(deps: CommandDeps): Disposable {
  const store = new DisposableStore();
  const register = (id: string, run: (argument: unknown) => Promise<void>): void => {
    const guarded = async (argument: unknown): Promise<void> => {
      try {
        await run(argument);
      } catch (error) {
        deps.log.error(
          `${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        void vscode.window.showErrorMessage(
          'The command failed. The log of Terraform State Lock says why.',
        );
      }
    };
    store.add(vscode.commands.registerCommand(id, guarded));
  };
  register(commands.refresh, () => refresh(deps));
  register(commands.acquire, (argument) => acquireLock(deps, argument));
  register(commands.openLockedTerminal, (argument) => openLockedTerminal(deps, argument));
  register(commands.waitAndAcquire, (argument) => waitAndAcquire(deps, argument));
  register(commands.notifyWhenReleased, (argument) => notifyWhenReleased(deps, argument));
  register(commands.setTimeLimit, (argument) => setTimeLimit(deps, argument));
  register(commands.release, orListed(deps, 'release', releaseLock));
  register(commands.forceUnlock, orListed(deps, 'forceUnlock', forceUnlock));
  register(commands.cleanUp, (argument) => cleanUp(deps, argument));
  register(commands.gatherEvidence, (argument) => gatherEvidence(deps, argument));
  register(commands.restoreLock, () => restoreLock(deps));
  register(commands.showActions, (argument) => showActions(deps, argument));
  register(commands.copyLockId, orListed(deps, 'copyId', copyLockId));
  register(commands.copyLockInfo, orListed(deps, 'copyInfo', copyLockInfo));
  register(commands.revealBackendBlock, (argument) => revealBackendBlock(deps, argument));
  register(commands.listLocks, () => listLocks(deps));
  register(commands.refreshList, (argument) => refreshList(deps, argument));
  register(commands.filterList, (argument) => filterList(deps, argument));
  register(commands.copyListMarkdown, (argument) => copyListMarkdown(deps, argument));
  register(commands.copyListJson, (argument) => copyListJson(deps, argument));
  register(commands.closeList, (argument) => closeList(deps, argument));
  register(commands.listWorkspaces, (argument) => listWorkspaces(deps, argument));
  register(commands.stopWatching, (argument) => stopWatching(deps, argument));
  register(commands.checkState, (argument) => checkState(deps, argument));
  register(commands.showActivity, () => {
    deps.activity.show();
    return Promise.resolve();
  });
  register(commands.clearHistory, () => clearHistory(deps));
  register(commands.openAuditFile, () => openAuditFile(deps));
  register(commands.createLockTable, (argument) => createLockTable(deps, argument));
  register(commands.showIamPolicy, (argument) => showIamPolicy(deps, argument));
  register(commands.showLog, () => {
    deps.log.show();
    return Promise.resolve();
  });
  return store;
}

/** Looks for backend blocks again and reads every lock now; also what signed-out states wait for. */
async function refresh(deps: CommandDeps): Promise<void> {
  await vscode.window.withProgress({ location: { viewId: views.locks } }, async () => {
    await Promise.all([deps.tracker.search(), deps.poller.refresh({ userStarted: true })]);
  });
}

async function openAuditFile(deps: CommandDeps): Promise<void> {
  await deps.audit.ensure();
  await vscode.window.showTextDocument(vscode.Uri.file(deps.audit.file), { preview: true });
}
