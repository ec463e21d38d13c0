import type { Attribute, AttributeValue, BackendBlock } from '../../src/core/backendBlock';
import type { LockPlace } from '../../src/core/lockPlace';
import type { ReadOptions } from '../../src/core/lockGateway';
import type { StateRef } from '../../src/core/stateRef';
import {
  defaultBackendSettings,
  type BackendHost,
  type BackendSettings,
  type Environment,
} from '../../src/backends/backend';
import { LocalGateway } from '../../src/backends/localGateway';
import { backends } from '../../src/backends/registry';
import { s3State } from '../../src/backends/s3/s3Backend';
import { readS3Config } from '../../src/backends/s3/s3Config';
import { only } from './fakes';

/** An attribute whose value is not a constant. */
export class Expression {
  constructor(readonly text: string) {}
}

/** A backend block with these attributes. */
export function blockOf(
  attributes: Readonly<Record<string, unknown>>,
  parse: BackendBlock['parse'] = 'current',
  type = 's3',
): BackendBlock {
  const range = { start: 0, end: 0 };
  const list = Object.entries(attributes).map(([name, value]): Attribute => {
    const kinds: AttributeValue =
      value instanceof Expression
        ? { kind: 'expression', text: value.text }
        : { kind: 'literal', value };
    return { name, range, value: kinds };
  });
  return { type, range, attributes: list, parse };
}

/** A host that keeps what is logged. */
export interface TestHost extends BackendHost {
  readonly lines: string[];
}

export function hostOf(
  environment: Environment = process.env,
  settings: BackendSettings = defaultBackendSettings,
): TestHost {
  const lines: string[] = [];
  return {
    environment,
    lines,
    workspaceOf: () => Promise.resolve('default'),
    settings: () => settings,
    log: (message) => lines.push(message),
  };
}

export const gatewayOf = (host: BackendHost): LocalGateway => new LocalGateway(backends, host);

export const testKeys = { accessKeyId: 'AKIAEXAMPLE0TEST0KEY', secretAccessKey: 'not-a-real-key' };

export type Attributes = Readonly<Record<string, unknown>>;

/** Attributes for access to a test server with keys that are in the block. */
export function accessTo(endpoint: string, keys = testKeys): Attributes {
  const { accessKeyId, secretAccessKey } = keys;
  return { dynamodb_endpoint: endpoint, access_key: accessKeyId, secret_key: secretAccessKey };
}

/** A state whose lock is in a table, as a block with these attributes resolves to it. */
export function awsStateOf(access: Attributes, key: string, table = 'locks'): StateRef {
  const own = { bucket: 'bucket', key, region: 'eu-west-1', dynamodb_table: table };
  const result = readS3Config(blockOf({ ...own, ...access }), {});
  if (!result.ok) throw new Error(result.detail);
  return s3State(result.config, 'default');
}

export function awsPlaceOf(access: Attributes, key: string, table?: string): LockPlace {
  return only(awsStateOf(access, key, table).places);
}

/** Attributes for access to a test S3 with keys that are in the block. */
export function s3AccessTo(endpoint: string, keys = testKeys): Attributes {
  return { endpoint, use_path_style: true, ...accessTo('', keys), dynamodb_endpoint: null };
}

/** The lock file of a state in a test S3, as a block with these attributes resolves to it. */
export function lockFilePlaceOf(endpoint: string, key: string, more: Attributes = {}): LockPlace {
  const access = { ...s3AccessTo(endpoint), use_lockfile: true, dynamodb_table: null, ...more };
  return only(awsStateOf(access, key).places);
}

export const background: ReadOptions = { userStarted: false, timeoutMs: 5000 };
export const asked: ReadOptions = { userStarted: true, timeoutMs: 5000 };

/** Never aborted. */
export const noSignal = new AbortController().signal;

/**
 * Runs `task` with these environment variables and none of AWS's others (the SDK reads `process.env`),
 * then puts everything back.
 */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  task: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_') || name.startsWith('TF_'))
      Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, variables);
  try {
    return await task();
  } finally {
    for (const name of Object.keys(process.env)) {
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, before);
  }
}
