import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Resolution } from '../../../src/core/resolution';
import { blockOf, Expression, gatewayOf, hostOf, type Attributes } from '../../support/awsBlocks';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

const full = { bucket: 'b', key: 'k', region: 'eu-west-1', dynamodb_table: 'locks' };
const secrets = {
  access_key: 'AKIASECRETNAME',
  secret_key: 'secret-value',
  token: 'secret-token',
  endpoints: { s3: 'https://user:secret-password@host' },
  assume_role: { role_arn: 'arn', external_id: 'secret-id' },
};

describe('what terraform init recorded', () => {
  let folder: TempFolder;

  const write = (name: string, text: string): void => {
    const file = path.join(folder.path, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const record = (config: Attributes, type = 's3', data = '.terraform'): void => {
    const state = { version: 3, terraform_version: '1.11.4', backend: { type, config, hash: 1 } };
    write(`${data}/terraform.tfstate`, JSON.stringify(state));
  };
  const resolve = (
    attributes: Attributes,
    environment: Record<string, string> = {},
    parse: 'current' | 'unparsed' = 'current',
  ): Promise<Resolution> =>
    gatewayOf(hostOf(environment)).resolve(blockOf(attributes, parse), { dirPath: folder.path });
  const shown = (resolution: Resolution): string =>
    resolution.kind === 'state'
      ? `${resolution.state.path} ${(resolution.notes ?? []).join()}`
      : `${resolution.error.reason}: ${resolution.error.detail ?? ''}`;

  beforeEach(() => {
    folder = createTempFolder('record');
  });
  afterEach(() => folder.remove());

  it('completes a partial block', async () => {
    record({ ...full, profile: null });
    assert.equal(shown(await resolve({})), 'b/k ');
    assert.equal(shown(await resolve({ key: 'k', profile: null })), 'b/k ');
  });

  it('says what an expression gave', async () => {
    record(full);
    assert.equal(shown(await resolve({ ...full, key: new Expression('var.key') })), 'b/k ');
  });

  it('is the same as a block whose values Terraform converts to it', async () => {
    record({ ...full, use_path_style: true, max_retries: 3, allowed_account_ids: ['1', '2'] });
    const written = { use_path_style: 'true', max_retries: '3', allowed_account_ids: [2, 1] };
    const objects = { endpoints: { s3: null }, assume_role: null };
    record({
      ...full,
      use_path_style: true,
      max_retries: 3,
      allowed_account_ids: ['1', '2'],
      endpoints: {},
    });
    assert.equal(shown(await resolve({ ...full, ...written, ...objects })), 'b/k ');
  });

  it('counts where the block says something else, and both are named', async () => {
    record(full);
    const resolution = await resolve({ ...full, key: 'other', use_lockfile: false, encrypt: true });
    assert.match(shown(resolution), /^b\/k /);
    assert.match(shown(resolution), /key is "other" in the block, "k" in the record/);
    assert.match(shown(resolution), /; encrypt\. .*terraform init is due/);
  });

  it('never shows a secret, whatever differs', async () => {
    record({ ...full, ...secrets });
    const changed = Object.fromEntries(Object.keys(secrets).map((name) => [name, 'secret-new']));
    assert.doesNotMatch(shown(await resolve({ ...full, ...changed })), /secret-|SECRETNAME/);
    assert.doesNotMatch(JSON.stringify((await resolve({})).kind), /secret/);
    write('.terraform/terraform.tfstate', '{"version": 3, "backend": {"secret_key": "secret-x"');
    assert.doesNotMatch(shown(await resolve(full)), /secret/);
  });

  it('takes the place of a block that cannot be parsed', async () => {
    record(full);
    assert.match(shown(await resolve({}, {}, 'unparsed')), /^b\/k The block cannot be parsed/);
  });

  it('of another type says nothing about this block, and that init is due', async () => {
    record({ path: 'x' }, 'local');
    assert.match(shown(await resolve(full)), /^b\/k The block says "s3", but .* "local"/);
    assert.match(
      shown(await resolve({})),
      /^unresolved: bucket is not in the block; .*init is due/,
    );
  });

  it('is looked for in TF_DATA_DIR', async () => {
    record({ ...full, key: 'wrong' });
    record(full, 's3', 'data');
    assert.equal(shown(await resolve({}, { TF_DATA_DIR: 'data' })), 'b/k ');
  });

  for (const [what, text] of [
    ['not JSON', 'x'],
    ['of another version', '{"version": 4}'],
    ['no object', '[]'],
    ['of another shape', '{"version": 3, "backend": {"type": "s3", "config": []}}'],
  ] as const) {
    it(`leaves nothing resolved where it is ${what}`, async () => {
      write('.terraform/terraform.tfstate', text);
      assert.match(shown(await resolve(full)), /^unresolved: .*what terraform init recorded/);
    });
  }

  it('is nothing where it names no backend', async () => {
    for (const text of ['', '{"version": 3}', '{"version": 3, "backend": {"type": ""}}']) {
      write('.terraform/terraform.tfstate', text);
      assert.equal(shown(await resolve(full)), 'b/k ');
    }
  });

  it('is missing before the first init: the files that it could be given are named', async () => {
    assert.match(shown(await resolve({})), /terraform init has not been run here$/);
    write('prod.s3.tfbackend', 'key = "secret"');
    write('env/dev.tfbackend', '');
    write('.terraform/x.tfbackend', '');
    assert.match(
      shown(await resolve({})),
      /init has not been run here; it could be given -backend-config=env\/dev\.tfbackend or prod\.s3\.tfbackend$/,
    );
    assert.equal(shown(await resolve(full)), 'b/k ');
  });
});
