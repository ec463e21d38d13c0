import { etcdState } from '../../src/backends/etcdv3/etcdBackend';
import { readEtcdConfig } from '../../src/backends/etcdv3/etcdConfig';
import { lockInfoKey } from '../../src/backends/etcdv3/etcdKeys';
import { encodeLockInfo, formatCreated } from '../../src/core/lockInfo';
import type { StateRef } from '../../src/core/stateRef';
import { blockOf } from './awsBlocks';
import type { EtcdHolder, EtcdServer } from './etcdServer';

/** The state that an etcdv3 block with these attributes means. */
export function etcdStateOf(
  attributes: Readonly<Record<string, unknown>>,
  workspace = 'default',
): StateRef {
  const result = readEtcdConfig(blockOf(attributes, 'current', 'etcdv3'), {});
  if (!result.ok) throw new Error(result.detail);
  return etcdState(result.config, workspace);
}

/** A lock as Terraform 1.2 takes it (lock-protocols §5): the library's mutex, then the record beside it. */
export async function terraformTakes(
  server: EtcdServer,
  state: string,
  options: { readonly who?: string; readonly ttlSeconds?: number } = {},
): Promise<EtcdHolder & { readonly lockId: string }> {
  const holder = await server.lock(state, options.ttlSeconds);
  const lockId = `id-of-${holder.key}`;
  const record = encodeLockInfo({
    id: lockId,
    operation: 'OperationTypeApply',
    info: '',
    who: options.who ?? 'alice@build-07',
    version: '1.2.9',
    created: formatCreated(Date.now()),
    path: holder.key,
  });
  await server.ctl('put', lockInfoKey(state), record);
  return {
    ...holder,
    lockId,
    giveBack: async () => {
      await server.ctl('del', lockInfoKey(state));
      await holder.giveBack();
    },
  };
}
