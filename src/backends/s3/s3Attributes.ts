import { nearestName } from '../nearestName';

/** Since and until when Terraform and OpenTofu know an attribute of the S3 backend. */
export interface S3Attribute {
  /** The first version that knows it; missing for those that are older than anybody uses. */
  readonly since?: string;
  /** The first version of Terraform that refuses it. OpenTofu has removed none of these. */
  readonly removedIn?: string;
  /** What to write instead of a removed one. */
  readonly instead?: string;
  /** Terraform does not know it. */
  readonly openTofuOnly?: true;
}

const always: S3Attribute = {};
const since16: S3Attribute = { since: '1.6' };
const flatRole = (field: string): S3Attribute => ({
  removedIn: '1.10',
  instead: `assume_role = { ${field} = … }`,
});
const openTofu111: S3Attribute = { since: '1.11', openTofuOnly: true };

/**
 * The attributes of `backend "s3"`, from the schemas of Terraform 1.2 to 1.17 and OpenTofu 1.6 to 1.12
 * (internal/backend/remote-state/s3/backend.go in both).
 */
export const s3Attributes: ReadonlyMap<string, S3Attribute> = new Map([
  ...of(always, [
    'bucket',
    'key',
    'region',
    'dynamodb_table',
    'encrypt',
    'kms_key_id',
    'sse_customer_key',
    'acl',
    'workspace_key_prefix',
    'endpoint',
    'dynamodb_endpoint',
    'iam_endpoint',
    'sts_endpoint',
    'force_path_style',
    'access_key',
    'secret_key',
    'token',
    'profile',
    'shared_credentials_file',
    'skip_credentials_validation',
    'skip_metadata_api_check',
    'skip_region_validation',
    'max_retries',
  ]),
  ...of(since16, [
    'endpoints',
    'use_path_style',
    'shared_credentials_files',
    'shared_config_files',
    'assume_role',
    'assume_role_with_web_identity',
    'allowed_account_ids',
    'forbidden_account_ids',
    'skip_requesting_account_id',
    'skip_s3_checksum',
    'sts_region',
    'retry_mode',
    'custom_ca_bundle',
    'ec2_metadata_service_endpoint',
    'ec2_metadata_service_endpoint_mode',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'insecure',
    'use_fips_endpoint',
    'use_dualstack_endpoint',
  ]),
  ['use_lockfile', { since: '1.10' }],
  ['use_legacy_workflow', { since: '1.6', removedIn: '1.8' }],
  ...of(openTofu111, ['state_tags', 'lock_tags']),
  ...Object.entries({
    role_arn: 'role_arn',
    session_name: 'session_name',
    external_id: 'external_id',
    assume_role_duration_seconds: 'duration',
    assume_role_policy: 'policy',
    assume_role_policy_arns: 'policy_arns',
    assume_role_tags: 'tags',
    assume_role_transitive_tag_keys: 'transitive_tag_keys',
  }).map(([name, field]) => [name, flatRole(field)] as const),
]);

/** Attributes whose values are never quoted: they are or may hold a secret, as a URL may hold a password. */
export const secretS3Attributes: ReadonlySet<string> = new Set([
  'access_key',
  'secret_key',
  'token',
  'sse_customer_key',
  'assume_role',
  'assume_role_with_web_identity',
  'external_id',
  'endpoints',
  'endpoint',
  'dynamodb_endpoint',
  'iam_endpoint',
  'sts_endpoint',
  'ec2_metadata_service_endpoint',
  'http_proxy',
  'https_proxy',
]);

function of(attribute: S3Attribute, names: readonly string[]): (readonly [string, S3Attribute])[] {
  return names.map((name) => [name, attribute] as const);
}

/** The known attribute that this name is nearest to, where one is near at all. */
export function nearestS3Attribute(name: string): string | undefined {
  const known = [...s3Attributes].filter(([, attribute]) => attribute.removedIn === undefined);
  return nearestName(
    name,
    known.map(([attribute]) => attribute),
  );
}
