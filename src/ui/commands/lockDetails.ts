import * as vscode from 'vscode';
import type { HeldLock } from '../../core/lockPlace';
import { locksOf } from '../../core/lockStatus';
import { lockInfoJson } from '../../present/confirmView';
import { lockSummary, lockWords } from '../../present/lockWords';
import { label } from '../../present/untrusted';
import { pickModule } from '../pickModule';
import { pickView } from '../pickView';
import type { CommandDeps } from './commandDeps';

/** Copies the ID of a state's lock. */
export async function copyLockId(deps: CommandDeps, argument: unknown): Promise<void> {
  const lock = await pickLock(deps, argument, 'Copy Lock ID');
  if (lock !== undefined) {
    await vscode.env.clipboard.writeText(lock.record.info.id);
    vscode.window.setStatusBarMessage('Lock ID copied', 3000);
  }
}

/** Copies the whole record of a state's lock. */
export async function copyLockInfo(deps: CommandDeps, argument: unknown): Promise<void> {
  const lock = await pickLock(deps, argument, 'Copy Lock Info as JSON');
  if (lock !== undefined) {
    await vscode.env.clipboard.writeText(lockInfoJson(lock));
    vscode.window.setStatusBarMessage('Lock info copied', 3000);
  }
}

/** Opens the file with the backend block of a state, at the block. */
export async function revealBackendBlock(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: () => true,
    title: 'Reveal Backend Block',
    none: 'There is no backend block in this workspace.',
  });
  const module = view === undefined ? undefined : await pickModule(view);
  if (module === undefined) {
    return;
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(module.file, true));
  const { start, end } = module.block.range;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(range.start, range.start),
  });
}

/** The lock that is meant; asked where a state has several. */
async function pickLock(
  deps: CommandDeps,
  argument: unknown,
  title: string,
): Promise<HeldLock | undefined> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => locksOf(candidate.status).length > 0,
    title,
    none: 'No state here is locked.',
  });
  const locks = view === undefined ? [] : locksOf(view.status);
  if (locks.length < 2) {
    return locks[0];
  }
  const items = locks.map((lock) => ({
    label: label(lock.place.label),
    description: label(lockSummary(lockWords(lock, deps.clock.now()))),
    detail: label(lock.record.info.id),
    lock,
  }));
  const placeHolder = 'This state has several locks. Which one?';
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.lock;
}
