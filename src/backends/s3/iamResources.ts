import type { BackendBlock } from '../../core/backendBlock';
import { AttributeReader } from '../attributes';
import type { Environment } from '../backend';
import { stateKey } from './stateKey';

/** What the statements of a policy are about, as text of ARNs. */
export interface IamSubject {
  readonly partition: string;
  readonly region: string;
  /** `*` where the configuration does not say which account. */
  readonly account: string;
  readonly table: string;
  readonly bucketArn: string;
  /** The lock file of the default workspace, and those of all others. */
  readonly lockFiles: readonly string[];
  /** The states themselves, in the same order. */
  readonly states: readonly string[];
  readonly kms?: { readonly arn: string; readonly condition?: Readonly<Record<string, unknown>> };
  /** Attributes whose value is not known; their names in capitals stand for them. */
  readonly placeholders: readonly string[];
}

/** By the beginning of the region; `aws` for all others. */
const partitions: readonly (readonly [string, string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-iso-', 'aws-iso'],
  ['eusc-', 'aws-eusc'],
];

/** The partition that a region belongs to. */
export function partitionOf(region: string): string {
  return partitions.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';
}

/** Text inside an ARN of a policy: `*`, `?` and `$` would be patterns and variables there. */
export function iamText(text: string): string {
  return text.replace(/[*?$]/g, '${$&}');
}

/** Reads from a block what its policies are about. */
export function readIamSubject(block: BackendBlock, environment: Environment): IamSubject {
  const reader = new AttributeReader(block);
  const placeholders: string[] = [];
  const known = (name: string, value: string | undefined): string => {
    if (value !== undefined && value !== '') {
      return iamText(value);
    }
    placeholders.push(name);
    return name.toUpperCase();
  };
  const region = known(
    'region',
    reader.string('region') ||
      (reader.has('region')
        ? undefined
        : environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION']),
  );
  const bucket = known('bucket', reader.string('bucket'));
  const key = known('key', reader.string('key'));
  const prefix = reader.has('workspace_key_prefix')
    ? (reader.string('workspace_key_prefix') ?? known('workspace_key_prefix', undefined))
    : 'env:';
  const tableInUse = reader.has('dynamodb_table');
  const table = tableInUse ? known('dynamodb_table', reader.string('dynamodb_table')) : '';
  const partition = partitionOf(region);
  const account = accountOf(block) ?? '*';
  const bucketArn = bucket.startsWith('arn:') ? bucket : `arn:${partition}:s3:::${bucket}`;
  const objects = bucket.startsWith('arn:') ? `${bucket}/object` : bucketArn;
  const workspaceKey = stateKey({ key, workspaceKeyPrefix: iamText(prefix) }, '*');
  const kms = kmsOf(reader, { partition, region, account });
  return {
    partition,
    region,
    account,
    table,
    bucketArn,
    lockFiles: [`${objects}/${key}.tflock`, `${objects}/${workspaceKey}.tflock`],
    states: [`${objects}/${key}`, `${objects}/${workspaceKey}`],
    ...(kms === undefined ? {} : { kms }),
    placeholders,
  };
}

/** The account, where the block allows only one. */
function accountOf(block: BackendBlock): string | undefined {
  const value = block.attributes.find(({ name }) => name === 'allowed_account_ids')?.value;
  const list = value?.kind === 'literal' && Array.isArray(value.value) ? value.value : [];
  const [only] = list as unknown[];
  return list.length === 1 && typeof only === 'string' && /^\d{12}$/.test(only) ? only : undefined;
}

function kmsOf(
  reader: AttributeReader,
  where: Pick<IamSubject, 'partition' | 'region' | 'account'>,
): IamSubject['kms'] {
  // An expression may turn out to be true, and then the key is needed.
  const encrypts = reader.has('encrypt') && reader.bool('encrypt') !== false;
  if (!encrypts || !reader.has('kms_key_id')) {
    return undefined;
  }
  const id = reader.string('kms_key_id') ?? 'KMS_KEY_ID';
  const keys = `arn:${where.partition}:kms:${where.region}:${where.account}:key`;
  if (id.startsWith('arn:') && id.includes(':key/')) {
    return { arn: id };
  }
  // A policy cannot name an alias as a resource; a condition can.
  const alias = /(?:^|:)(alias\/.+)$/.exec(id)?.[1];
  return alias === undefined
    ? { arn: `${keys}/${iamText(id)}` }
    : {
        arn: `${keys}/*`,
        condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } },
      };
}
