import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { TestDynamoDb } from '../support/awsDynalite';
import { serviceError } from '../support/awsFaults';
import { eventually } from '../support/eventually';

/** A block with its own keys, and whatever else the test is about. */
function moduleText(endpoint: string, attributes: string, key = 'diag/terraform.tfstate'): string {
  return `terraform {
  backend "s3" {
    bucket     = "acme-terraform-state"
    key        = "${key}"
    region     = "eu-west-1"
    access_key = "S3RVER"
    secret_key = "never-shown-secret"
${attributes}
    endpoints = { dynamodb = "${endpoint}" }
  }
}
`;
}

describe('Diagnostics in a real VS Code', function () {
  this.timeout(60_000);
  let db: TestDynamoDb;
  let root: string;
  const folders: string[] = [];

  const write = (file: string, text: string): vscode.Uri => {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    folders.push(path.join(root, file.split('/')[0] ?? ''));
    writeFileSync(target, text);
    return vscode.Uri.file(target);
  };
  const open = async (file: string, text: string): Promise<vscode.TextDocument> => {
    const document = await vscode.workspace.openTextDocument(write(file, text));
    await vscode.window.showTextDocument(document);
    return document;
  };
  const ours = (uri: vscode.Uri): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Terraform State Lock');
  const waitFor = async (uri: vscode.Uri, codes: readonly string[]): Promise<vscode.Diagnostic> => {
    const [first] = await eventually(
      `the diagnostics ${codes.join(', ')} of ${uri.path}`,
      () => ours(uri),
      (found) => JSON.stringify(found.map(({ code }) => code).sort()) === JSON.stringify(codes),
      { timeoutMs: 30_000 },
    );
    return first ?? new vscode.Diagnostic(new vscode.Range(0, 0, 0, 0), 'none');
  };
  const actionsAt = async (uri: vscode.Uri, at: vscode.Diagnostic): Promise<vscode.CodeAction[]> =>
    vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      at.range,
      vscode.CodeActionKind.QuickFix.value,
    );

  before(async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder, 'the host opens a folder');
    root = folder.uri.fsPath;
    db = await TestDynamoDb.start();
    await db.createTable('locks');
    await db.createTable('other-key', 'Name');
    await vscode.extensions.getExtension('state-lock.terraform-state-lock')?.activate();
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    await db.stop();
  });

  it('warn of a state without locking, and the fix makes the warning go', async () => {
    const text = moduleText(db.endpoint, '', 'diag-none/terraform.tfstate');
    const document = await open('diag-none/main.tf', text);
    const shown = await waitFor(document.uri, ['no-locking']);
    assert.equal(shown.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(document.getText(shown.range), 'backend "s3"');
    const actions = await actionsAt(document.uri, shown);
    assert.deepEqual(
      actions.map(({ title, isPreferred }) => [title, isPreferred]),
      [
        ['Add use_lockfile = true (needs Terraform 1.10 or later)', true],
        ['Add dynamodb_table = "terraform-locks" (works before Terraform 1.10, too)', false],
      ],
    );
    const edit = actions[0]?.edit;
    assert.ok(edit);
    assert.equal(document.getText(), text);
    await vscode.workspace.applyEdit(edit);
    assert.match(document.getText(), /^ {4}use_lockfile = true$/m);
    await eventually(
      'the warning to go',
      () => ours(document.uri),
      (found) => found.every(({ code }) => code !== 'no-locking'),
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('heed the required_version of another file of the module, and follow its edits', async () => {
    const versions = await open(
      'diag-old/versions.tf',
      'terraform {\n  required_version = "< 1.10"\n}\n',
    );
    const text = moduleText(db.endpoint, '', 'diag-old/terraform.tfstate');
    const document = await open('diag-old/main.tf', text);
    const shown = await waitFor(document.uri, ['no-locking']);
    const titles = async (): Promise<string> =>
      (await actionsAt(document.uri, shown)).map(({ title }) => title).join();
    await eventually('the fix for old versions', titles, (found) =>
      found.startsWith('Add dynamodb_table = "terraform-locks"'),
    );
    const edit = new vscode.WorkspaceEdit();
    edit.replace(versions.uri, versions.lineAt(1).range, '  required_version = ">= 1.11"');
    await vscode.workspace.applyEdit(edit);
    await eventually(
      'the fix for new versions',
      titles,
      (found) => found === 'Add use_lockfile = true',
    );
    await versions.save();
  });

  it('stand in files that nobody has opened, also at attributes', async () => {
    const uri = write(
      'diag-closed/main.tf',
      moduleText(db.endpoint, '    dynamodb_table = "locks"', 'a//b'),
    );
    await vscode.commands.executeCommand('stateLock.refresh');
    await waitFor(uri, ['dynamodb-table-deprecated', 'invalid-key']);
    const key = ours(uri).find(({ code }) => code === 'invalid-key');
    assert.equal(key?.severity, vscode.DiagnosticSeverity.Error);
    assert.deepEqual([key.range.start.line, key.range.start.character], [3, 4]);
    rmSync(uri.fsPath);
    await vscode.commands.executeCommand('stateLock.refresh');
    await waitFor(uri, []);
  });

  it('tell of a missing table, and Create Lock Table asks before it creates anything', async () => {
    const attributes = '    dynamodb_table = "not-there"';
    const document = await open(
      'diag-missing/main.tf',
      moduleText(db.endpoint, attributes, 'diag-missing/terraform.tfstate'),
    );
    await waitFor(document.uri, ['dynamodb-table-deprecated', 'place-missing']);
    const missing = ours(document.uri).find(({ code }) => code === 'place-missing');
    assert.ok(missing);
    assert.equal(document.getText(missing.range), 'dynamodb_table = "not-there"');
    const [create] = (await actionsAt(document.uri, missing)).filter(
      ({ command }) => command?.command === 'stateLock.createLockTable',
    );
    assert.equal(create?.title, 'Create Lock Table…');
    void vscode.commands.executeCommand(
      'stateLock.createLockTable',
      ...((create.command?.arguments ?? []) as unknown[]),
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    assert.equal(db.count('CreateTable'), 0);
    // Somebody else creates it; the next reading clears the diagnostic.
    await db.createTable('not-there');
    await vscode.commands.executeCommand('stateLock.refresh');
    await waitFor(document.uri, ['dynamodb-table-deprecated']);
  });

  it('tell of a table with another key', async () => {
    const attributes = '    dynamodb_table = "other-key"';
    const text = moduleText(db.endpoint, attributes, 'diag-schema/terraform.tfstate');
    const document = await open('diag-schema/main.tf', text);
    await waitFor(document.uri, ['dynamodb-table-deprecated', 'wrong-table-key']);
  });

  it('name what was denied, and lead to a policy in which it is marked', async () => {
    db.intercept = () => serviceError('AccessDeniedException', 'no');
    const attributes = '    dynamodb_table = "locks"';
    const text = moduleText(db.endpoint, attributes, 'diag-denied/terraform.tfstate');
    const document = await open('diag-denied/main.tf', text);
    await waitFor(document.uri, ['access-denied', 'dynamodb-table-deprecated']);
    const denied = ours(document.uri).find(({ code }) => code === 'access-denied');
    assert.ok(denied);
    assert.match(denied.message, /dynamodb:GetItem on /);
    const [show] = (await actionsAt(document.uri, denied)).filter(
      ({ command }) => command?.command === 'stateLock.showIamPolicy',
    );
    await vscode.commands.executeCommand(
      'stateLock.showIamPolicy',
      ...((show?.command?.arguments ?? []) as unknown[]),
    );
    const policy = vscode.window.activeTextEditor?.document;
    assert.ok(policy?.isUntitled);
    assert.equal(policy.languageId, 'markdown');
    assert.match(policy.getText(), /\*\*Missing at the last attempt:\*\* `dynamodb:GetItem`/);
    assert.match(policy.getText(), /"arn:aws:dynamodb:eu-west-1:\*:table\/locks"/);
    assert.doesNotMatch(policy.getText(), /never-shown-secret/);
    db.intercept = () => undefined;
  });

  it('never quote a secret', () => {
    const all = vscode.languages.getDiagnostics().flatMap(([, list]) => list);
    assert.ok(all.length > 0);
    assert.doesNotMatch(JSON.stringify(all), /never-shown-secret/);
  });
});
