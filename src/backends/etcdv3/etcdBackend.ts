import { createHash } from 'node:crypto';
import type { LockPlace } from '../../core/lockPlace';
import type { Fact, StateRef } from '../../core/stateRef';
import type { Backend } from '../backend';
import { readEtcdConfig, shownEndpoint, type EtcdAccess, type EtcdConfig } from './etcdConfig';
import { lockInfoKey } from './etcdKeys';
import { leaseTtlSeconds, type EtcdLockPlace } from './etcdLockPlace';
import { etcdPermissions } from './etcdPermissions';
import { etcdProblems } from './etcdProblems';

/** `backend "etcdv3"` of Terraform up to 1.2: a mutex of etcd's concurrency library beside the state. */
export const etcdBackend: Backend = {
  type: 'etcdv3',

  async resolve(block, context, host) {
    const result = readEtcdConfig(block, host.environment, context.dirPath);
    if (!result.ok) {
      return { kind: 'unresolved', error: { reason: 'unresolved', detail: result.detail } };
    }
    const workspace = await host.workspaceOf(context);
    return { kind: 'state', state: etcdState(result.config, workspace) };
  },

  inspect: etcdProblems,

  permissions: etcdPermissions,

  async openClient() {
    const { EtcdLockClient } = await import('./etcdLockClient');
    return new EtcdLockClient();
  },
};

/** The state that this configuration means in this workspace, with its lock place. */
export function etcdState(config: EtcdConfig, workspace: string): StateRef {
  const { access, prefix, lock } = config;
  const key = prefix + workspace;
  const batchKey = `etcdv3|${accessId(access)}`;
  return {
    id: `${batchKey}|${lock ? '' : 'unlocked|'}${key}`,
    backend: 'etcdv3',
    key,
    path: key,
    workspace,
    facts: [
      { label: 'Key', value: key },
      { label: 'Workspace', value: workspace },
      ...accessFacts(access),
    ],
    places: lock ? [placeOf(key, batchKey, access)] : [],
  };
}

function placeOf(state: string, batchKey: string, access: EtcdAccess): LockPlace {
  const config: EtcdLockPlace = { state, access };
  const [first = ''] = access.endpoints;
  return {
    backend: 'etcdv3',
    id: `${batchKey}|${state}`,
    batchKey,
    label: `etcd key ${state} at ${shownEndpoint(first)}`,
    facts: [
      { label: 'Lock keys', value: `${state}/` },
      { label: 'Lock record', value: lockInfoKey(state) },
    ],
    // The very moment it ends, another contender may have the lock.
    lease: { name: 'lease', ttlMs: leaseTtlSeconds * 1000, graceMs: 0 },
    watchable: true,
    config,
  };
}

function accessFacts(access: EtcdAccess): Fact[] {
  return [
    {
      label: access.endpoints.length === 1 ? 'Endpoint' : 'Endpoints',
      value: access.endpoints.map(shownEndpoint).join(', '),
    },
    ...(access.username === undefined ? [] : [{ label: 'User', value: access.username }]),
    ...(access.certPath === undefined
      ? []
      : [{ label: 'Client certificate', value: access.certPath }]),
  ];
}

/** Equal for equal access. A digest, because it holds a password and ends up in map keys and ids. */
function accessId(access: EtcdAccess): string {
  return createHash('sha256').update(JSON.stringify(access)).digest('hex').slice(0, 16);
}
