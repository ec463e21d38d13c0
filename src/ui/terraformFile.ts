import * as vscode from 'vscode';
import { isModuleFile } from '../core/moduleFiles';

const ignoredFolders = /\/(?:\.terraform|\.terragrunt-cache|node_modules)\//;

/**
 * Whether Terraform or OpenTofu would read this file as part of a module. Diff views and other read-only
 * copies (`git:`, `output:`) are left out: they are not the file.
 */
export function isTerraformFile(uri: vscode.Uri): boolean {
  return (
    isModuleFile(uri.path.slice(uri.path.lastIndexOf('/') + 1)) &&
    !isIgnored(uri) &&
    isOurScheme(uri)
  );
}

/** Whether a file is in a folder of copies: of modules, of providers, of packages. */
export function isIgnored(uri: vscode.Uri): boolean {
  return ignoredFolders.test(uri.path);
}

/** Whether a file is one on disk, or in the file system of the workspace. */
export function isOurScheme({ scheme }: vscode.Uri): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return scheme === 'file' || folders.some(({ uri }) => uri.scheme === scheme);
}
