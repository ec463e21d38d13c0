import assert from 'node:assert/strict';
import type { Environment } from '../../../src/backends/backend';
import type { Resolution } from '../../../src/core/resolution';
import type { StateRef } from '../../../src/core/stateRef';
import { withoutSecrets } from '../../../src/backends/s3/s3Backend';
import { blockOf, Expression, gatewayOf, hostOf } from '../../support/awsBlocks';
import { only } from '../../support/fakes';

const least = { bucket: 'my-bucket', key: 'k/terraform.tfstate', region: 'eu-west-1' };

function resolve(
  attributes: Record<string, unknown>,
  environment: Environment = {},
  workspace = 'default',
): Promise<Resolution> {
  const host = { ...hostOf(environment), workspaceOf: () => Promise.resolve(workspace) };
  return gatewayOf(host).resolve(blockOf(attributes), {});
}

async function stateOf(
  attributes: Record<string, unknown> = {},
  environment?: Environment,
  workspace?: string,
): Promise<StateRef> {
  const all = { ...least, dynamodb_table: 'locks', ...attributes };
  const resolution = await resolve(all, environment, workspace);
  assert.ok(resolution.kind === 'state', JSON.stringify(resolution));
  return resolution.state;
}

describe('resolving a backend block', () => {
  it('tells the state, its place and what people know them by', async () => {
    const state = await stateOf();
    const { backend, key, path, workspace, facts, places } = state;
    assert.deepEqual([backend, key, workspace], ['s3', 'k/terraform.tfstate', 'default']);
    assert.equal(path, 'my-bucket/k/terraform.tfstate');
    const place = only(places);
    assert.equal(place.label, 'DynamoDB table locks in eu-west-1');
    const known = new Map([...facts, ...place.facts].map(({ label, value }) => [label, value]));
    assert.deepEqual(
      ['Bucket', 'Key', 'Workspace', 'Region', 'Table', 'LockID'].map((label) => known.get(label)),
      ['my-bucket', 'k/terraform.tfstate', 'default', 'eu-west-1', 'locks', path],
    );
  });

  for (const [what, attributes, workspace, lockId] of [
    ['another workspace', {}, 'dev', 'my-bucket/env:/dev/k/terraform.tfstate'],
    [
      'a prefix of its own',
      { workspace_key_prefix: 'ws' },
      'dev',
      'my-bucket/ws/dev/k/terraform.tfstate',
    ],
    ['an empty prefix', { workspace_key_prefix: '' }, 'dev', 'my-bucket/dev/k/terraform.tfstate'],
    [
      'a prefix that the default workspace ignores',
      { workspace_key_prefix: 'ws' },
      'default',
      'my-bucket/k/terraform.tfstate',
    ],
    ['a key that is not clean, verbatim', { key: 'a/../b' }, 'default', 'my-bucket/a/../b'],
    ['a key that is not clean, in a workspace', { key: 'a/../b' }, 'dev', 'my-bucket/env:/dev/b'],
    ['a workspace that collapses onto the default one', {}, '..', 'my-bucket/k/terraform.tfstate'],
    ['a key with odd characters', { key: ' a?#&+=%é ' }, 'default', 'my-bucket/ a?#&+=%é '],
  ] as const) {
    it(`finds the lock of ${what}`, async () => {
      const state = await stateOf(attributes, {}, workspace);
      const fact = only(state.places).facts.find(({ label }) => label === 'LockID');
      assert.deepEqual([state.path, fact?.value], [lockId, lockId]);
    });
  }

  it('gives equal ids to blocks that mean the same state, however they say it', async () => {
    const here = await stateOf();
    const there = await stateOf({ region: null }, { AWS_REGION: 'eu-west-1' });
    assert.equal(here.id, there.id);
    assert.equal(only(here.places).id, only(there.places).id);
  });

  const others: readonly (readonly [string, Record<string, unknown>])[] = [
    ['bucket', { bucket: 'other' }],
    ['key', { key: 'other' }],
    ['region', { region: 'eu-west-2' }],
    ['table', { dynamodb_table: 'other' }],
    ['endpoint', { dynamodb_endpoint: 'http://127.0.0.1:1' }],
    ['profile', { profile: 'other' }],
    ['keys', { access_key: 'A', secret_key: 'S' }],
  ];
  for (const [what, attributes] of others) {
    it(`gives another id to a state with another ${what}`, async () => {
      assert.notEqual((await stateOf()).id, (await stateOf(attributes)).id);
    });
  }

  it('lets states of one table and identity be read together, and no others', async () => {
    const batchOf = async (attributes: Record<string, unknown>): Promise<string> =>
      only((await stateOf(attributes)).places).batchKey;
    const usual = await batchOf({});
    assert.equal(await batchOf({ bucket: 'other', key: 'other' }), usual);
    for (const [what, attributes] of others.slice(2)) {
      assert.notEqual(await batchOf(attributes), usual, what);
    }
  });

  it('has no place for a state without a lock table', async () => {
    const resolution = await resolve(least);
    assert.ok(resolution.kind === 'state');
    assert.deepEqual(resolution.state.places, []);
  });

  it('says what is missing in a block that other files complete', async () => {
    const resolution = await resolve({ key: new Expression('var.key') });
    assert.ok(resolution.kind === 'unresolved' && resolution.error.reason === 'unresolved');
    assert.match(resolution.error.detail ?? '', /key = var\.key/);
    assert.match(resolution.error.detail ?? '', /bucket/);
  });

  it('says that it does not know another backend', async () => {
    const resolution = await gatewayOf(hostOf({})).resolve(blockOf({}, 'current', 'pg'), {});
    assert.ok(resolution.kind === 'unresolved' && resolution.error.reason === 'unsupported');
    assert.match(resolution.error.detail ?? '', /pg/);
  });

  it('does not guess a workspace that cannot be read', async () => {
    const host = { ...hostOf({}), workspaceOf: () => Promise.reject(new Error('EACCES')) };
    await assert.rejects(gatewayOf(host).resolve(blockOf(least), {}));
  });
});

describe('an endpoint that is shown', () => {
  for (const [endpoint, shown] of [
    ['https://dynamodb.example', 'https://dynamodb.example'],
    ['http://127.0.0.1:8000/', 'http://127.0.0.1:8000'],
    ['http://127.0.0.1:8000/path', 'http://127.0.0.1:8000/path'],
    ['http://user:secret@127.0.0.1:8000/path?token=secret#secret', 'http://127.0.0.1:8000/path'],
    ['user:secret@no url?token=secret', 'no url'],
  ] as const) {
    it(`of ${endpoint} is ${shown}`, () => {
      assert.equal(withoutSecrets(endpoint), shown);
    });
  }
});
