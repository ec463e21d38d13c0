import * as vscode from 'vscode';
import { permissionsMarkdown } from '../../present/iamPolicyView';
import { viewTitle } from '../../present/lockWords';
import { contextOf } from '../pickModule';
import { pickView } from '../pickView';
import type { CommandDeps } from './commandDeps';

/** Opens what the backend of a state must permit, with what was lately refused. Asks nothing of the network. */
export async function showIamPolicy(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: () => true,
    title: 'Show Required IAM Policy',
    none: 'There is no backend block in this workspace.',
  });
  if (view === undefined) {
    return;
  }
  const [module] = view.modules;
  const permissions = await deps.gateway.permissions(module.block, contextOf(module));
  if (permissions === undefined) {
    void vscode.window.showInformationMessage(
      'What this kind of backend must permit is not known here.',
    );
    return;
  }
  const { status } = view;
  if (status.kind === 'unknown') {
    deps.denied.note(view.state?.places ?? [], status.error);
  }
  const document = await vscode.workspace.openTextDocument({
    language: 'markdown',
    content: permissionsMarkdown(
      viewTitle(view),
      permissions,
      deps.denied.of(view.state?.places ?? []),
    ),
  });
  await vscode.window.showTextDocument(document, { preview: true });
}
