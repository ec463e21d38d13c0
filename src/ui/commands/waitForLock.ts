import * as vscode from 'vscode';
import { allowedActions } from '../../core/allowedActions';
import { viewTitle } from '../../present/lockWords';
import { label } from '../../present/untrusted';
import { pickView } from '../pickView';
import { acquireLock } from './acquireLock';
import { askToAcquire } from './askToAcquire';
import type { CommandDeps } from './commandDeps';

const none = 'No state here is locked by somebody else.';

/** Waits until the lock of a state is free, then takes it: reason and consent are asked for now. */
export async function waitAndAcquire(deps: CommandDeps, argument: unknown): Promise<void> {
  const title = 'Wait and Acquire';
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).wait,
    title,
    none,
  });
  if (view?.state === undefined) {
    return;
  }
  if (allowedActions(view).acquire) {
    // It was given back meanwhile: there is nothing to wait for.
    await acquireLock(deps, view.id);
    return;
  }
  const request = await askToAcquire(deps, view.state, { title, verb: title });
  if (request !== undefined) {
    deps.waits.start({ viewId: view.id, title: viewTitle(view), then: 'acquire', ...request });
  }
}

/** Tells the person when the lock of a state is given back; again, to stop that. */
export async function notifyWhenReleased(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).wait,
    title: 'Notify When Released',
    none,
  });
  if (view === undefined) {
    return;
  }
  const name = label(viewTitle(view));
  const running = deps.waits.list().find((wait) => wait.viewId === view.id);
  if (running?.then === 'notify') {
    deps.waits.cancel(view.id);
    void vscode.window.showInformationMessage(`You will not be told of ${name} any more.`);
    return;
  }
  if (!allowedActions(view).wait) {
    void vscode.window.showInformationMessage(`Nobody else holds the lock of ${name}.`);
    return;
  }
  if (running === undefined) {
    deps.waits.start({ viewId: view.id, title: viewTitle(view), then: 'notify' });
  }
  vscode.window.setStatusBarMessage(`You will be told when ${name} is released`, 5000);
}
