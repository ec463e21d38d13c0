import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BackendHost } from '../../../src/backends/backend';
import { readWorkspace } from '../../../src/backends/workspace';
import type { BackendBlock } from '../../../src/core/backendBlock';
import type { Resolution } from '../../../src/core/resolution';
import { blockOf, Expression, gatewayOf, hostOf, type Attributes } from '../../support/awsBlocks';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

const full = { bucket: 'b', key: 'k', region: 'eu-west-1', dynamodb_table: 'locks' };
const unknown = {
  text: 'find_in_parent_folders("root.hcl")',
  why: 'no parent folder has root.hcl',
};
const cache = '.terragrunt-cache/hash-of-folder';

describe('where Terragrunt ran Terraform for a unit', () => {
  let folder: TempFolder;
  let unit: string;

  const write = (name: string, text: string, ageMinutes = 0): void => {
    const file = path.join(unit, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    const time = Date.now() / 1_000 - ageMinutes * 60;
    utimesSync(file, time, time);
  };
  const record = (where: string, config: Attributes, ageMinutes = 0, type = 's3'): void => {
    const state = { version: 3, terraform_version: '1.11.4', backend: { type, config, hash: 1 } };
    write(path.join(where, '.terraform/terraform.tfstate'), JSON.stringify(state), ageMinutes);
  };
  const resolve = async (
    attributes: Attributes,
    more: Partial<BackendBlock> = {},
    environment: Record<string, string> = {},
  ): Promise<string> => {
    const block = { ...blockOf(attributes), evaluatedBy: 'Terragrunt' as const, ...more };
    const gateway = gatewayOf(hostOf(environment));
    return shown(await gateway.resolve(block, { dirPath: unit }));
  };
  const shown = (resolution: Resolution): string =>
    resolution.kind === 'state'
      ? `${resolution.state.path} ${(resolution.notes ?? []).join()}`
      : `${resolution.error.reason}: ${resolution.error.detail ?? ''}`;

  beforeEach(() => {
    folder = createTempFolder('terragrunt');
    unit = path.join(folder.path, 'live', 'app');
    mkdirSync(unit, { recursive: true });
  });
  afterEach(() => folder.remove());

  it('is said beside the state', async () => {
    const block = { ...blockOf(full), evaluatedBy: 'Terragrunt' as const };
    const resolution = await gatewayOf(hostOf()).resolve(block, { dirPath: unit });
    assert.ok(resolution.kind === 'state');
    assert.deepEqual(resolution.state.facts.at(-1), { label: 'Evaluated as', value: 'Terragrunt' });
  });

  it('is the unit itself where nothing was run', async () => {
    assert.equal(await resolve(full), 'b/k ');
  });

  it('is the copy in the cache, however deep the module is', async () => {
    record(`${cache}/hash-of-source/modules/app`, { ...full, key: 'recorded' });
    assert.match(await resolve(full), /^b\/recorded .*key is "k" in the block, "recorded" in the/);
    const key = new Expression('run_cmd("x")');
    assert.equal(await resolve({ ...full, key }), 'b/recorded ');
  });

  it('is the one with the newest record: of several versions, and of the unit itself', async () => {
    record(`${cache}/old`, { ...full, key: 'old' }, 60);
    record(`${cache}/new`, { ...full, key: 'new' }, 10);
    record('.', { ...full, key: 'own' }, 30);
    assert.match(await resolve(full), /^b\/new /);
    record('.', { ...full, key: 'own' }, 1);
    assert.match(await resolve(full), /^b\/own /);
  });

  it('prefers the copies of this very directory to those that were moved here with it', async () => {
    const hash = createHash('sha1').update(unit).digest('base64url');
    record(`${cache}/moved`, { ...full, key: 'moved' }, 1);
    record(`.terragrunt-cache/${hash}/own`, { ...full, key: 'own' }, 10);
    assert.match(await resolve(full), /^b\/own /);
  });

  it('is in TG_DOWNLOAD_DIR where that is set, by the hash of the directory', async () => {
    const elsewhere = path.join(folder.path, 'downloads');
    const hash = createHash('sha1').update(unit).digest('base64url');
    record(path.join('../../downloads', hash, 'x'), { ...full, key: 'mine' });
    record(path.join('../../downloads', 'another', 'x'), { ...full, key: 'others' });
    const key = new Expression('run_cmd("x")');
    const environment = { TG_DOWNLOAD_DIR: elsewhere };
    assert.equal(await resolve({ ...full, key }, {}, environment), 'b/mine ');
    rmSync(path.join(elsewhere, hash), { recursive: true });
    assert.match(await resolve({ ...full, key }, {}, environment), /^unresolved: .*run_cmd/);
  });

  it('also has the selected workspace', async () => {
    record(`${cache}/x`, full);
    write(`${cache}/x/.terraform/environment`, 'dev');
    const workspaceOf: BackendHost['workspaceOf'] = (context) => readWorkspace({}, context);
    const gateway = gatewayOf({ ...hostOf({}), workspaceOf });
    const block = { ...blockOf(full), evaluatedBy: 'Terragrunt' as const };
    assert.equal(shown(await gateway.resolve(block, { dirPath: unit })), 'b/env:/dev/k ');
  });

  it('leaves a block of Terraform alone: its own directory counts', async () => {
    record(`${cache}/x`, { ...full, key: 'recorded' });
    const resolution = await gatewayOf(hostOf()).resolve(blockOf(full), { dirPath: unit });
    assert.equal(shown(resolution), 'b/k ');
  });

  it('tells a configuration that cannot be told by its record, and says so', async () => {
    record(`${cache}/x`, full);
    assert.equal(
      await resolve({}, { unknown }),
      'b/k What Terragrunt makes of its configuration cannot be told here: find_in_parent_folders("root.hcl") (no parent folder has root.hcl). Shown is what terraform init recorded.',
    );
    record(`${cache}/x`, { bucket: 'b' }, -1, 'gcs');
    assert.match(await resolve({}, { unknown }), /^unsupported: The backend "gcs"/);
  });

  it('else by what Terragrunt wrote, and says so', async () => {
    assert.match(
      await resolve(full, { unknown }),
      /^b\/k .*no parent folder has root\.hcl\)\. Shown is what Terragrunt wrote last\.$/,
    );
  });

  it('else not at all: the expression is named', async () => {
    assert.equal(
      await resolve({}, { unknown }),
      'unresolved: find_in_parent_folders("root.hcl") (no parent folder has root.hcl)',
    );
  });

  it('refuses a record that it cannot read', async () => {
    write(`${cache}/x/.terraform/terraform.tfstate`, '{');
    assert.match(await resolve({}, { unknown }), /^unresolved: .*is not JSON/);
    assert.match(await resolve(full), /^unresolved: .*is not JSON/);
  });
});
