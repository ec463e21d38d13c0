import type { BackendBlock } from '../../core/backendBlock';
import { AttributeReader } from '../attributes';
import type { Environment } from '../backend';

/**
 * Who asks and where: everything that makes one AWS client differ from another.
 * Holds secrets where the block holds them: never logged, never shown.
 */
export interface AwsAccess {
  readonly region: string;
  /** Of each service, where it is not the standard one. */
  readonly endpoints: { readonly dynamodb?: string; readonly s3?: string };
  readonly forcePathStyle: boolean;
  readonly profile?: string;
  readonly staticKeys?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** The attributes of an S3 backend block that say which state it is and where its lock is. */
export interface S3Config {
  readonly bucket: string;
  readonly key: string;
  readonly workspaceKeyPrefix: string;
  /** The DynamoDB table that holds the lock. */
  readonly table: string | undefined;
  /** Whether the lock is (also) an object beside the state, and how it is written. */
  readonly lockFile: LockFileSettings | undefined;
  readonly access: AwsAccess;
}

/** How Terraform writes objects to the bucket: the lock file is written with the same headers as the state. */
export interface LockFileSettings {
  readonly encrypt: boolean;
  readonly kmsKeyId?: string;
  /** Base64 of a 32-byte SSE-C key: a secret. */
  readonly sseCustomerKey?: string;
  readonly acl?: string;
  readonly skipChecksum: boolean;
}

export type S3ConfigResult =
  | { readonly ok: true; readonly config: S3Config }
  | { readonly ok: false; readonly reason: 'unresolved' | 'unsupported'; readonly detail: string };

/** Attributes that change who we are and that are not honoured yet: better no answer than a wrong one. */
const notHonouredYet = [
  'assume_role',
  'assume_role_with_web_identity',
  'role_arn',
  'shared_credentials_file',
  'shared_credentials_files',
  'shared_config_files',
  'custom_ca_bundle',
  'http_proxy',
  'https_proxy',
  'insecure',
  'use_fips_endpoint',
  'use_dualstack_endpoint',
] as const;

/**
 * Reads an S3 backend block. Environment fall-backs are those of Terraform
 * (internal/backend/remote-state/s3/backend.go): the attribute wins, a profile's region is not enough.
 */
export function readS3Config(block: BackendBlock, environment: Environment): S3ConfigResult {
  const attributes = new AttributeReader(block);
  const unsupported = notHonouredYet.find((name) => attributes.has(name));
  if (unsupported !== undefined) {
    return { ok: false, reason: 'unsupported', detail: `the attribute ${unsupported}` };
  }
  const bucket = attributes.string('bucket');
  const key = attributes.string('key');
  const region =
    attributes.string('region') ?? nonEmpty(environment, 'AWS_REGION', 'AWS_DEFAULT_REGION');
  const endpoints = readEndpoints(attributes, environment);
  const profile = attributes.string('profile');
  const staticKeys = readStaticKeys(attributes);
  const table = attributes.string('dynamodb_table');
  const lockFile = readLockFile(attributes, environment);
  const workspaceKeyPrefix = attributes.string('workspace_key_prefix') ?? 'env:';
  const missing = [
    ...attributes.problems,
    ...(block.parse === 'unparsed' ? ['the block cannot be parsed as it stands'] : []),
    ...missingParts({ bucket, key, region }, attributes),
  ];
  if (missing.length > 0 || !bucket || !key || !region) {
    return { ok: false, reason: 'unresolved', detail: missing.join('; ') };
  }
  const access: AwsAccess = {
    region,
    endpoints,
    forcePathStyle:
      attributes.bool('use_path_style') ?? attributes.bool('force_path_style') ?? false,
    ...(profile === undefined ? {} : { profile }),
    ...(staticKeys === undefined ? {} : { staticKeys }),
  };
  return {
    ok: true,
    config: {
      bucket,
      key,
      workspaceKeyPrefix,
      table: table === '' ? undefined : table,
      lockFile,
      access,
    },
  };
}

/** How objects are written, where there is a lock file at all. */
function readLockFile(
  attributes: AttributeReader,
  environment: Environment,
): LockFileSettings | undefined {
  if (attributes.bool('use_lockfile') !== true) {
    return undefined;
  }
  const kmsKeyId = attributes.string('kms_key_id');
  const sseCustomerKey =
    attributes.string('sse_customer_key') ?? nonEmpty(environment, 'AWS_SSE_CUSTOMER_KEY');
  const acl = attributes.string('acl');
  return {
    encrypt: attributes.bool('encrypt') ?? false,
    ...(kmsKeyId ? { kmsKeyId } : {}),
    ...(sseCustomerKey ? { sseCustomerKey } : {}),
    ...(acl ? { acl } : {}),
    skipChecksum: attributes.bool('skip_s3_checksum') ?? false,
  };
}

function missingParts(
  parts: Readonly<Record<string, string | undefined>>,
  attributes: AttributeReader,
): string[] {
  return Object.entries(parts)
    .filter(([name, value]) => !value && (!attributes.has(name) || value === ''))
    .map(([name]) =>
      name === 'region'
        ? 'region is neither in the block nor in AWS_REGION'
        : `${name} is not in the block`,
    );
}

/** `endpoints.SERVICE`, then the deprecated attribute, then the environment, in Terraform's order. */
function readEndpoints(
  attributes: AttributeReader,
  environment: Environment,
): AwsAccess['endpoints'] {
  const dynamodb =
    attributes.stringIn('endpoints', 'dynamodb') ??
    attributes.string('dynamodb_endpoint') ??
    nonEmpty(environment, 'AWS_ENDPOINT_URL_DYNAMODB', 'AWS_DYNAMODB_ENDPOINT');
  const s3 =
    attributes.stringIn('endpoints', 's3') ??
    attributes.string('endpoint') ??
    nonEmpty(environment, 'AWS_ENDPOINT_URL_S3', 'AWS_S3_ENDPOINT');
  return { ...(dynamodb === undefined ? {} : { dynamodb }), ...(s3 === undefined ? {} : { s3 }) };
}

/** Any of the three attributes switches Terraform to static credentials only. */
function readStaticKeys(attributes: AttributeReader): AwsAccess['staticKeys'] {
  const accessKeyId = attributes.string('access_key');
  const secretAccessKey = attributes.string('secret_key');
  const sessionToken = attributes.string('token');
  if (accessKeyId === undefined && secretAccessKey === undefined && sessionToken === undefined) {
    return undefined;
  }
  return {
    accessKeyId: accessKeyId ?? '',
    secretAccessKey: secretAccessKey ?? '',
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

function nonEmpty(environment: Environment, ...names: string[]): string | undefined {
  return names
    .map((name) => environment[name])
    .find((value) => value !== undefined && value !== '');
}
