import assert from 'node:assert/strict';
import type { Environment } from '../../../../src/backends/backend';
import { readS3Config, type AwsAccess, type S3Config } from '../../../../src/backends/s3/s3Config';
import { withProfile } from '../../../../src/backends/s3/profileOverride';
import { awsClientOptions } from '../../../../src/backends/s3/awsClientOptions';
import { blockOf, Expression, type Attributes } from '../../../support/awsBlocks';

const least = { bucket: 'b', key: 'k', region: 'eu-west-1' };

function configOf(attributes: Attributes, environment: Environment = {}, dir = '/w/m'): S3Config {
  const result = readS3Config(blockOf({ ...least, ...attributes }), environment, dir);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}
const accessOf = (attributes: Attributes, environment: Environment = {}): AwsAccess =>
  configOf(attributes, environment).access;

describe('who asks, by a backend block', () => {
  it('is a role with all that Terraform sends for it', () => {
    const assume_role = {
      role_arn: 'arn',
      duration: '1h30m5s',
      external_id: 'e',
      policy: '{}',
      policy_arns: ['p'],
      session_name: 's',
      source_identity: 'i',
      tags: { a: 1 },
      transitive_tag_keys: ['a'],
    };
    assert.deepEqual(accessOf({ assume_role }).assumeRole, {
      roleArn: 'arn',
      durationSeconds: 5405,
      externalId: 'e',
      policy: '{}',
      policyArns: ['p'],
      sessionName: 's',
      sourceIdentity: 'i',
      tags: { a: '1' },
      transitiveTagKeys: ['a'],
    });
  });

  it('is a role in the flat attributes that OpenTofu still has (documented)', () => {
    const flat = {
      role_arn: 'arn',
      session_name: 's',
      external_id: 'e',
      assume_role_duration_seconds: '900',
      assume_role_policy: '{}',
      assume_role_policy_arns: ['p'],
      assume_role_tags: { a: 'b' },
      assume_role_transitive_tag_keys: ['a'],
    };
    assert.deepEqual(accessOf(flat).assumeRole, {
      roleArn: 'arn',
      durationSeconds: 900,
      externalId: 'e',
      policy: '{}',
      policyArns: ['p'],
      sessionName: 's',
      tags: { a: 'b' },
      transitiveTagKeys: ['a'],
    });
  });

  it('may be a web identity completed by the environment, as in OpenTofu (documented)', () => {
    const environment = {
      AWS_ROLE_ARN: 'arn',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
      AWS_ROLE_SESSION_NAME: 's',
    };
    assert.deepEqual(accessOf({ assume_role_with_web_identity: {} }, environment).webIdentity, {
      roleArn: 'arn',
      tokenFile: '/token',
      sessionName: 's',
    });
    const own = { role_arn: 'own', web_identity_token: 't' };
    assert.deepEqual(accessOf({ assume_role_with_web_identity: own }, environment).webIdentity, {
      roleArn: 'own',
      token: 't',
      sessionName: 's',
    });
  });

  it('is never told from half a secret', () => {
    for (const name of ['access_key', 'secret_key', 'token', 'assume_role', 'http_proxy']) {
      const secret = { [name]: new Expression('"SECRET${var.x}"') };
      const result = readS3Config(blockOf({ ...least, ...secret }), {});
      assert.ok(!result.ok);
      assert.match(result.detail, new RegExp(`^${name} is not a constant`));
      assert.doesNotMatch(result.detail, /SECRET/);
    }
  });

  it('comes from files whose paths Terraform would expand alike', () => {
    const environment = { HOME: '/home/u', WHERE: 'here' };
    const files = (paths: Attributes): unknown[] => {
      const access = accessOf(paths, environment);
      return [access.configFile, access.credentialsFile, access.transport?.caBundle];
    };
    assert.deepEqual(files({ shared_config_files: ['~/c'], custom_ca_bundle: 'ca.pem' }), [
      '/home/u/c',
      undefined,
      '/w/m/ca.pem',
    ]);
    assert.deepEqual(files({ shared_credentials_file: '$WHERE/${WHERE}/c~' }), [
      undefined,
      '/w/m/here/here/c~',
      undefined,
    ]);
  });

  it('is the profile of the settings, except where the block has keys or a token', () => {
    const profileOf = (attributes: Attributes): string | undefined =>
      withProfile(configOf(attributes), 'mine').access.profile;
    assert.equal(profileOf({}), 'mine');
    assert.equal(profileOf({ profile: 'team' }), 'mine');
    assert.equal(profileOf({ assume_role: { role_arn: 'arn' } }), 'mine');
    assert.equal(profileOf({ access_key: 'A', secret_key: 'S', profile: 'team' }), 'team');
    const identity = { role_arn: 'arn', web_identity_token: 't' };
    assert.equal(profileOf({ assume_role_with_web_identity: identity }), undefined);
    assert.equal(withProfile(configOf({ profile: 'team' }), undefined).access.profile, 'team');
  });
});

describe('how requests travel, by a backend block', () => {
  it('is through the proxy of the attribute, else of the environment', () => {
    const environment = { HTTP_PROXY: 'http://e', https_proxy: 'http://es', NO_PROXY: 'n' };
    assert.deepEqual(accessOf({}, environment).transport, {
      httpProxy: 'http://e',
      httpsProxy: 'http://es',
      noProxy: 'n',
    });
    const own = { http_proxy: 'http://a', https_proxy: 'http://as', no_proxy: 'o' };
    assert.deepEqual(accessOf(own, environment).transport, {
      httpProxy: 'http://a',
      httpsProxy: 'http://as',
      noProxy: 'o',
    });
    assert.deepEqual(accessOf({ http_proxy: 'http://a' }).transport, {
      httpProxy: 'http://a',
      httpsProxy: 'http://a',
    });
  });

  it('is with the certificates of AWS_CA_BUNDLE, or unchecked', () => {
    assert.equal(accessOf({}, { AWS_CA_BUNDLE: '/ca' }).transport?.caBundle, '/ca');
    assert.equal(accessOf({ insecure: 'true' }).transport?.insecure, true);
    assert.equal(accessOf({ insecure: false, http_proxy: '' }).transport, undefined);
  });

  it('is to FIPS and dual-stack endpoints, with as many tries as are allowed', () => {
    const route = { use_fips_endpoint: true, retry_mode: 'adaptive', max_retries: '7' };
    const access = accessOf(route, { AWS_USE_DUALSTACK_ENDPOINT: 'true' });
    const options = awsClientOptions(access, 'dynamodb', 'read');
    assert.deepEqual(
      [options.useFipsEndpoint, options.useDualstackEndpoint, options.maxAttempts],
      [true, true, 7],
    );
    assert.equal(options.retryMode, 'adaptive');
    assert.equal(awsClientOptions(access, 'dynamodb', 'write').maxAttempts, 1);
    const usual = awsClientOptions(accessOf({ max_retries: 0 }), 'dynamodb', 'read');
    assert.deepEqual([usual.useFipsEndpoint, usual.maxAttempts], [undefined, 3]);
  });

  it('goes to the services where the block or the environment has them', () => {
    const environment = { AWS_STS_ENDPOINT: 'http://sts', AWS_ENDPOINT_URL_IAM: 'http://iam' };
    const { endpoints } = accessOf(
      { sts_endpoint: 'http://own', endpoint: 'http://s3' },
      environment,
    );
    assert.deepEqual(endpoints, { s3: 'http://s3', sts: 'http://own', iam: 'http://iam' });
  });
});
