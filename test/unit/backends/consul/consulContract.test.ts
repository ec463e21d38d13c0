import { lockFlags } from '../../../../src/backends/consul/consulJson';
import { consulClient, consulPlaceOf, terraformHolds } from '../../../support/consulBlocks';
import { lockClientContract, type ClientUnderTest } from '../../../support/lockClientContract';
import { TestConsul } from '../../../support/testConsul';

async function clientUnderTest(
  knowsGetOrEmpty: boolean,
  more: { readonly workspace?: string } = {},
): Promise<ClientUnderTest> {
  const consul = await TestConsul.start();
  consul.knowsGetOrEmpty = knowsGetOrEmpty;
  const statePath = more.workspace === undefined ? 'tf/app' : `tf/app-env:${more.workspace}`;
  return {
    client: consulClient(),
    place: consulPlaceOf(consul, 'tf/app', more),
    statePath,
    holdAsOther: () => terraformHolds(consul, statePath),
    holdUnreadably: async () => {
      const { lockId } = await terraformHolds(consul, statePath);
      const flags = BigInt(lockFlags);
      consul.store.lock(`${statePath}/.lock`, lockId, { value: Buffer.alloc(0), flags });
      consul.store.set(`${statePath}/.lockinfo`, { value: Buffer.from([0xff, 0]), flags: 0n });
    },
    deny: () => {
      consul.acl = () => false;
    },
    stall: () => {
      consul.fault = () => ({ kind: 'stall' });
    },
    shutDown: () => consul.close(),
    stop: () => consul.stop(),
  };
}

lockClientContract('Consul', () => clientUnderTest(true));
lockClientContract('a Consul older than 1.14', () => clientUnderTest(false));
lockClientContract('a named workspace in Consul', () =>
  clientUnderTest(true, { workspace: 'prod' }),
);
