import * as vscode from 'vscode';
import { locksOf } from '../../core/lockStatus';
import { lockInfoJson } from '../../present/actionView';
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

async function pickLock(
  deps: CommandDeps,
  argument: unknown,
  title: string,
): Promise<ReturnType<typeof locksOf>[number] | undefined> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => locksOf(candidate.status).length > 0,
    title,
    none: 'No state here is locked.',
  });
  return view === undefined ? undefined : locksOf(view.status)[0];
}
