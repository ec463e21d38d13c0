import * as vscode from 'vscode';
import { ownLocksOf } from '../../core/lockStatus';
import { viewTitle } from '../../present/lockWords';
import { longAge } from '../../present/time';
import { label } from '../../present/untrusted';
import { pickView } from '../pickView';
import { askTimeLimit, untilOf } from './askToAcquire';
import type { CommandDeps } from './commandDeps';

/** Gives an own lock a time limit from now on, or another one. Writes only what is remembered here. */
export async function setTimeLimit(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: ({ status }) => ownLocksOf(status).length > 0,
    title: 'Set Time Limit',
    none: 'You hold no lock here.',
  });
  const [lock] = view === undefined ? [] : ownLocksOf(view.status);
  const own = lock === undefined ? undefined : deps.ownLocks.find(lock.record.info.id);
  if (view === undefined || own === undefined) {
    return;
  }
  const limitMs = await askTimeLimit('Set Time Limit');
  if (limitMs !== undefined) {
    await deps.ownLocks.remember({ ...own, ...untilOf(deps, limitMs) });
    const message = `${label(viewTitle(view))} is released by itself in ${longAge(limitMs)}`;
    vscode.window.setStatusBarMessage(message, 5000);
  }
}
