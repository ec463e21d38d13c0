import type { LockPlace } from '../../core/lockPlace';
import type { Fact, StateRef } from '../../core/stateRef';
import type { Backend } from '../backend';
import { accessId, digestOf } from './digests';
import { iamPermissions } from './iamPermissions';
import { s3Problems } from './s3Problems';
import { withProfile } from './profileOverride';
import {
  readS3Config,
  type AwsAccess,
  type LockFileSettings,
  type ObjectSettings,
  type S3Config,
} from './s3Config';
import { stateKey } from './stateKey';
import type { StateObject } from './stateObject';

/** What the DynamoDB client needs to know of a place. */
export interface DynamoDbLockPlace {
  readonly kind: 'table';
  readonly table: string;
  readonly lockId: string;
  /** The state whose lock and digest the table holds. */
  readonly object: StateObject;
  readonly access: AwsAccess;
}

/** What the lock file client needs to know of a place. */
export interface LockFilePlace {
  readonly kind: 'file';
  readonly bucket: string;
  /** Of the lock file itself. */
  readonly key: string;
  readonly settings: LockFileSettings;
  readonly access: AwsAccess;
}

/** `backend "s3"` with a lock file, a DynamoDB lock table, or both. */
export const s3Backend: Backend = {
  type: 's3',

  async resolve(block, context, host) {
    const result = readS3Config(block, host.environment, context.dirPath);
    if (!result.ok) {
      return { kind: 'unresolved', error: { reason: result.reason, detail: result.detail } };
    }
    const workspace = await host.workspaceOf(context);
    const config = withProfile(result.config, host.settings().profile);
    return { kind: 'state', state: s3State(config, workspace) };
  },

  inspect: s3Problems,

  permissions: (block, _context, host) => Promise.resolve(iamPermissions(block, host.environment)),

  async openTableAdmin(host) {
    const { LockTableAdmin } = await import('./lockTableAdmin');
    return new LockTableAdmin(host);
  },

  async openClient(host) {
    const { S3LockClient } = await import('./s3LockClient');
    return new S3LockClient(host);
  },

  async openExplorer(host) {
    const { S3Explorer } = await import('./s3Explorer');
    return new S3Explorer(host);
  },

  async openLister(host) {
    const { S3LockLister } = await import('./s3LockLister');
    return new S3LockLister(host, { inTable: tableState, inBucket: fileState });
  },
};

/** The state that this configuration means in this workspace, with its lock places. */
export function s3State(config: S3Config, workspace: string): StateRef {
  const key = stateKey(config, workspace);
  const path = `${config.bucket}/${key}`;
  const { table, lockFile, objects, bucket, access } = config;
  // Terraform takes the file first, then the table, and gives them back in the same order.
  const places = [
    ...(lockFile === undefined ? [] : [filePlace(bucket, key, lockFile, access)]),
    ...(table === undefined
      ? []
      : [tablePlace(table, path, access, { bucket, key, settings: objects })]),
  ];
  const locks = `${lockFile === undefined ? '' : 'file '}${table ?? ''}`;
  return {
    id: ['s3', accessId(access), locks, path].join('|'),
    backend: 's3',
    key,
    path,
    workspace,
    // Only tables hold digests.
    capabilities: ['listWorkspaces', ...(table === undefined ? [] : ['checkState' as const])],
    facts: [
      { label: 'Bucket', value: config.bucket },
      { label: 'Key', value: key },
      { label: 'Workspace', value: workspace },
      ...accessFacts(access, lockFile !== undefined),
    ],
    places,
  };
}

function filePlace(
  bucket: string,
  stateKey: string,
  settings: LockFileSettings,
  access: AwsAccess,
): LockPlace {
  const key = `${stateKey}.tflock`;
  const batchKey = ['s3', accessId(access), digestOf(settings), bucket].join('|');
  const config: LockFilePlace = { kind: 'file', bucket, key, settings, access };
  return {
    backend: 's3',
    id: `${batchKey}|${key}`,
    batchKey,
    label: `Lock file ${key} in bucket ${bucket}`,
    facts: [{ label: 'Lock file', value: `s3://${bucket}/${key}` }],
    config,
  };
}

