/** One way to configure an S3 backend. Text in files, arguments and variables may name `@S3@`, `@DDB@`, `@STS@`. */
export interface Configuration {
  readonly name: string;
  /** Attributes of the block, as HCL, on top of the usual ones; null takes one of those away. */
  readonly set?: Readonly<Record<string, string | null>>;
  /** Replaces `main.tf`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Beside `main.tf`. */
  readonly more?: Readonly<Record<string, string>>;
  /** On top of the usual ones; an empty value takes one away. `~` is the home directory. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of `terraform init`. */
  readonly init?: readonly string[];
  /** Commands between init and plan. */
  readonly then?: readonly (readonly string[])[];
  /** Written after init: what the CLI has not been told yet. */
  readonly afterwards?: Readonly<Record<string, string>>;
  /** What terraform says where it locks nothing; then the extension names no state, or says what is wrong with it. */
  readonly refused?: RegExp;
}

/** What every block has unless a row says otherwise. */
export const usual: Readonly<Record<string, string>> = {
  bucket: '"bucket"',
  key: '"k/terraform.tfstate"',
  region: '"eu-west-1"',
  dynamodb_table: '"locks"',
  use_path_style: 'true',
  skip_credentials_validation: 'true',
  skip_requesting_account_id: 'true',
  skip_metadata_api_check: 'true',
  skip_region_validation: 'true',
  endpoints: '{ s3 = "@S3@", dynamodb = "@DDB@", sts = "@STS@" }',
};

export const usualEnvironment: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'ENVKEY',
  AWS_SECRET_ACCESS_KEY: 's',
};

const noKeys = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
const fileLock = { dynamodb_table: null, use_lockfile: 'true' };
const both = { use_lockfile: 'true' };
const noEndpoints = { endpoints: null };
const role = 'role_arn = "arn:aws:iam::123456789012:role/deploy"';
/** A block with these attributes only. */
export function block(attributes: Readonly<Record<string, string | null>>): string {
  const lines = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `    ${name} = ${String(value)}\n`);
  return `terraform {\n  backend "s3" {\n${lines.join('')}  }\n}\n`;
}
const without = (...names: string[]): string =>
  block({ ...usual, ...Object.fromEntries(names.map((name) => [name, null])) });
const json = (attributes: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  bucket: 'bucket',
  key: 'json.tfstate',
  region: 'eu-west-1',
  dynamodb_table: 'locks',
  use_path_style: true,
  skip_credentials_validation: true,
  skip_requesting_account_id: true,
  skip_metadata_api_check: true,
  endpoints: { s3: '@S3@', dynamodb: '@DDB@' },
  ...attributes,
});
const text = (value: unknown): string => JSON.stringify(value, undefined, 2);

