import * as vscode from 'vscode';
import type { TerragruntPort } from '../hcl/terragrunt/knownFiles';
import { isIgnored, isOurScheme } from './terraformFile';

/** Larger files are no configuration. */
const maxBytes = 1_000_000;

/** Whether this is a configuration file of Terragrunt: of a unit, or one that units may read. */
export function isTerragruntFile(uri: vscode.Uri): boolean {
  return (
    uri.path.endsWith('.hcl') &&
    !uri.path.endsWith('/.terraform.lock.hcl') &&
    !isIgnored(uri) &&
    isOurScheme(uri)
  );
}

/** Whether this is the file that makes its directory a unit. */
export function isUnitFile(uri: vscode.Uri): boolean {
  return uri.path.endsWith('/terragrunt.hcl') && isTerragruntFile(uri);
}

/** A file's path as Terragrunt shows it. */
export function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath.replaceAll('\\', '/') : uri.path;
}

/** Reads what a unit refers to, where the unit is: on this computer or in another file system of VS Code. */
export function portFor(unit: vscode.Uri): TerragruntPort {
  const at = (path: string): vscode.Uri =>
    unit.scheme === 'file' ? vscode.Uri.file(path) : unit.with({ path });
  return {
    readText: (path) => readText(at(path)),
    exists: async (path) => (await statOf(at(path))) !== undefined,
    list: async (folder) => {
      const entries = await entriesOf(at(folder));
      return entries.filter(([, type]) => type & vscode.FileType.File).map(([name]) => name);
    },
  };
}

/** The text of a regular file, unsaved where it is open. Devices and pipes are never opened: they have no end. */
export async function readText(uri: vscode.Uri): Promise<string | undefined> {
  const file = uri.toString();
  const open = vscode.workspace.textDocuments.find(
    (document) => !document.isClosed && document.uri.toString() === file,
  );
  if (open !== undefined) {
    return open.getText();
  }
  const found = await statOf(uri);
  if (found === undefined || !(found.type & vscode.FileType.File) || found.size > maxBytes) {
    return undefined;
  }
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    // Gone since, or not readable for us: whoever asked says so.
    return undefined;
  }
}

export async function statOf(uri: vscode.Uri): Promise<vscode.FileStat | undefined> {
  try {
    return await vscode.workspace.fs.stat(uri);
  } catch {
    // Not there.
    return undefined;
  }
}

export async function entriesOf(
  folder: vscode.Uri,
): Promise<readonly (readonly [string, vscode.FileType])[]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    // Not there, or not readable for us.
    return [];
  }
}
