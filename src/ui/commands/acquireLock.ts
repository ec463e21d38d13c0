import * as vscode from 'vscode';
import { allowedActions } from '../../core/allowedActions';
import type { Fact, StateRef } from '../../core/stateRef';
import { acquireConfirm, resultView } from '../../present/actionView';
import { label } from '../../present/untrusted';
import { commands } from '../contributions';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

/** Takes the lock of a state: reason, confirmation with place and identity, one conditional write. */
export async function acquireLock(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).acquire,
    title: 'Acquire Lock',
    none: 'There is no state here whose lock could be acquired.',
  });
  const state = view?.state;
  if (state === undefined) {
    return;
  }
  const reason = await vscode.window.showInputBox({
    title: `Acquire Lock: ${label(state.key)}`,
    prompt: 'Why are you taking this lock? Whoever is refused will read it.',
    placeHolder: 'Moving the network module, until 15:00, ask in #platform',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'Please give a reason.' : undefined),
  });
  if (reason === undefined) {
    return;
  }
  const identity = await withProgress('Looking up credentials', (signal) =>
    identify(deps, state, signal),
  );
  const confirm = acquireConfirm(state, identity, deps.who, reason.trim());
  const acquire = 'Acquire Lock';
  const choice = await vscode.window.showWarningMessage(
    confirm.message,
    { modal: true, detail: confirm.detail },
    acquire,
  );
  if (choice !== acquire) {
    return;
  }
  const result = await withProgress(`Acquiring the lock of ${label(state.key)}`, (signal) =>
    deps.service.acquire(state, reason.trim(), signal),
  );
  deps.denied.noteResult(state.places, result);
  showResult(resultView('acquire', state, result, deps.clock.now()), deps.log);
}

/** Who would write the lock. Not knowing is said, and does not stop anybody: the write itself will tell. */
async function identify(
  deps: CommandDeps,
  state: StateRef,
  signal: AbortSignal,
): Promise<readonly Fact[]> {
  const [place] = state.places;
  if (place === undefined) {
    return [];
  }
  const timeoutMs = deps.settings.value.polling.requestTimeoutMs;
  try {
    return await deps.gateway.identify(place, { userStarted: true, timeoutMs }, signal);
  } catch (error) {
    deps.log.warn(`${commands.acquire}: the credentials could not be looked up: ${String(error)}`);
    return [{ label: 'Credentials', value: 'could not be looked up' }];
  }
}
