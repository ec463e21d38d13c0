import { ConsulLockClient } from '../../src/backends/consul/consulLockClient';
import { consulState } from '../../src/backends/consul/consulBackend';
import { readConsulConfig } from '../../src/backends/consul/consulConfig';
import { lockFlags } from '../../src/backends/consul/consulJson';
import { encodeLockInfo, formatCreated } from '../../src/core/lockInfo';
import type { LockPlace } from '../../src/core/lockPlace';
import type { StateRef } from '../../src/core/stateRef';
import { blockOf, hostOf, type Attributes } from './awsBlocks';
import { infoOf, only } from './fakes';
import type { TestConsul } from './testConsul';

/** The state that a block with these attributes means. */
export function consulStateOf(
  consul: Pick<TestConsul, 'address'>,
  path = 'tf/app',
  { workspace = 'default', ...more }: Attributes & { readonly workspace?: string } = {},
): StateRef {
  const attributes = { address: consul.address, path, ...more };
  const result = readConsulConfig(blockOf(attributes, 'current', 'consul'), {});
  if (!result.ok) throw new Error(result.detail);
  return consulState(result.config, workspace);
}

export function consulPlaceOf(
  consul: Pick<TestConsul, 'address'>,
  path?: string,
  more?: Attributes,
): LockPlace {
  return only(consulStateOf(consul, path, more).places);
}

export const consulClient = (): ConsulLockClient => new ConsulLockClient(hostOf({}));

/**
 * Takes a lock as terraform does: a session, the lock, and then who holds it, each in a request of its own
 * (internal/backend/remote-state/consul/client.go).
 */
export async function terraformHolds(
  consul: TestConsul,
  path = 'tf/app',
): Promise<{ readonly lockId: string; giveBack(): Promise<void> }> {
  const send = async (method: string, request: string, body?: string): Promise<string> => {
    const options = { method, ...(body === undefined ? {} : { body }) };
    const answer = await fetch(`http://${consul.address}/v1/${request}`, options);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${String(answer.status)} ${text}`);
    return text;
  };
  const session = { LockDelay: '5000ms', Name: 'Consul API Lock', TTL: '15s' };
  const { ID: lockId } = JSON.parse(
    await send('PUT', 'session/create', JSON.stringify(session)),
  ) as { readonly ID: string };
  const lock = `kv/${path}/.lock`;
  if ((await send('PUT', `${lock}?acquire=${lockId}&flags=${lockFlags}`)) !== 'true') {
    throw new Error('refused');
  }
  const created = formatCreated(Date.now());
  const info = infoOf({ id: lockId, info: `consul session: ${lockId}`, created, path });
  await send('PUT', `kv/${path}/.lockinfo`, encodeLockInfo(info));
  return {
    lockId,
    giveBack: async () => {
      await send('DELETE', `kv/${path}/.lockinfo`);
      await send('PUT', `${lock}?release=${lockId}&flags=${lockFlags}`);
      const [entry] = JSON.parse(await send('GET', lock)) as { readonly ModifyIndex: number }[];
      await send('DELETE', `${lock}?cas=${String(entry?.ModifyIndex)}`);
    },
  };
}
