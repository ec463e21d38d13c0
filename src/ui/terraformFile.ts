import * as vscode from 'vscode';
import { isModuleFile } from '../core/moduleFiles';

const ignoredFolders = /\/(?:\.terraform|\.terragrunt-cache|node_modules)\//;

/**
 * Whether Terraform or OpenTofu would read this file as part of a module. Diff views and other read-only
 * copies (`git:`, `output:`) are left out: they are not the file.
 */
export function isTerraformFile(uri: vscode.Uri): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return (
    isModuleFile(uri.path.slice(uri.path.lastIndexOf('/') + 1)) &&
    !ignoredFolders.test(uri.path) &&
    (uri.scheme === 'file' || folders.some((folder) => folder.uri.scheme === uri.scheme))
  );
}
