import * as vscode from 'vscode';
import type { ModuleFacts } from '../core/problems';
import { requiredVersionsIn } from '../hcl/blockScanner';
import { isTerraformFile } from './terraformFile';

const maxFiles = 200;

/**
 * What the files of a module's directory say beside its backend block: required versions, and whether they are
 * OpenTofu's. Reads local files and open editors only.
 */
export async function readModuleFacts(dir: string): Promise<ModuleFacts> {
  const folder = vscode.Uri.parse(dir, true);
  const names = await fileNames(folder);
  const files = names
    .map((name) => vscode.Uri.joinPath(folder, name))
    .filter(isTerraformFile)
    .slice(0, maxFiles);
  const texts = await Promise.all(files.map(textOf));
  return {
    requiredVersions: texts.flatMap(requiredVersionsIn),
    openTofu: names.some((name) => /\.tofu(?:\.json)?$/.test(name)),
  };
}

async function fileNames(folder: vscode.Uri): Promise<readonly string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    return entries.map(([name]) => name);
  } catch {
    // Gone, or not readable for us: nothing is known, and nothing is claimed.
    return [];
  }
}

/** The text of a file as it is in its editor, else on disk; empty where it cannot be read. */
export async function textOf(uri: vscode.Uri): Promise<string> {
  const file = uri.toString();
  const open = vscode.workspace.textDocuments.find(
    (document) => !document.isClosed && document.uri.toString() === file,
  );
  if (open !== undefined) {
    return open.getText();
  }
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    // As above.
    return '';
  }
}
