import path from 'node:path';
import * as vscode from 'vscode';
import type { ExportFormat } from '../../core/activityMessages';
import { label } from '../../present/untrusted';

const kinds: Readonly<Record<ExportFormat, { readonly name: string; readonly extension: string }>> =
  {
    csv: { name: 'CSV', extension: 'csv' },
    markdown: { name: 'Markdown', extension: 'md' },
  };

/** Asks where to, and writes what the view has made. */
export async function saveExport(format: ExportFormat, bytes: Uint8Array): Promise<void> {
  const { name, extension } = kinds[format];
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = `lock-activity.${extension}`;
  const target = await vscode.window.showSaveDialog({
    title: `Export Lock Activity as ${name}`,
    saveLabel: 'Export',
    filters: { [name]: [extension] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, file) }),
  });
  if (target === undefined) {
    return;
  }
  try {
    await vscode.workspace.fs.writeFile(target, bytes);
  } catch (error) {
    const reason = label(error instanceof Error ? error.message : String(error));
    void vscode.window.showErrorMessage(`The lock activity was not exported: ${reason}`);
    return;
  }
  const open = 'Open';
  const written = `Lock activity exported to ${label(path.posix.basename(target.path))}.`;
  if ((await vscode.window.showInformationMessage(written, open)) === open) {
    await vscode.commands.executeCommand('vscode.open', target);
  }
}
