import path from 'node:path';
import type { BackendBlock } from '../../core/backendBlock';
import { AttributeReader } from '../attributes';
import type { Environment } from '../backend';

/** How a cluster is reached, and as whom. Holds a password: never logged or shown. */
export interface EtcdAccess {
  readonly endpoints: readonly string[];
  readonly username?: string;
  readonly password?: string;
  /** Files in PEM form; read when a connection is made, so that renewed ones are found. */
  readonly caCertPath?: string;
  readonly certPath?: string;
  readonly keyPath?: string;
  readonly maxRequestBytes?: number;
}

/** The attributes of an `etcdv3` block that say which state it is and whether it is locked. */
export interface EtcdConfig {
  readonly prefix: string;
  readonly lock: boolean;
  readonly access: EtcdAccess;
}

export type EtcdConfigResult =
  | { readonly ok: true; readonly config: EtcdConfig }
  | { readonly ok: false; readonly detail: string };

/** Reads a block as Terraform 1.2 does (internal/backend/remote-state/etcd-v3/backend.go): the attribute wins. */
export function readEtcdConfig(
  block: BackendBlock,
  environment: Environment,
  dirPath?: string,
): EtcdConfigResult {
  const attributes = new AttributeReader(block);
  const endpoints = attributes.strings('endpoints') ?? [];
  const username = attributes.string('username') ?? environment['ETCDV3_USERNAME'];
  const password = attributes.string('password') ?? environment['ETCDV3_PASSWORD'];
  // Terraform takes relative paths from the directory in which it runs.
  const file = (name: string): string | undefined => {
    const written = attributes.string(name);
    return !written || dirPath === undefined ? written : path.resolve(dirPath, written);
  };
  const caCertPath = file('cacert_path');
  const certPath = file('cert_path');
  const keyPath = file('key_path');
  const maxRequestBytes = attributes.number('max_request_bytes');
  const prefix = attributes.string('prefix') ?? '';
  const lock = attributes.bool('lock') ?? true;
  const isExpression = attributes.problems.some((problem) => problem.startsWith('endpoints'));
  const missing = [
    ...attributes.problems,
    ...(block.parse === 'unparsed' ? ['the block cannot be parsed as it stands'] : []),
    ...(endpoints.length === 0 && !isExpression ? ['endpoints is not in the block'] : []),
  ];
  if (missing.length > 0) {
    return { ok: false, detail: missing.join('; ') };
  }
  const access: EtcdAccess = {
    endpoints,
    ...(username ? { username } : {}),
    ...(username && password ? { password } : {}),
    ...(caCertPath ? { caCertPath } : {}),
    ...(certPath ? { certPath } : {}),
    ...(keyPath ? { keyPath } : {}),
    ...(maxRequestBytes ? { maxRequestBytes } : {}),
  };
  return { ok: true, config: { prefix, lock, access } };
}

/** Host and port of an endpoint, and whether the connection is encrypted. */
export interface EtcdAddress {
  readonly target: string;
  readonly encrypted: boolean;
}

/**
 * An endpoint as etcd's own client reads it: the scheme decides about encryption; without one, TLS files do.
 * Undefined where no client could reach it.
 */
export function addressOf(endpoint: string, access: EtcdAccess): EtcdAddress | undefined {
  const hasFiles = [access.caCertPath, access.certPath, access.keyPath].some(Boolean);
  const [, scheme, rest = endpoint] = /^([a-z]+):\/\/(.*)$/i.exec(endpoint) ?? [];
  const host = rest.replace(/[/?#].*$/, '').replace(/^.*@/, '');
  switch (scheme?.toLowerCase()) {
    case undefined:
      return host === '' ? undefined : { target: host, encrypted: hasFiles };
    case 'http':
    case 'https':
      return host === '' ? undefined : { target: host, encrypted: /^https$/i.test(scheme) };
    case 'unix':
      return { target: `unix:${rest}`, encrypted: hasFiles };
    case 'unixs':
      return { target: `unix:${rest}`, encrypted: true };
    default:
      return undefined;
  }
}

/** An endpoint as it may be shown: an address may carry `user:password@`. */
export function shownEndpoint(endpoint: string): string {
  return endpoint.replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1').replace(/\?.*$/, '');
}
