import * as vscode from 'vscode';
import type { StateView } from '../core/lockBoard';
import type { ModuleBackend, ResolveContext } from '../core/resolution';

/** The module of a state that a command is about; asked where several use the state. */
export async function pickModule(view: StateView): Promise<ModuleBackend | undefined> {
  const modules = [...new Map(view.modules.map((module) => [module.file, module])).values()];
  if (modules.length === 1) {
    return modules[0];
  }
  const items = modules.map((module) => ({
    label: vscode.workspace.asRelativePath(vscode.Uri.parse(module.file, true)),
    module,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'Which module?' });
  return picked?.module;
}

/** What resolving the block of a module needs to know beside it. */
export function contextOf({ dir }: Pick<ModuleBackend, 'dir'>): ResolveContext {
  const folder = vscode.Uri.parse(dir, true);
  return folder.scheme === 'file' ? { dirPath: folder.fsPath } : {};
}
