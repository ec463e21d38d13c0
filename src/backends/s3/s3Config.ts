import type { BackendBlock } from '../../core/backendBlock';
import { AttributeReader } from '../attributes';
import type { Environment } from '../backend';
import { readAwsAccess, unhonouredAttribute, type AwsAccess } from './awsAccess';
import { nonEmpty } from './environment';

export type { AwsAccess };

/** The attributes of an S3 backend block that say which state it is and where its lock is. */
export interface S3Config {
  readonly bucket: string;
  readonly key: string;
  readonly workspaceKeyPrefix: string;
  /** The DynamoDB table that holds the lock. */
  readonly table: string | undefined;
  /** Whether the lock is (also) an object beside the state, and how it is written. */
  readonly lockFile: LockFileSettings | undefined;
  /** How the state itself is written. */
  readonly objects: ObjectSettings;
  readonly access: AwsAccess;
}

/** How Terraform writes objects to the bucket: the lock file is written with the same headers as the state. */
export interface ObjectSettings {
  readonly encrypt: boolean;
  readonly kmsKeyId?: string;
  /** Base64 of a 32-byte SSE-C key: a secret. */
  readonly sseCustomerKey?: string;
  readonly acl?: string;
  readonly skipChecksum: boolean;
}

export type LockFileSettings = ObjectSettings;

export type S3ConfigResult =
  | { readonly ok: true; readonly config: S3Config }
  | { readonly ok: false; readonly reason: 'unresolved' | 'unsupported'; readonly detail: string };

/**
 * Reads an S3 backend block. Environment fall-backs are those of Terraform
 * (internal/backend/remote-state/s3/backend.go): the attribute wins, a profile's region is not enough.
 */
export function readS3Config(
  block: BackendBlock,
  environment: Environment,
  dirPath?: string,
): S3ConfigResult {
  const attributes = new AttributeReader(block);
  const unsupported = unhonouredAttribute(attributes);
  if (unsupported !== undefined) {
    return { ok: false, reason: 'unsupported', detail: unsupported };
  }
  const bucket = attributes.string('bucket');
  const key = attributes.string('key');
  const region =
    attributes.string('region') || nonEmpty(environment, 'AWS_REGION', 'AWS_DEFAULT_REGION');
  const accessParts = readAwsAccess(attributes, { environment, dirPath });
  const table = attributes.string('dynamodb_table');
  const usesLockFile = attributes.bool('use_lockfile') === true;
  // Where no lock is written with them, they need not be known: nothing is resolved less for them.
  const written = usesLockFile ? attributes : new AttributeReader(block);
  const objects = readObjectSettings(written, environment);
  const lockFile = usesLockFile ? objects : undefined;
  const workspaceKeyPrefix = attributes.string('workspace_key_prefix') ?? 'env:';
  const missing = [
    ...attributes.problems,
    ...(block.parse === 'unparsed' ? ['the block cannot be parsed as it stands'] : []),
    ...missingParts({ bucket, key, region }, attributes),
  ];
  if (missing.length > 0 || !bucket || !key || !region) {
    return { ok: false, reason: 'unresolved', detail: missing.join('; ') };
  }
  const access: AwsAccess = { region, ...accessParts };
  return {
    ok: true,
    config: {
      bucket,
      key,
      workspaceKeyPrefix,
      table: table === '' ? undefined : table,
      lockFile,
      objects,
      access,
    },
  };
}

function readObjectSettings(attributes: AttributeReader, environment: Environment): ObjectSettings {
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