/** One line for each configuration. */
// prettier-ignore
export const configurations: readonly Configuration[] = [
  // Lock modes
  { name: 'a table' },
  { name: 'a lock file', set: fileLock },
  { name: 'both', set: both },
  { name: 'use_lockfile as a string', set: { ...fileLock, use_lockfile: '"true"' } },
  { name: 'use_lockfile as "false", with a table', set: { use_lockfile: '"false"' } },
  { name: 'an empty table name beside a lock file', set: { ...fileLock, dynamodb_table: '""' } },
  { name: 'null as table', set: { ...fileLock, dynamodb_table: 'null' } },
  // Workspaces
  { name: 'TF_WORKSPACE', env: { TF_WORKSPACE: 'dev' } },
  { name: 'TF_WORKSPACE with a lock file', set: fileLock, env: { TF_WORKSPACE: 'dev' } },
  { name: 'TF_WORKSPACE, both', set: both, env: { TF_WORKSPACE: 'dev' } },
  { name: 'TF_WORKSPACE with marks', env: { TF_WORKSPACE: 'a+b=c@d:e~f$g&h' } },
  { name: 'TF_WORKSPACE=default', env: { TF_WORKSPACE: 'default' } },
  { name: 'an empty TF_WORKSPACE', env: { TF_WORKSPACE: '' } },
  { name: 'workspace new', then: [['workspace', 'new', 'blue']] },
  { name: 'workspace select', then: [['workspace', 'new', 'a'], ['workspace', 'new', 'b'], ['workspace', 'select', 'a']] },
  { name: 'workspace select default', then: [['workspace', 'new', 'a'], ['workspace', 'select', 'default']] },
  { name: 'a workspace prefix', set: { workspace_key_prefix: '"team/x"' }, env: { TF_WORKSPACE: 'dev' } },
  { name: 'null as workspace prefix', set: { workspace_key_prefix: 'null' }, env: { TF_WORKSPACE: 'dev' } },
  { name: 'an empty workspace prefix', set: { workspace_key_prefix: '""' }, env: { TF_WORKSPACE: 'dev' } },
  { name: 'a workspace prefix that folds', set: { workspace_key_prefix: '"x//y/../z"' }, env: { TF_WORKSPACE: 'dev' } },
  { name: 'a workspace prefix with a lock file', set: { ...fileLock, workspace_key_prefix: '"p"' }, env: { TF_WORKSPACE: 'dev' } },
  // Keys
  { name: 'a key with spaces', set: { key: '"a b/ c "' } },
  { name: 'a key with spaces in a lock file', set: { ...fileLock, key: '"a b/ c "' } },
  { name: 'a key beyond ASCII', set: { key: '"größe/日本/😀.tfstate"' } },
  { name: 'a key beyond ASCII in a lock file', set: { ...fileLock, key: '"größe/日本/😀.tfstate"' } },
  { name: 'a key that is not normalized', set: { key: '"e\u0301.tfstate"' } },
  { name: 'a key with dots', set: { key: '"a/../b"' } },
  { name: 'a key with dots in a workspace', set: { key: '"a/../b"' }, env: { TF_WORKSPACE: 'dev' } },
  { name: 'a key with marks', set: { key: '"a%20b?c#d&e+f=g"' } },
  { name: 'a key with marks in a lock file', set: { ...fileLock, key: '"a%20b?c#d&e+f=g"' } },
  { name: 'a key with escapes', set: { key: '"a\\u0041\\t\\"$${x}%%{y}"' } },
  { name: 'a key that ends in -md5', set: { key: '"k-md5"' } },
  { name: 'a number as key', set: { key: '12' } },
  { name: 'a bool as key', set: { key: 'true' } },
  { name: 'a heredoc as key', set: { key: '<<EOT\nline\nEOT\n' } },
  { name: 'an indented heredoc as table', set: { key: '<<-EOT\n      in/line\n    EOT\n' } },
  { name: 'comments everywhere', files: { 'main.tf': `# backend "s3" {\n/* terraform { */\n${without('key').replace('bucket =', '# x }\n bucket /* = "no" */ =').replace('region', 'key = "c" // key = "d"\n region')}` } },
  { name: 'a bare label, a tight block', files: { 'main.tf': without().replace('"s3" {', 's3{').replace('terraform {', 'terraform{').replaceAll(' = ', '=') } },
  { name: 'two terraform blocks', more: { 'versions.tf': 'terraform {\n  required_version = ">= 1.0"\n}\n' } },
  // Partial configuration
  { name: 'flags', files: { 'main.tf': without('key') }, init: ['-backend-config=key=flag.tfstate'] },
  { name: 'flags over the block', init: ['-backend-config=key=over.tfstate', '-backend-config=dynamodb_table=other'] },
  { name: 'an empty block and a file', files: { 'main.tf': block({}), 'prod.s3.tfbackend': Object.entries(usual).map(([n, v]) => `${n} = ${v}\n`).join('') }, init: ['-backend-config=prod.s3.tfbackend'] },
  { name: 'a file in a folder and a flag after it', files: { 'main.tf': without('key', 'bucket'), 'env/prod.tfbackend': 'bucket = "bucket"\nkey = "file.tfstate"\n' }, init: ['-backend-config=env/prod.tfbackend', '-backend-config=key=later.tfstate'] },
  { name: 'a JSON file', files: { 'main.tf': without('key'), 'prod.json': '{"key": "${json}"}' }, init: ['-backend-config=prod.json'] },
  { name: 'an object flag', files: { 'main.tf': without('endpoints') }, init: ['-backend-config=endpoints={s3="@S3@",dynamodb="@DDB@"}'] },
  { name: 'a bool flag', files: { 'main.tf': without('dynamodb_table') }, init: ['-backend-config=use_lockfile=true'] },
  { name: 'TF_CLI_ARGS_init', files: { 'main.tf': without('key') }, env: { TF_CLI_ARGS_init: '-backend-config=key=args.tfstate' } },
  { name: 'flags and a workspace', files: { 'main.tf': without('key') }, init: ['-backend-config=key=flag.tfstate'], env: { TF_WORKSPACE: 'dev' } },
  { name: 'keys in flags', init: ['-backend-config=access_key=FLAGKEY', '-backend-config=secret_key=s'] },
  { name: 'TF_DATA_DIR', env: { TF_DATA_DIR: 'data' }, files: { 'main.tf': without('key') }, init: ['-backend-config=key=data.tfstate'], then: [['workspace', 'new', 'in-data']] },
  { name: 'init again with another flag', files: { 'main.tf': without('key') }, init: ['-backend-config=key=one.tfstate'], then: [['init', '-reconfigure', '-backend-config=key=two.tfstate']] },
  { name: 'a comment added since init', afterwards: { 'main.tf': `# new\n${without()}` } },
  { name: 'a block that was changed since init', afterwards: { 'main.tf': block({ ...usual, key: '"changed"' }) }, refused: /Backend initialization required|Backend configuration changed/ },
  // Region and endpoints
  { name: 'AWS_REGION', set: { region: null }, env: { AWS_REGION: 'eu-north-1', AWS_DEFAULT_REGION: 'us-west-2' } },
  { name: 'AWS_DEFAULT_REGION', set: { region: null }, env: { AWS_DEFAULT_REGION: 'us-west-2' } },
  { name: 'region before AWS_REGION', env: { AWS_REGION: 'eu-north-1' } },
  { name: 'an empty region before AWS_REGION', set: { region: '""' }, env: { AWS_REGION: 'eu-north-1' } },
  { name: 'the deprecated endpoints', set: { ...noEndpoints, endpoint: '"@S3@"', dynamodb_endpoint: '"@DDB@"' } },
  { name: 'force_path_style', set: { use_path_style: null, force_path_style: 'true' } },
  { name: 'AWS_ENDPOINT_URL_*', set: noEndpoints, env: { AWS_ENDPOINT_URL_S3: '@S3@', AWS_ENDPOINT_URL_DYNAMODB: '@DDB@' } },
  { name: 'AWS_*_ENDPOINT', set: noEndpoints, env: { AWS_S3_ENDPOINT: '@S3@', AWS_DYNAMODB_ENDPOINT: '@DDB@' } },
  { name: 'AWS_ENDPOINT_URL for one', set: { endpoints: '{ s3 = "@S3@" }' }, env: { AWS_ENDPOINT_URL: '@DDB@' } },
  { name: 'endpoints of a profile', set: { endpoints: '{ s3 = "@S3@" }' }, env: { ...noKeys, AWS_PROFILE: 'endpoints' } },
  { name: 'a services section of a profile', set: { endpoints: '{ s3 = "@S3@" }' }, env: { ...noKeys, AWS_PROFILE: 'services' } },
  // Credentials
  { name: 'keys in the block', set: { access_key: '"BLOCKKEY"', secret_key: '"s"' } },
  { name: 'keys in the block before a profile', set: { access_key: '"BLOCKKEY"', secret_key: '"s"', profile: '"team"' } },
  { name: 'empty keys in the block', set: { access_key: '""', secret_key: '""' } },
  { name: 'a profile', set: { profile: '"team"' }, env: noKeys },
  { name: 'a profile before keys in the environment', set: { profile: '"team"' } },
  { name: 'an empty profile', set: { profile: '""' } },
  { name: 'keys in the environment before AWS_PROFILE', env: { AWS_PROFILE: 'team' } },
  { name: 'AWS_PROFILE', env: { ...noKeys, AWS_PROFILE: 'team' } },
  { name: 'AWS_DEFAULT_PROFILE', env: { ...noKeys, AWS_DEFAULT_PROFILE: 'team' } },
  { name: 'AWS_PROFILE before AWS_DEFAULT_PROFILE', env: { ...noKeys, AWS_PROFILE: 'other', AWS_DEFAULT_PROFILE: 'team' } },
  { name: 'the default profile', env: noKeys },
  { name: 'AWS_ACCESS_KEY and AWS_SECRET_KEY', env: { ...noKeys, AWS_ACCESS_KEY: 'LEGACYKEY', AWS_SECRET_KEY: 's' } },
  { name: 'the new names before the old ones', env: { AWS_ACCESS_KEY: 'LEGACYKEY', AWS_SECRET_KEY: 's' } },
  { name: 'half a pair of keys', env: { AWS_SECRET_ACCESS_KEY: '' } },
  { name: 'shared_credentials_files', set: { shared_credentials_files: '["creds"]', profile: '"filed"' }, more: { creds: '[filed]\naws_access_key_id = FILEDKEY\naws_secret_access_key = s\n' }, env: noKeys },
  { name: 'shared_credentials_file, from home', set: { shared_credentials_file: '"~/.aws/more"', profile: '"more"' }, env: noKeys },
  { name: 'a variable in a path', set: { shared_credentials_files: '["$HOME/.aws/more"]', profile: '"more"' }, env: noKeys },
  { name: 'shared_config_files', set: { shared_config_files: '["conf"]', profile: '"confd"' }, more: { conf: '[profile confd]\naws_access_key_id = CONFKEY\naws_secret_access_key = s\n' }, env: noKeys },
  { name: 'AWS_SHARED_CONFIG_FILE', set: { profile: '"confd"' }, more: { conf: '[profile confd]\naws_access_key_id = CONFKEY\naws_secret_access_key = s\n' }, env: { ...noKeys, AWS_SHARED_CONFIG_FILE: 'conf' } },
  { name: 'AWS_CONFIG_FILE', set: { profile: '"moreconfig"' }, env: { ...noKeys, AWS_CONFIG_FILE: '~/.aws/moreconfig' } },
  { name: 'AWS_SHARED_CREDENTIALS_FILE', set: { profile: '"more"' }, env: { ...noKeys, AWS_SHARED_CREDENTIALS_FILE: '~/.aws/more' } },
  { name: 'credential_process', set: { profile: '"process"' }, env: noKeys },
  { name: 'a role', set: { assume_role: `{ ${role} }` } },
  { name: 'a role with everything', set: { assume_role: `{ ${role}\n duration = "1h30m"\n external_id = "ext"\n policy = "{}"\n policy_arns = ["arn:aws:iam::123456789012:policy/p"]\n session_name = "me"\n source_identity = "source"\n tags = { a = "1" }\n transitive_tag_keys = ["a"] }` } },
  { name: 'a role with a profile', set: { assume_role: `{ ${role} }`, profile: '"team"' } },
  { name: 'a role in a profile', set: { profile: '"rolled"' }, env: { ...noKeys, AWS_ENDPOINT_URL_STS: '@STS@' } },
  { name: 'a role with a lock file', set: { ...fileLock, assume_role: `{ ${role} }` } },
  { name: 'a role, sts_endpoint and sts_region', set: { endpoints: '{ s3 = "@S3@", dynamodb = "@DDB@" }', sts_endpoint: '"@STS@"', sts_region: '"us-east-1"', assume_role: `{ ${role} }` } },
  { name: 'a web identity', set: { assume_role_with_web_identity: `{ ${role}\n web_identity_token = "token"\n session_name = "me" }` }, env: noKeys },
  { name: 'a web identity from a file', set: { assume_role_with_web_identity: `{ ${role}\n web_identity_token_file = "token" }` }, more: { token: 'token of a file' }, env: noKeys },
  { name: 'a web identity, then a role', set: { assume_role_with_web_identity: `{ ${role}\n web_identity_token = "token" }`, assume_role: `{ ${role} }` }, env: noKeys },
  { name: 'a web identity of the environment', env: { ...noKeys, AWS_WEB_IDENTITY_TOKEN_FILE: '~/token', AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/env', AWS_ROLE_SESSION_NAME: 'env', AWS_ENDPOINT_URL_STS: '@STS@' } },
  { name: 'allowed_account_ids', set: { allowed_account_ids: '["123456789012"]', skip_requesting_account_id: null } },
  // Route
  { name: 'http_proxy', set: { http_proxy: '"@PROXY@"', endpoints: '{ s3 = "http://s3.test", dynamodb = "http://dynamodb.test" }' } },
  { name: 'HTTP_PROXY', set: { endpoints: '{ s3 = "http://s3.test", dynamodb = "http://dynamodb.test" }' }, env: { HTTP_PROXY: '@PROXY@' } },
  { name: 'a proxy that is not for these hosts', set: { http_proxy: '"http://127.0.0.1:9"', no_proxy: '"127.0.0.1"' } },
  { name: 'numbers and bools as strings', set: { max_retries: '"2"', use_path_style: '"true"', skip_credentials_validation: '"true"', use_fips_endpoint: '"false"' } },
  // Files
  { name: 'an override file', more: { 'override.tf': block({ ...usual, key: '"override"' }) } },
  { name: 'two override files', more: { 'a_override.tf': block({ ...usual, key: '"a"' }), 'b_override.tf': block({ ...usual, key: '"b"' }) } },
  { name: 'override.tf after a_override.tf', more: { 'a_override.tf': block({ ...usual, key: '"a"' }), 'override.tf': block({ ...usual, key: '"o"' }) } },
  { name: 'an override file that introduces the backend', files: { 'main.tf': 'terraform {}\n', 'b_override.tf': without() } },
  { name: 'an override file in JSON', more: { 'x_override.tf.json': text({ terraform: { backend: { s3: json({ key: 'jo' }) } } }) } },
  { name: 'override files beyond ASCII, in byte order', more: { 'é_override.tf': block({ ...usual, key: '"e"' }), 'z_override.tf': block({ ...usual, key: '"z"' }) } },
  { name: 'ignored files', more: { '.hidden.tf': block({ ...usual, key: '"h"' }), 'main.tf~': block({ ...usual, key: '"t"' }), '#main.tf#': block({ ...usual, key: '"n"' }), 'main.tf.bak': block({}) } },
  { name: '.tofu files', more: { 'main2.tofu': 'locals {}\n' } },
  { name: 'a child module with a backend', more: { 'child/main.tf': block({ ...usual, key: '"child"' }) } },
  { name: 'JSON', files: { 'main.tf.json': text({ terraform: { backend: { s3: json({}) } } }) } },
  { name: 'JSON in arrays', files: { 'main.tf.json': text({ terraform: [{ backend: [{ s3: [json({})] }] }] }) } },
  { name: 'JSON with arrays outside only', files: { 'main.tf.json': text([{ terraform: [{ required_version: '>= 1.0' }, { backend: { s3: json({}) } }] }]) } },
  { name: 'JSON with comments', files: { 'main.tf.json': text({ '//': 'x', terraform: { '//': { a: [] }, backend: { s3: json({ '//': 'y' }) } } }) } },
  { name: 'JSON with what looks like a template', files: { 'main.tf.json': text({ terraform: { backend: { s3: json({ key: '${"x"}/%{y}' }) } } }) } },
  { name: 'JSON with escapes', files: { 'main.tf.json': text({ terraform: { backend: { s3: json({ key: 'KEY' }) } } }).replace('KEY', '\\u0041\\/\\u00e9e\\u0301 \\ud83d\\ude00') } },
  { name: 'JSON with strings for bools', files: { 'main.tf.json': text({ terraform: { backend: { s3: json({ use_path_style: 'true', dynamodb_table: null, use_lockfile: 'true' }) } } }) } },
  { name: 'JSON and flags', files: { 'main.tf.json': text({ terraform: { backend: { s3: json({}) } } }) }, init: ['-backend-config=key=flag'] },
  // What terraform refuses
  { name: 'a token alone', set: { token: '"t"' }, refused: /static credentials are empty|No valid credential/ },
  { name: 'half a pair of keys in the block', set: { access_key: '"A"' }, refused: /static credentials are empty|No valid credential/ },
  { name: 'no credentials', env: { ...noKeys, AWS_SHARED_CREDENTIALS_FILE: '~/none' }, refused: /No valid credential sources found/ },
  { name: 'a profile that does not exist', set: { profile: '"nobody"' }, refused: /failed to get shared config profile/ },
  { name: 'a region in a profile only', set: { region: null, profile: '"rolled"' }, refused: /Missing region value/ },
  { name: 'an empty endpoint before the environment', set: { endpoints: '{ s3 = "@S3@", dynamodb = "" }' }, env: { AWS_ENDPOINT_URL_DYNAMODB: '@DDB@' }, refused: /unsupported protocol scheme/ },
  { name: 'an empty deprecated endpoint', set: { endpoints: '{ s3 = "@S3@" }', dynamodb_endpoint: '""' }, env: { AWS_DYNAMODB_ENDPOINT: '@DDB@' }, refused: /unsupported protocol scheme/ },
  { name: 'two backends in two files', more: { 'b.tf': without() }, refused: /Duplicate/ },
  { name: 'two backends, and an override file', more: { 'b.tf': without(), 'override.tf': without() }, refused: /Duplicate/ },
  { name: 'a variable', files: { 'main.tf': `variable "k" {\n  default = "x"\n}\n${block({ ...usual, key: 'var.k' })}` }, refused: /Variables not allowed/ },
  { name: 'an attribute given twice', files: { 'main.tf': without('x').replace('key =', 'key = "a"\n    key =') }, refused: /Attribute redefined/ },
  { name: 'an attribute given twice in JSON', files: { 'main.tf.json': text({ terraform: { backend: { s3: json({ kex: 'a' }) } } }).replace('kex', 'key') }, refused: /Duplicate argument/ },
  { name: 'a list of roles', set: { assume_role: `[{ ${role} }]` }, refused: /object required/ },
  { name: 'a role without role_arn', set: { assume_role: '{ session_name = "me" }' }, refused: /role_arn/ },
  { name: 'a duration that is none', set: { assume_role: `{ ${role}\n duration = "1 hour" }` }, refused: /duration/ },
  { name: 'a forbidden account', set: { forbidden_account_ids: '["123456789012"]', skip_requesting_account_id: null }, refused: /account/i },
  { name: 'an account that is not allowed', set: { allowed_account_ids: '["210987654321"]', skip_requesting_account_id: null }, refused: /account/i },
  { name: 'a workspace name with a space', env: { TF_WORKSPACE: 'a b' }, refused: /[Ii]nvalid workspace name/ },
  { name: 'a workspace name beyond ASCII', env: { TF_WORKSPACE: 'é' }, refused: /[Ii]nvalid workspace name/ },
  { name: 'a record of a later version', afterwards: { '.terraform/terraform.tfstate': '{"version": 4, "serial": 1}' }, refused: /version/ },
  { name: 'a record that is not JSON', afterwards: { '.terraform/terraform.tfstate': 'secret = "x"' }, refused: /Error/ },
  { name: 'a record of another type', files: { 'main.tf': 'terraform {\n  backend "local" {}\n}\n' }, afterwards: { 'main.tf': without() }, refused: /Backend initialization required|Backend type changed/ },
  { name: 'another type since init', afterwards: { 'main.tf': 'terraform {\n  backend "http" {\n    address = "http://127.0.0.1:9"\n  }\n}\n' }, refused: /Backend initialization required|Backend type changed/ },
  { name: 'a partial block without init', files: { 'main.tf': without('key') }, refused: /required|Error/ },
];
