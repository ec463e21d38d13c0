import { allowedActions } from '../../core/allowedActions';
import { ownLocksOf } from '../../core/lockStatus';
import { resultView } from '../../present/actionView';
import { closeTerminalConfirm } from '../../present/terminalView';
import { label } from '../../present/untrusted';
import * as vscode from 'vscode';
import { confirmed } from '../confirm';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import { guardedOrConfirmed } from '../unguardedDelete';
import type { LockedTerminal } from '../terminals/lockedTerminals';
import type { CommandDeps } from './commandDeps';

/** Gives back an own lock (or both of a pair), if it is still exactly the one that is shown. */
export async function releaseLock(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).release,
    title: 'Release Lock',
    none: 'You hold no lock here.',
  });
  const state = view?.state;
  if (view === undefined || state === undefined) {
    return;
  }
  const locks = ownLocksOf(view.status);
  if (locks.length === 0) {
    void vscode.window.showInformationMessage(`You do not hold the lock of ${label(state.key)}.`);
    return;
  }
  const terminal = deps.terminals.ofLocks(locks);
  if (terminal !== undefined) {
    await closeTerminal(terminal);
    return;
  }
  const result = await guardedOrConfirmed(state, (consent) =>
    withProgress(`Releasing the lock of ${label(state.key)}`, (signal) =>
      deps.service.release(state, locks, signal, consent),
    ),
  );
  deps.denied.noteResult(state.places, result);
  showResult(resultView('release', state, result, deps.clock.now()), deps.log);
}

/** A locked terminal without its lock would run Terraform without any: closing it is what releases the lock. */
async function closeTerminal({ terminal, state, running }: LockedTerminal): Promise<void> {
  const isRunning = running > 0;
  const close = isRunning ? 'Close Terminal' : 'Close Terminal and Release Lock';
  if (await confirmed(closeTerminalConfirm(state, isRunning), close)) {
    terminal.dispose();
  }
}
