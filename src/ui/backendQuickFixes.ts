import * as vscode from 'vscode';
import { editBlock } from '../core/problemEdits';
import type { Fix } from '../core/problems';
import type { BlockProblems, ProblemView } from '../present/problemsView';
import { commands, terraformFiles } from './contributions';
import { diagnosticSource, type LockDiagnostics } from './lockDiagnostics';

const commandOf: Record<Exclude<Fix['kind'], 'edit'>, string> = {
  createLockTable: commands.createLockTable,
  showIamPolicy: commands.showIamPolicy,
};

/** Quick fixes of our diagnostics: ordinary edits of the block, or commands that ask first. */
export function registerBackendQuickFixes(
  diagnostics: Pick<LockDiagnostics, 'problemsOf'>,
): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { pattern: terraformFiles },
    {
      provideCodeActions: (document, _range, context) =>
        context.diagnostics
          .filter(({ source }) => source === diagnosticSource)
          .flatMap((shown) => actionsFor(document, shown, diagnostics)),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function actionsFor(
  document: vscode.TextDocument,
  shown: vscode.Diagnostic,
  diagnostics: Pick<LockDiagnostics, 'problemsOf'>,
): vscode.CodeAction[] {
  const offset = document.offsetAt(shown.range.start);
  return diagnostics
    .problemsOf(document.uri.toString())
    .flatMap((block) =>
      block.problems
        .filter(({ code, range }) => code === shown.code && range.start === offset)
        .flatMap((problem) => fixesOf(document, shown, block, problem)),
    );
}

function fixesOf(
  document: vscode.TextDocument,
  shown: vscode.Diagnostic,
  { found, viewId }: BlockProblems,
  { fixes }: ProblemView,
): vscode.CodeAction[] {
  return fixes.flatMap((fix) => {
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [shown];
    if (fix.kind !== 'edit') {
      action.command = {
        title: fix.title,
        command: commandOf[fix.kind],
        arguments: viewId === undefined ? [] : [viewId],
      };
      return [action];
    }
    const edit = editBlock(document.getText(), found.block, fix.edits);
    if (edit === undefined) {
      return [];
    }
    const { start, end } = edit.range;
    action.isPreferred = fix.preferred;
    action.edit = new vscode.WorkspaceEdit();
    action.edit.replace(
      document.uri,
      new vscode.Range(document.positionAt(start), document.positionAt(end)),
      edit.text,
    );
    return [action];
  });
}
