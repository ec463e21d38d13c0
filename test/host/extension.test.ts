import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { StateLockApi, StateLockStatus } from '../../src/api';
import { encodeLockInfo } from '../../src/core/lockInfo';
import { TestDynamoDb } from '../support/awsDynalite';
import { eventually } from '../support/eventually';
import { lockIdOf, putSampleLock, sample, sampleLock } from '../support/sampleWorkspace';

const extensionId = 'state-lock.terraform-state-lock';

/** A block with its own keys: the host that runs these tests has none in its environment. */
function block(module: string, endpoint: string): string {
  return `terraform {
  backend "s3" {
    bucket         = "${sample.bucket}"
    key            = "${module}/terraform.tfstate"
    region         = "${sample.region}"
    dynamodb_table = "${sample.table}"
    access_key     = "S3RVER"
    secret_key     = "never-shown-secret"
    endpoints      = { dynamodb = "${endpoint}" }
  }
}
`;
}

describe('The extension in a real VS Code', function () {
  this.timeout(60_000);
  let db: TestDynamoDb;
  let api: StateLockApi;
  let root: string;

  const write = (file: string, text: string): vscode.Uri => {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    return vscode.Uri.file(target);
  };
  const statusOf = (module: string): StateLockStatus | undefined =>
    api.statuses().find((status) => status.state === `${module}/terraform.tfstate`);
  const waitFor = async (
    module: string,
    accept: (status: StateLockStatus) => boolean,
  ): Promise<StateLockStatus> => {
    const found = await eventually(
      module,
      () => statusOf(module),
      (status) => status !== undefined && accept(status),
    );
    assert.ok(found);
    return found;
  };
  const hoverAt = async (uri: vscode.Uri, text: string): Promise<string> => {
    const document = await vscode.workspace.openTextDocument(uri);
    const position = document.positionAt(document.getText().indexOf(text));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      position,
    );
    return hovers
      .flatMap((hover) => hover.contents)
      .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
      .join('\n');
  };

  before(async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder, 'the host opens a folder');
    root = folder.uri.fsPath;
    db = await TestDynamoDb.start();
    await db.createTable(sample.table);
    write('network/main.tf', block('network', db.endpoint));
    // A file made at once with its directory can escape the watcher of a server without native modules.
    for (const name of ['dns', 'app', 'vars', 'ws/.terraform', 'one', 'two']) {
      mkdirSync(path.join(root, name), { recursive: true });
    }
    const extension = vscode.extensions.getExtension<StateLockApi>(extensionId);
    assert.ok(extension, 'the extension is installed');
    api = await extension.activate();
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await db.stop();
  });

  it('finds a backend block in a file that nobody has opened', async () => {
    const status = await waitFor('network', ({ status }) => status === 'free');
    assert.equal(status.backend, 's3');
    assert.equal(status.workspace, 'default');
    assert.deepEqual(status.modules, [vscode.Uri.file(path.join(root, 'network')).toString()]);
    assert.ok(status.checkedAt instanceof Date);
  });

  it('tells other extensions of a change, and only reads', async () => {
    const changes: StateLockStatus[] = [];
    const subscription = api.onDidChange((changed) => changes.push(...changed));
    await putSampleLock(db, 'network', sampleLock('network'));
    await api.refresh();
    const status = await waitFor('network', ({ status }) => status === 'held');
    assert.equal(status.lock?.who, 'alice@build-07');
    assert.deepEqual(
      changes.map((change) => change.status),
      ['held'],
    );
    subscription.dispose();
    assert.deepEqual(Object.keys(api).sort(), ['onDidChange', 'refresh', 'statuses', 'version']);
    assert.ok(Object.isFrozen(api));
  });

  it('shows the lock in the hover on the block, and nothing elsewhere', async () => {
    const uri = vscode.Uri.file(path.join(root, 'network', 'main.tf'));
    const hover = await hoverAt(uri, 'dynamodb_table');
    assert.match(hover, /held by someone else/);
    assert.match(hover, /alice\\@build\\-07/);
    assert.doesNotMatch(hover, /never-shown-secret|never\\-shown\\-secret/);
    const other = write('network/other.tf', 'resource "terraform_data" "x" {}\n');
    assert.doesNotMatch(await hoverAt(other, 'resource'), /Terraform state lock/);
  });

  it('counts a directory once, however many files it has, and follows new and deleted files', async () => {
    const uri = write('dns/backend.tofu', block('dns', db.endpoint));
    write('dns/main.tf', 'resource "terraform_data" "y" {}\n');
    await waitFor('dns', ({ status }) => status === 'free');
    assert.equal(api.statuses().length, 2);
    rmSync(uri.fsPath);
    await eventually('the state to go', () => statusOf('dns') === undefined);
  });

  it('follows unsaved edits in an open document', async () => {
    const uri = write('app/main.tf', block('app', db.endpoint));
    await waitFor('app', ({ status }) => status === 'free');
    await db.putLock(sample.table, lockIdOf('other'), encodeLockInfo(sampleLock('other')));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const edit = new vscode.WorkspaceEdit();
    const start = document.getText().indexOf('"app/') + 1;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(start + 3));
    edit.replace(uri, range, 'other');
    await vscode.workspace.applyEdit(edit);
    await waitFor('other', ({ status }) => status === 'held');
    assert.ok(document.isDirty);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await waitFor('app', ({ status }) => status === 'free');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('shows a state whose key is an expression as unknown, never as free', async () => {
    write(
      'vars/main.tf',
      block('vars', db.endpoint).replace('"vars/terraform.tfstate"', 'var.key'),
    );
    const status = await eventually(
      'the unresolved module',
      () => api.statuses().find(({ state }) => state === 'vars'),
      (found) => found !== undefined,
    );
    assert.equal(status?.status, 'unknown');
    assert.equal(status.reason, 'unresolved');
    const hover = await hoverAt(vscode.Uri.file(path.join(root, 'vars', 'main.tf')), 'bucket');
    assert.match(hover, /var\\\.key/);
    rmSync(path.join(root, 'vars'), { recursive: true });
  });

  it('follows terraform workspace select', async () => {
    write('ws/main.tf', block('ws', db.endpoint));
    await waitFor('ws', ({ status }) => status === 'free');
    write('ws/.terraform/environment', 'dev');
    const status = await eventually(
      'the state of workspace dev',
      () => api.statuses().find(({ state }) => state === 'env:/dev/ws/terraform.tfstate'),
      (found) => found?.status === 'free',
      { timeoutMs: 40_000 },
    );
    assert.equal(status?.workspace, 'dev');
  });

  it('two directories with the same backend are one state, read once', async () => {
    write('one/main.tf', block('shared', db.endpoint));
    write('two/main.tf', block('shared', db.endpoint));
    const status = await waitFor('shared', ({ modules }) => modules.length === 2);
    assert.equal(status.modules.length, 2);
  });

  it('finds on Refresh what the file watcher missed', async () => {
    mkdirSync(path.join(root, 'late', 'deep'), { recursive: true });
    write('late/deep/main.tf', block('late', db.endpoint));
    await vscode.commands.executeCommand('stateLock.refresh');
    await waitFor('late', ({ status }) => status === 'free');
  });

  it('registers every command it declares', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const extension = vscode.extensions.getExtension(extensionId);
    const { contributes } = extension?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const missing = contributes.commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
    assert.ok(contributes.commands.length >= 10);
  });

  it('takes and breaks no lock for an argument alone: a command always asks a person', async () => {
    const view = statusOf('network');
    assert.equal(view?.status, 'held');
    const before = await db.get(sample.table, lockIdOf('network'));
    const writes = (): number => db.count('PutItem') + db.count('DeleteItem');
    const count = writes();
    const forged = {
      viewId: 'network',
      force: true,
      confirmed: true,
      key: 'network/terraform.tfstate',
    };
    // A dialog may open and stay; what counts is that nothing is written.
    void vscode.commands.executeCommand('stateLock.forceUnlock', forged);
    void vscode.commands.executeCommand('stateLock.acquire', forged);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    assert.equal(writes(), count);
    assert.deepEqual(await db.get(sample.table, lockIdOf('network')), before);
  });
});
