import { resolve } from 'node:path';
import type { BackendBlock } from '../../core/backendBlock';
import { AttributeReader } from '../attributes';
import type { Environment } from '../backend';
import { readConsulAddress, type ConsulAddress } from './consulAddress';

/** How a Consul cluster is reached, and as whom. Holds secrets: never logged or shown. */
export interface ConsulAccess extends ConsulAddress {
  readonly token?: string;
  /** `CONSUL_HTTP_TOKEN_FILE`: read for each request, and stronger than any token. */
  readonly tokenFile?: string;
  /** Where the token comes from, for people. */
  readonly tokenSource: string;
  /** `user:password`. */
  readonly httpAuth?: string;
  readonly datacenter?: string;
  readonly namespace?: string;
  readonly partition?: string;
  readonly tls: ConsulTls;
}

export interface ConsulTls {
  readonly caFile?: string;
  readonly caPath?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly serverName?: string;
  readonly insecure?: true;
}

export interface ConsulConfig {
  readonly path: string;
  readonly lock: boolean;
  readonly access: ConsulAccess;
}

export type ConsulConfigResult =
  | { readonly ok: true; readonly config: ConsulConfig }
  | { readonly ok: false; readonly reason: 'unresolved' | 'unsupported'; readonly detail: string };

/**
 * Reads a Consul backend block with the environment of Consul's own client
 * (internal/backend/remote-state/consul/backend.go, and DefaultConfig and NewClient of hashicorp/consul's api).
 */
export function readConsulConfig(
  block: BackendBlock,
  environment: Environment,
  dirPath?: string,
): ConsulConfigResult {
  const attributes = new AttributeReader(block);
  const path = attributes.string('path');
  const lock = attributes.bool('lock') ?? true;
  const address = readConsulAddress(
    attributes.string('address') || environment['CONSUL_HTTP_ADDR'],
    attributes.string('scheme') || (isTrue(environment['CONSUL_HTTP_SSL']) ? 'https' : 'http'),
  );
  const access = readAccess(attributes, environment, dirPath);
  const missing = [
    ...attributes.problems,
    ...(block.parse === 'unparsed' ? ['the block cannot be parsed as it stands'] : []),
    ...(path || attributes.problems.length > 0 ? [] : ['path is not in the block']),
  ];
  if (missing.length > 0 || !path) {
    return { ok: false, reason: 'unresolved', detail: missing.join('; ') };
  }
  if (typeof address === 'string') {
    return { ok: false, reason: 'unsupported', detail: address };
  }
  if (path.includes('%')) {
    // Consul decodes a key in a URL twice, so Terraform's key is another than the one that is written here.
    return { ok: false, reason: 'unsupported', detail: 'a path with "%"' };
  }
  return { ok: true, config: { path, lock, access: { ...address, ...access } } };
}

function readAccess(
  attributes: AttributeReader,
  environment: Environment,
  dirPath: string | undefined,
): Omit<ConsulAccess, keyof ConsulAddress> {
  const text = (attribute: string, variable: string): string | undefined =>
    attributes.string(attribute) || environment[variable] || undefined;
  const file = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : resolve(dirPath ?? '.', name);
  const ownToken = attributes.string('access_token');
  const tokenFile = environment['CONSUL_HTTP_TOKEN_FILE'] || undefined;
  const token = ownToken || environment['CONSUL_HTTP_TOKEN'] || undefined;
  const verify = environment['CONSUL_HTTP_SSL_VERIFY'];
  return {
    ...defined({
      token,
      tokenFile: file(tokenFile),
      httpAuth: text('http_auth', 'CONSUL_HTTP_AUTH'),
      datacenter: attributes.string('datacenter') || undefined,
      namespace: environment['CONSUL_NAMESPACE'] || undefined,
      partition: environment['CONSUL_PARTITION'] || undefined,
    }),
    tokenSource:
      tokenFile !== undefined
        ? 'CONSUL_HTTP_TOKEN_FILE'
        : token === undefined
          ? 'none'
          : ownToken
            ? 'access_token of the block'
            : 'CONSUL_HTTP_TOKEN',
    tls: {
      ...defined({
        caFile: file(text('ca_file', 'CONSUL_CACERT')),
        caPath: file(environment['CONSUL_CAPATH'] || undefined),
        certFile: file(text('cert_file', 'CONSUL_CLIENT_CERT')),
        keyFile: file(text('key_file', 'CONSUL_CLIENT_KEY')),
        serverName: environment['CONSUL_TLS_SERVER_NAME'] || undefined,
      }),
      ...(isFalse(verify) ? { insecure: true as const } : {}),
    },
  };
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends Readonly<Record<string, string | undefined>>>(values: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}

/** What Go's `strconv.ParseBool` takes for true; anything that it refuses is ignored by the client. */
function isTrue(value: string | undefined): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value ?? '');
}

function isFalse(value: string | undefined): boolean {
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value ?? '');
}
