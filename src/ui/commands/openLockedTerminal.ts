import * as vscode from 'vscode';
import { allowedActions } from '../../core/allowedActions';
import {
  lockedEnvironment,
  namesItsState,
  type EnvironmentValues,
} from '../../core/lockedEnvironment';
import type { ModuleBackend } from '../../core/resolution';
import type { StateRef } from '../../core/stateRef';
import { resultView } from '../../present/actionView';
import { terminalBanner, terminalName } from '../../present/terminalView';
import { label } from '../../present/untrusted';
import { realFolder } from '../../storage/folders';
import { pickModule } from '../pickModule';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import { askToAcquire, untilOf } from './askToAcquire';
import type { CommandDeps } from './commandDeps';

/** Takes the lock of a state and opens a terminal whose Terraform commands all work under it. */
export async function openLockedTerminal(deps: CommandDeps, argument: unknown): Promise<void> {
  const words = { title: 'Open Locked Terminal', verb: 'Open Locked Terminal' };
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).acquire,
    title: words.title,
    none: 'There is no state here whose lock could be acquired.',
  });
  const state = view?.state;
  const module = view === undefined ? undefined : await pickModule(view);
  if (view === undefined || state === undefined || module === undefined) {
    return;
  }
  const folder = vscode.Uri.parse(module.dir, true);
  if (folder.scheme !== 'file' || module.block.evaluatedBy === 'Terragrunt') {
    const why =
      folder.scheme === 'file'
        ? 'Terragrunt may run several modules, and a locked terminal holds the lock of one.'
        : 'A locked terminal needs a folder on disk.';
    void vscode.window.showInformationMessage(`${label(state.key)}: ${why}`);
    return;
  }
  const request = await askToAcquire(deps, state, words);
  if (request === undefined) {
    return;
  }
  const result = await withProgress(`Acquiring the lock of ${label(state.key)}`, (signal) =>
    deps.service.acquire(state, request.reason, signal, untilOf(deps, request.limitMs)),
  );
  deps.denied.noteResult(state.places, result);
  if (result.kind !== 'done') {
    showResult(resultView('acquire', state, result, deps.clock.now()), deps.log);
    return;
  }
  const lock = {
    viewId: view.id,
    state,
    lockId: result.lockId,
    folder: await realFolder(folder.fsPath),
  };
  deps.terminals.open(lock, optionsOf(deps, state, module, folder));
}

function optionsOf(
  deps: CommandDeps,
  state: StateRef,
  module: ModuleBackend,
  folder: vscode.Uri,
): vscode.TerminalOptions {
  const pinned = namesItsState(module);
  const scope = {
    workspace: state.workspace,
    ...(pinned ? { dataDirectory: deps.dataDirectory(folder.fsPath) } : {}),
  };
  return {
    name: terminalName(state),
    cwd: folder,
    env: { ...lockedEnvironment(terminalVariables(deps.environment), scope) },
    iconPath: new vscode.ThemeIcon('lock'),
    color: new vscode.ThemeColor('terminal.ansiYellow'),
    // A terminal that VS Code brings back after a reload would come back without its lock.
    isTransient: true,
    message: terminalBanner(state, pinned),
  };
}

/** What a new terminal has in its environment, as far as it can be told. */
function terminalVariables(environment: EnvironmentValues): EnvironmentValues {
  const platforms: Partial<Record<NodeJS.Platform, string>> = { darwin: 'osx', win32: 'windows' };
  const name = platforms[process.platform] ?? 'linux';
  const settings = vscode.workspace
    .getConfiguration('terminal.integrated.env')
    .get<EnvironmentValues>(name, {});
  return { ...environment, ...settings };
}
