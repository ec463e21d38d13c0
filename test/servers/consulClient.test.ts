import { ConsulLockClient } from '../../src/backends/consul/consulLockClient';
import { lockFlags } from '../../src/backends/consul/consulJson';
import { hostOf } from '../support/awsBlocks';
import { ConsulAgent, hasConsul, noConsul } from '../support/consulAgent';
import { consulStateOf, TerraformAtConsul } from '../support/consulPeople';
import { only } from '../support/fakes';
import { lockClientContract } from '../support/lockClientContract';
import { skipTest } from '../support/mochaRun';

const path = 'tf/app';

if (hasConsul()) {
  lockClientContract('a real Consul', async () => {
    const server = await ConsulAgent.start('acl { enabled = true, default_policy = "allow" }');
    const state = consulStateOf({ path, address: server.address });
    return {
      client: new ConsulLockClient(hostOf()),
      place: only(state.places),
      statePath: state.path,
      holdAsOther: async () => {
        const holder = await TerraformAtConsul.takes(server.address, path);
        return { lockId: holder.session, giveBack: () => holder.givesBack() };
      },
      holdUnreadably: async () => {
        const { ID: session } = (await server.api('PUT', 'session/create')) as { ID: string };
        await server.api('PUT', `kv/${path}/.lock?acquire=${session}&flags=${lockFlags}`, '');
        await server.api('PUT', `kv/${path}/.lockinfo`, 'not JSON');
      },
      deny: () => server.forbidKeys(),
      stall: () => {
        server.freeze();
      },
      shutDown: () => server.kill(),
      stop: () => server.stop(),
    };
  });
} else {
  describe('the contract of lock clients, kept by a real Consul', () => {
    it('is judged at a real agent', function () {
      skipTest(this, noConsul);
    });
  });
}
