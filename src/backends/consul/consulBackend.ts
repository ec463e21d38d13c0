import { createHash } from 'node:crypto';
import type { LockPlace } from '../../core/lockPlace';
import type { Fact, StateRef } from '../../core/stateRef';
import type { Backend } from '../backend';
import { addressText } from './consulAddress';
import { readConsulConfig, type ConsulAccess, type ConsulConfig } from './consulConfig';
import { lockKeys, statePath, type ConsulPlace } from './consulKeys';
import { consulPermissions } from './consulPermissions';
import { consulProblems } from './consulProblems';
import { lockDelayMs, sessionTtlMs } from './consulSession';

/** `backend "consul"`. */
export const consulBackend: Backend = {
  type: 'consul',

  async resolve(block, context, host) {
    const result = readConsulConfig(block, host.environment, context.dirPath);
    if (!result.ok) {
      return { kind: 'unresolved', error: { reason: result.reason, detail: result.detail } };
    }
    const workspace = await host.workspaceOf(context);
    return { kind: 'state', state: consulState(result.config, workspace) };
  },

  inspect: consulProblems,

  permissions: (block, context, host) =>
    Promise.resolve(consulPermissions(readConsulConfig(block, host.environment, context.dirPath))),

  async openClient(host) {
    const { ConsulLockClient } = await import('./consulLockClient');
    return new ConsulLockClient(host);
  },
};

/** The state that this configuration means in this workspace, with its lock place. */
export function consulState(config: ConsulConfig, workspace: string): StateRef {
  const { access } = config;
  const path = statePath(config.path, workspace);
  return {
    id: ['consul', accessId(access), config.lock ? 'lock' : 'none', path].join('|'),
    backend: 'consul',
    key: path,
    path,
    workspace,
    facts: [
      { label: 'Path', value: path },
      { label: 'Workspace', value: workspace },
      ...accessFacts(access),
    ],
    places: config.lock ? [lockPlace(path, access)] : [],
  };
}

function lockPlace(path: string, access: ConsulAccess): LockPlace {
  const keys = lockKeys(path);
  const batchKey = ['consul', accessId(access)].join('|');
  const config: ConsulPlace = { ...keys, access };
  return {
    backend: 'consul',
    id: `${batchKey}|${keys.lockKey}`,
    batchKey,
    label: `Consul key ${keys.lockKey}`,
    facts: [{ label: 'Lock key', value: keys.lockKey }],
    lease: {
      name: 'session',
      ttlMs: sessionTtlMs,
      // Consul ends a session between one and two times its time to live.
      endsWithinMs: 2 * sessionTtlMs,
      graceMs: lockDelayMs,
    },
    watchable: true,
    config,
  };
}

function accessFacts(access: ConsulAccess): Fact[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Consul', addressText(access)],
    ['Datacenter', access.datacenter],
    ['Namespace', access.namespace],
    ['Partition', access.partition],
    ['Token', access.tokenSource],
  ];
  return facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}

/** Equal for equal access. A digest, because it holds tokens and this ends up in map keys and ids. */
function accessId(access: ConsulAccess): string {
  return createHash('sha256').update(JSON.stringify(access)).digest('hex').slice(0, 16);
}
