import assert from 'node:assert/strict';
import { readS3Config, type S3Config } from '../../../../src/backends/s3/s3Config';
import type { Environment } from '../../../../src/backends/backend';
import { blockOf, Expression } from '../../../support/awsBlocks';

const least = { bucket: 'b', key: 'k', region: 'eu-west-1' };

function configOf(attributes: Record<string, unknown>, environment: Environment = {}): S3Config {
  const result = readS3Config(blockOf({ ...least, ...attributes }), environment);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

function refusalOf(attributes: Record<string, unknown>, environment: Environment = {}): string {
  const result = readS3Config(blockOf(attributes), environment);
  assert.ok(!result.ok, 'it was resolved');
  return `${result.reason}: ${result.detail}`;
}

describe('an S3 backend block', () => {
  it('says bucket, key, region and table', () => {
    const { bucket, key, workspaceKeyPrefix, table, access } = configOf({
      dynamodb_table: 'locks',
    });
    assert.deepEqual([bucket, key, workspaceKeyPrefix], ['b', 'k', 'env:']);
    assert.deepEqual([table, access.region], ['locks', 'eu-west-1']);
    assert.deepEqual([access.profile, access.staticKeys], [undefined, undefined]);
  });

  const regions: readonly (readonly [string, Record<string, unknown>, Environment, string])[] = [
    [
      'the attribute before the environment',
      { region: 'a' },
      { AWS_REGION: 'b', AWS_DEFAULT_REGION: 'c' },
      'a',
    ],
    ['AWS_REGION', { region: null }, { AWS_REGION: 'b', AWS_DEFAULT_REGION: 'c' }, 'b'],
    ['AWS_DEFAULT_REGION', { region: null }, { AWS_DEFAULT_REGION: 'c' }, 'c'],
    [
      'AWS_DEFAULT_REGION where AWS_REGION is empty',
      { region: null },
      { AWS_REGION: '', AWS_DEFAULT_REGION: 'c' },
      'c',
    ],
  ];
  for (const [what, attributes, environment, expected] of regions) {
    it(`takes the region from ${what}`, () => {
      assert.equal(configOf(attributes, environment).access.region, expected);
    });
  }

  const all = { AWS_ENDPOINT_URL_DYNAMODB: 'http://url', AWS_DYNAMODB_ENDPOINT: 'http://legacy' };
  const endpoints: readonly (readonly [
    string,
    Record<string, unknown>,
    Environment,
    string | undefined,
  ])[] = [
    [
      'endpoints.dynamodb before all others',
      { endpoints: { dynamodb: 'http://new' }, dynamodb_endpoint: 'http://old' },
      all,
      'http://new',
    ],
    [
      'dynamodb_endpoint before the environment',
      { dynamodb_endpoint: 'http://old' },
      all,
      'http://old',
    ],
    ['AWS_ENDPOINT_URL_DYNAMODB', {}, all, 'http://url'],
    ['AWS_DYNAMODB_ENDPOINT', {}, { AWS_DYNAMODB_ENDPOINT: 'http://legacy' }, 'http://legacy'],
    [
      'nowhere, where endpoints names other services only',
      { endpoints: { s3: 'http://s3' } },
      {},
      undefined,
    ],
    ['nowhere, where endpoints.dynamodb is null', { endpoints: { dynamodb: null } }, {}, undefined],
    [
      'nowhere, where S3 alone has an endpoint',
      { endpoint: 'http://s3' },
      { AWS_ENDPOINT_URL_S3: 'x' },
      undefined,
    ],
  ];
  for (const [what, attributes, environment, expected] of endpoints) {
    it(`takes the endpoint from ${what}`, () => {
      assert.equal(configOf(attributes, environment).access.endpoints.dynamodb, expected);
    });
  }

  it('uses keys in the block', () => {
    assert.deepEqual(configOf({ access_key: 'A', secret_key: 'S' }).access.staticKeys, {
      accessKeyId: 'A',
      secretAccessKey: 'S',
    });
    assert.equal(configOf({ access_key: '', token: '' }).access.staticKeys, undefined);
  });

  for (const some of [{ token: 'T' }, { access_key: 'A' }, { secret_key: 'S', token: 'T' }]) {
    it(`is refused with ${Object.keys(some).join(' and ')} alone, as by Terraform`, () => {
      assert.match(
        refusalOf({ ...least, ...some }),
        /^unresolved: access_key and secret_key are not/,
      );
    });
  }

  it('converts values as Terraform does', () => {
    const config = configOf({ bucket: 12, key: true, use_lockfile: 'false', dynamodb_table: '' });
    assert.deepEqual([config.bucket, config.key, config.table], ['12', 'true', undefined]);
  });

  it('takes null for an attribute that is not there', () => {
    const config = configOf({
      profile: null,
      endpoints: null,
      workspace_key_prefix: null,
      assume_role: null,
    });
    assert.equal(config.workspaceKeyPrefix, 'env:');
    assert.deepEqual([config.access.profile, config.access.endpoints], [undefined, {}]);
  });

  it('keeps an empty workspace prefix, and a key as it is written', () => {
    const config = configOf({ workspace_key_prefix: '', key: ' a//b/../ ' });
    assert.deepEqual([config.workspaceKeyPrefix, config.key], ['', ' a//b/../ ']);
  });

  it('ignores attributes that do not matter for the lock', () => {
    configOf({ encrypt: new Expression('var.e'), kms_key_id: 'x', acl: 'y', something_new: 1 });
  });

  const refusals: readonly (readonly [string, Record<string, unknown>, string])[] = [
    [
      'an empty block (partial configuration)',
      {},
      'unresolved: bucket is not in the block; key is not in the block; region is neither in the block nor in AWS_REGION',
    ],
    ['a missing bucket', { key: 'k', region: 'r' }, 'unresolved: bucket is not in the block'],
    ['an empty key', { bucket: 'b', key: '', region: 'r' }, 'unresolved: key is not in the block'],
    [
      'a variable as key',
      { ...least, key: new Expression('var.key') },
      'unresolved: key = var.key',
    ],
    [
      'a variable as region, though the environment has one',
      { ...least, region: new Expression('var.r') },
      'unresolved: region = var.r',
    ],
    [
      'a template as table',
      { ...least, dynamodb_table: new Expression('"${local.t}"') },
      'unresolved: dynamodb_table = "${local.t}"',
    ],
    [
      'a variable among the endpoints',
      { ...least, endpoints: new Expression('{ dynamodb = var.d }') },
      'unresolved: endpoints = { dynamodb = var.d }',
    ],
    ['a list as bucket', { ...least, bucket: ['b'] }, 'unresolved: bucket is not a string'],
    [
      'a string as endpoints',
      { ...least, endpoints: 'x' },
      'unresolved: endpoints is not an object of strings',
    ],
    [
      'a word as bool',
      { ...least, use_lockfile: 'yes' },
      'unresolved: use_lockfile is not true or false',
    ],
    [
      'a role without its name',
      { ...least, assume_role: { session_name: 's' } },
      'unresolved: assume_role has no role_arn',
    ],
    [
      'a list of roles, which Terraform refuses',
      { ...least, assume_role: [{ role_arn: 'arn' }] },
      'unresolved: assume_role is not an object',
    ],
    [
      'a duration that is none',
      { ...least, assume_role: { role_arn: 'arn', duration: '1 hour' } },
      'unresolved: duration "1 hour" is not a duration',
    ],
    [
      'a web identity without a token',
      { ...least, assume_role_with_web_identity: { role_arn: 'arn' } },
      'unresolved: assume_role_with_web_identity needs role_arn and a token',
    ],
    [
      'several credential files',
      { ...least, shared_credentials_files: ['f', 'g'] },
      'unsupported: more than one file in shared_credentials_files',
    ],
    [
      'an SSO service of its own',
      { ...least, endpoints: { sso: 'http://sso' } },
      'unsupported: the attribute endpoints.sso',
    ],
    [
      'a metadata service of its own',
      { ...least, ec2_metadata_service_endpoint: 'http://md' },
      'unsupported: the attribute ec2_metadata_service_endpoint',
    ],
    [
      'a path that is relative to nothing',
      { ...least, custom_ca_bundle: 'ca.pem' },
      'unresolved: ca.pem is relative to a directory that is not on this machine',
    ],
  ];
  for (const [what, attributes, expected] of refusals) {
    it(`is not resolved with ${what}`, () => {
      const environment = 'bucket' in attributes ? { AWS_REGION: 'r' } : {};
      assert.equal(refusalOf(attributes, environment), expected);
    });
  }

  it('is not resolved where it never could be parsed, and is where it once was', () => {
    assert.equal(readS3Config(blockOf(least, 'unparsed'), {}).ok, false);
    assert.equal(readS3Config(blockOf(least, 'lastGood'), {}).ok, true);
  });

  it('never puts a secret into words', () => {
    const secrets = { access_key: new Expression('var.a'), secret_key: ['SECRET-LIST'], token: {} };
    assert.doesNotMatch(refusalOf({ ...least, ...secrets }), /SECRET/);
  });
});
