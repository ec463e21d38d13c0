import { createHash } from 'node:crypto';
import type { LockPlace } from '../../core/lockPlace';
import type { Fact, StateRef } from '../../core/stateRef';
import type { Backend } from '../backend';
import { readS3Config, type AwsAccess, type S3Config } from './s3Config';
import { stateKey } from './stateKey';

/** What the DynamoDB client needs to know of a place. */
export interface DynamoDbLockPlace {
  readonly table: string;
  readonly lockId: string;
  readonly access: AwsAccess;
}

/** `backend "s3"` with a DynamoDB lock table. */
export const s3Backend: Backend = {
  type: 's3',

  async resolve(block, context, host) {
    const result = readS3Config(block, host.environment);
    if (!result.ok) {
      return { kind: 'unresolved', error: { reason: result.reason, detail: result.detail } };
    }
    const workspace = await host.workspaceOf(context);
    return { kind: 'state', state: s3State(result.config, workspace) };
  },

  async openClient(host) {
    const { DynamoDbLockClient } = await import('./dynamoDbLockClient');
    return new DynamoDbLockClient(host);
  },

  async openLister(host) {
    const { S3LockLister } = await import('./s3LockLister');
    return new S3LockLister(host, tableState);
  },
};

/** The state that this configuration means in this workspace, with its lock place. */
export function s3State(config: S3Config, workspace: string): StateRef {
  const key = stateKey(config, workspace);
  const path = `${config.bucket}/${key}`;
  const places = config.table === undefined ? [] : [tablePlace(config.table, path, config.access)];
  return {
    id: ['s3', accessId(config.access), config.table ?? '', path].join('|'),
    backend: 's3',
    key,
    path,
    workspace,
    facts: [
      { label: 'Bucket', value: config.bucket },
      { label: 'Key', value: key },
      { label: 'Workspace', value: workspace },
      ...accessFacts(config.access),
    ],
    places,
  };
}

/** The state behind an item of a lock table, of which nothing is known but its LockID. */
function tableState(table: string, lockId: string, access: AwsAccess): StateRef {
  const slash = lockId.indexOf('/');
  const key = lockId.slice(slash + 1);
  return {
    id: ['listed', accessId(access), table, lockId].join('|'),
    backend: 's3',
    // What is typed to confirm: never nothing, whatever the LockID is.
    key: key === '' ? lockId : key,
    path: lockId,
    workspace: '',
    facts: [{ label: 'State', value: lockId }, ...accessFacts(access)],
    places: [tablePlace(table, lockId, access)],
  };
}

function tablePlace(table: string, lockId: string, access: AwsAccess): LockPlace {
  const batchKey = ['dynamodb', accessId(access), table].join('|');
  const config: DynamoDbLockPlace = { table, lockId, access };
  return {
    backend: 's3',
    id: `${batchKey}|${lockId}`,
    batchKey,
    label: `DynamoDB table ${table} in ${access.region}`,
    facts: [
      { label: 'Table', value: table },
      { label: 'LockID', value: lockId },
    ],
    config,
  };
}

function accessFacts(access: AwsAccess): Fact[] {
  return [
    { label: 'Region', value: access.region },
    ...(access.endpoints.dynamodb === undefined
      ? []
      : [{ label: 'Endpoint', value: withoutSecrets(access.endpoints.dynamodb) }]),
    ...(access.profile === undefined ? [] : [{ label: 'Profile', value: access.profile }]),
    ...(access.staticKeys === undefined
      ? []
      : [{ label: 'Credentials', value: 'keys in the backend block' }]),
  ];
}

/** An endpoint may carry `user:password@` or a query; what is shown and logged has neither. */
export function withoutSecrets(endpoint: string): string {
  try {
    const url = new URL(endpoint);
    return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  } catch {
    // Not a URL; the request will say so.
    return endpoint.replace(/^.*@/, '').replace(/\?.*$/, '');
  }
}

/** Equal for equal access. A digest, because the access may hold keys and this ends up in map keys and ids. */
function accessId(access: AwsAccess): string {
  return createHash('sha256').update(JSON.stringify(access)).digest('hex').slice(0, 16);
}
