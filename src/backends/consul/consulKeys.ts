import type { ConsulAccess } from './consulConfig';

/** What the Consul client needs to know of a place. */
export interface ConsulPlace {
  /** `<L>/.lock`. */
  readonly lockKey: string;
  /** `<L>/.lockinfo`. */
  readonly infoKey: string;
  readonly access: ConsulAccess;
}

/** Plain concatenation, also behind a slash (consul/backend_state.go). */
export function statePath(path: string, workspace: string): string {
  return workspace === 'default' ? path : `${path}-env:${workspace}`;
}

/** The keys of the lock: those of the state without its trailing slashes (consul/client.go). */
export function lockKeys(path: string): Pick<ConsulPlace, 'lockKey' | 'infoKey'> {
  const base = path.replace(/\/+$/, '');
  return { lockKey: `${base}/.lock`, infoKey: `${base}/.lockinfo` };
}