/** The state behind an item of a lock table, of which nothing is known but its LockID. */
function tableState(table: string, lockId: string, access: AwsAccess): StateRef {
  const slash = lockId.indexOf('/');
  const key = lockId.slice(slash + 1);
  const settings = { encrypt: false, skipChecksum: false };
  const object = { bucket: lockId.slice(0, Math.max(0, slash)), key, settings };
  return {
    id: ['listed', accessId(access), table, lockId].join('|'),
    backend: 's3',
    // What is typed to confirm: never nothing, whatever the LockID is.
    key: key === '' ? lockId : key,
    path: lockId,
    workspace: '',
    facts: [
      { label: 'State', value: lockId },
      ...accessFacts(access, false),
      { label: 'Not seen here', value: 'a lock file of the same state, if it has one too' },
    ],
    capabilities: ['checkState'],
    places: [tablePlace(table, lockId, access, object)],
  };
}

/** The state behind a lock file of a bucket, of which nothing is known but its path. */
function fileState(
  bucket: string,
  path: string,
  access: AwsAccess,
  settings: ObjectSettings,
): StateRef {
  const key = path.slice(bucket.length + 1);
  return {
    id: ['listed', accessId(access), 'file', path].join('|'),
    backend: 's3',
    key,
    path,
    workspace: '',
    facts: [
      { label: 'State', value: path },
      ...accessFacts(access, true),
      {
        label: 'Not seen here',
        value:
          'a lock of the same state in a DynamoDB table, which no list of a bucket knows. If it has one too, ' +
          'that lock stays, and only this half is removed.',
      },
    ],
    places: [filePlace(bucket, key, settings, access)],
  };
}

function tablePlace(
  table: string,
  lockId: string,
  access: AwsAccess,
  object: StateObject,
): LockPlace {
  const batchKey = ['dynamodb', accessId(access), table].join('|');
  const config: DynamoDbLockPlace = { kind: 'table', table, lockId, object, access };
  return {
    backend: 's3',
    id: `${batchKey}|${lockId}`,
    batchKey,
    label: `DynamoDB table ${table} in ${access.region}`,
    facts: [
      { label: 'Table', value: table },
      { label: 'LockID', value: lockId },
    ],
    origin: {
      attribute: 'dynamodb_table',
      name: table,
      region: access.region,
      creatable: true,
    },
    config,
  };
}

function accessFacts(access: AwsAccess, hasLockFile: boolean): Fact[] {
  return [
    { label: 'Region', value: access.region },
    ...(access.endpoints.dynamodb === undefined
      ? []
      : [{ label: 'Endpoint', value: withoutSecrets(access.endpoints.dynamodb) }]),
    ...(access.endpoints.s3 === undefined || !hasLockFile
      ? []
      : [{ label: 'S3 endpoint', value: withoutSecrets(access.endpoints.s3) }]),
    ...(access.profile === undefined ? [] : [{ label: 'Profile', value: access.profile }]),
    ...(access.assumeRole === undefined
      ? []
      : [{ label: 'Role', value: access.assumeRole.roleArn }]),
    ...(access.staticKeys === undefined
      ? []
      : [{ label: 'Credentials', value: 'keys in the backend block' }]),
  ];
}

/** An endpoint may carry `user:password@` or a query; what is shown and logged has neither. */
export function withoutSecrets(endpoint: string): string {
  if (/^https?:/i.test(endpoint) && URL.canParse(endpoint)) {
    const { protocol, host, pathname } = new URL(endpoint);
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
  }
  // Not an address (`user:password@host` parses as one of the scheme `user`); the request will say so.
  return endpoint.replace(/^.*@/, '').replace(/\?.*$/, '');
}
