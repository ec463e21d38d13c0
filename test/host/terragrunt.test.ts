import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { StateLockApi, StateLockStatus } from '../../src/api';
import { encodeLockInfo } from '../../src/core/lockInfo';
import { TestDynamoDb } from '../support/awsDynalite';
import { eventually } from '../support/eventually';
import { sample, sampleLock } from '../support/sampleWorkspace';

const prefix = 'tg';

/** A parent with its own keys: the host that runs these tests has none in its environment. */
function rootHcl(endpoint: string): string {
  return `locals {
  prefix = "${prefix}"
}

remote_state {
  backend = "s3"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    bucket              = "${sample.bucket}"
    key                 = "\${local.prefix}/\${path_relative_to_include()}/terraform.tfstate"
    region              = "${sample.region}"
    dynamodb_table      = "${sample.table}"
    dynamodb_table_tags = { owner = "ops" }
    access_key          = "S3RVER"
    secret_key          = "never-shown-secret"
    endpoints           = { dynamodb = "${endpoint}" }
  }
}
`;
}

const unitHcl = `terraform {
  source = "git::https://example.com/modules.git//app?ref=v1"
}

include "root" {
  path = find_in_parent_folders("root.hcl")
}
`;

describe('Terragrunt units in a real VS Code', function () {
  this.timeout(60_000);
  let db: TestDynamoDb;
  let api: StateLockApi;
  let base: string;

  const uriOf = (file: string): vscode.Uri => vscode.Uri.file(path.join(base, file));
  const write = (file: string, text: string): vscode.Uri => {
    const uri = uriOf(file);
    mkdirSync(path.dirname(uri.fsPath), { recursive: true });
    writeFileSync(uri.fsPath, text);
    return uri;
  };
  const waitFor = async (
    state: string,
    accept: (status: StateLockStatus) => boolean,
  ): Promise<StateLockStatus> => {
    const found = await eventually(
      state,
      () => api.statuses().find((status) => status.state === state),
      (status) => status !== undefined && accept(status),
    );
    assert.ok(found);
    return found;
  };
  const hoverAt = async (uri: vscode.Uri, text: string): Promise<string> => {
    const document = await vscode.workspace.openTextDocument(uri);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      document.positionAt(document.getText().indexOf(text)),
    );
    return hovers
      .flatMap((hover) => hover.contents)
      .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
      .join('\n');
  };

  before(async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder, 'the host opens a folder');
    base = path.join(folder.uri.fsPath, 'terragrunt');
    db = await TestDynamoDb.start();
    await db.createTable(sample.table);
    write('root.hcl', rootHcl(db.endpoint));
    write('terragrunt.hcl', rootHcl(db.endpoint));
    write('prod/app/terragrunt.hcl', unitHcl);
    write('stage/app/terragrunt.hcl', unitHcl);
    const extension = vscode.extensions.getExtension<StateLockApi>(
      'state-lock.terraform-state-lock',
    );
    assert.ok(extension, 'the extension is installed');
    api = await extension.activate();
    await vscode.commands.executeCommand('stateLock.refresh');
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(base, { recursive: true });
    await vscode.commands.executeCommand('stateLock.refresh');
    await db.stop();
  });

  it('shows the state of each unit, and none of the parents that are only included', async () => {
    const status = await waitFor(
      'tg/prod/app/terraform.tfstate',
      ({ status }) => status === 'free',
    );
    assert.deepEqual(status.modules, [uriOf('prod/app').toString()]);
    await waitFor('tg/stage/app/terraform.tfstate', ({ status }) => status === 'free');
    assert.deepEqual(api.statuses().filter(({ state }) => state.startsWith('tg/')).length, 2);
  });

  it('shows the lock in the hover on the include that brings the state in', async () => {
    const state = 'tg/prod/app';
    const key = `${sample.bucket}/${state}/terraform.tfstate`;
    await db.putLock(sample.table, key, encodeLockInfo(sampleLock(state)));
    await api.refresh();
    await waitFor('tg/prod/app/terraform.tfstate', ({ status }) => status === 'held');
    const uri = uriOf('prod/app/terragrunt.hcl');
    const hover = await hoverAt(uri, 'find_in_parent_folders');
    assert.match(hover, /held by someone else/);
    assert.match(hover, /Terragrunt/);
    assert.doesNotMatch(hover, /never-shown-secret|never\\-shown\\-secret/);
    assert.doesNotMatch(await hoverAt(uri, 'source'), /held by someone else/);
  });

  it('follows unsaved edits of a parent', async () => {
    const uri = uriOf('root.hcl');
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const start = document.getText().indexOf(`"${prefix}"`) + 1;
    const range = new vscode.Range(
      document.positionAt(start),
      document.positionAt(start + prefix.length),
    );
    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, range, 'moved');
    await vscode.workspace.applyEdit(edit);
    await waitFor('moved/stage/app/terraform.tfstate', ({ status }) => status === 'free');
    assert.ok(document.isDirty);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await waitFor('tg/stage/app/terraform.tfstate', ({ status }) => status === 'free');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('names what is never run, and takes what Terragrunt wrote instead once it has', async () => {
    const text = rootHcl(db.endpoint).replace('"tg"', 'run_cmd("whoami")');
    write('prod/cmd/terragrunt.hcl', `terraform {\n  source = "x"\n}\n${text}`);
    await vscode.commands.executeCommand('stateLock.refresh');
    const unknown = await eventually(
      'the unit that cannot be told',
      () => api.statuses().find(({ modules }) => modules.includes(uriOf('prod/cmd').toString())),
      (found) => found?.status === 'unknown',
    );
    assert.equal(unknown?.reason, 'unresolved');
    const hover = await hoverAt(uriOf('prod/cmd/terragrunt.hcl'), 'backend');
    assert.match(hover, /run\\_cmd/);

    const config = /config = (\{[^]*?\n {2}\})/.exec(rootHcl(db.endpoint))?.[1] ?? '';
    const key = config
      .replace(/"\$\{local.prefix.*"/, '"written/terraform.tfstate"')
      .replace(/.*dynamodb_table_tags.*\n/, '');
    write(
      'prod/cmd/.terragrunt-cache/a/b/backend.tf',
      `# Generated by Terragrunt. Sig: nIlQXj57tbuaRZEa\nterraform {\n  backend "s3" ${key}\n}\n`,
    );
    await vscode.commands.executeCommand('stateLock.refresh');
    await waitFor('written/terraform.tfstate', ({ status }) => status === 'free');
  });

  it('follows files on disk: a parent that is written, a unit that is deleted', async () => {
    write('root.hcl', rootHcl(db.endpoint).replace('"tg"', '"written"'));
    await waitFor('written/stage/app/terraform.tfstate', ({ status }) => status === 'free');
    write('root.hcl', rootHcl(db.endpoint));
    await waitFor('tg/stage/app/terraform.tfstate', ({ status }) => status === 'free');
    rmSync(uriOf('stage/app/terragrunt.hcl').fsPath);
    await eventually(
      'the state to go',
      () => !api.statuses().some(({ state }) => state === 'tg/stage/app/terraform.tfstate'),
    );
  });
});
