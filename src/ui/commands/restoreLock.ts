import * as vscode from 'vscode';
import { deletedLocks, locksToRestore, type DeletedLock } from '../../core/deletedLocks';
import type { HeldLock } from '../../core/lockPlace';
import type { StateRef } from '../../core/stateRef';
import { resultView } from '../../present/actionView';
import { restoreConfirm } from '../../present/confirmView';
import { deletedLockWords } from '../../present/runbookView';
import { confirmed } from '../confirm';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

interface Restorable {
  readonly deleted: DeletedLock;
  readonly state: StateRef;
  readonly locks: readonly HeldLock[];
}

/** Puts back a lock that a force unlock from here removed, byte for byte, if nobody holds the lock now. */
export async function restoreLock(deps: CommandDeps): Promise<void> {
  const chosen = await choose(deps);
  if (chosen === undefined) {
    return;
  }
  const { deleted, state, locks } = chosen;
  if (!(await confirmed(restoreConfirm(state, deleted, locks), 'Put Back'))) {
    return;
  }
  const result = await withProgress('Putting back the lock', (signal) =>
    deps.service.restore(state, locks, signal),
  );
  deps.denied.noteResult(state.places, result);
  showResult(resultView('restore', state, result, deps.clock.now()), deps.log);
}

async function choose(deps: CommandDeps): Promise<Restorable | undefined> {
  const states = deps.board.views().flatMap(({ state }) => (state === undefined ? [] : [state]));
  const all = deletedLocks(await deps.audit.tail());
  const fitting = all.flatMap((deleted): Restorable[] => {
    for (const state of states) {
      const locks = locksToRestore(deleted, state);
      if (locks !== undefined) {
        return [{ deleted, state, locks }];
      }
    }
    return [];
  });
  if (fitting.length === 0) {
    const elsewhere =
      all.length === 0
        ? ''
        : ' Those in the audit file are of states that are not in this workspace.';
    void vscode.window.showInformationMessage(
      `No lock was removed by Force Unlock here that can be put back.${elsewhere}`,
    );
    return undefined;
  }
  const now = deps.clock.now();
  const items = fitting.map((one) => ({ ...deletedLockWords(one.deleted, now), one }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Restore Deleted Lock',
    placeHolder: 'Which lock? It is put back only if nobody holds the lock now.',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.one;
}
