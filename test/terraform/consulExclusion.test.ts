import assert from 'node:assert/strict';
import path from 'node:path';
import { foreignLocksOf, locksOf, ownLocksOf } from '../../src/core/lockStatus';
import type { StateRef } from '../../src/core/stateRef';
import { noSignal } from '../support/awsBlocks';
import {
  ConsulAgent,
  hasConsul,
  noConsul,
  sessionAt,
  type ConsulServer,
} from '../support/consulAgent';
import { ConsulDouble } from '../support/consulDouble';
import { consulStateOf } from '../support/consulPeople';
import { only } from '../support/fakes';
import { skipTest } from '../support/mochaRun';
import { createTempFolder } from '../support/tempFolder';
import { findTerraform, type TerraformModule } from '../support/terraform';
import { TestEditor } from '../support/testEditor';
import { consulModule } from './consulModule';

/** The double runs everywhere and is judged by terraform; a real agent runs where there is one. */
const servers: readonly (readonly [string, () => Promise<ConsulServer> | undefined])[] = [
  ['the protocol double', () => ConsulDouble.start()],
  ['a real Consul agent', () => (hasConsul() ? ConsulAgent.start() : undefined)],
];

for (const [name, start] of servers) {
  describe(`Consul (${name}), with a real terraform`, function () {
    this.timeout(120_000);
    const temp = createTempFolder('consul');
    let server: ConsulServer;
    let terraform: string;
    let modules = 0;

    before(async function () {
      const found = findTerraform();
      if (found === undefined) return skipTest(this, 'there is no terraform on PATH');
      const starting = start();
      if (starting === undefined) return skipTest(this, noConsul);
      terraform = found;
      server = await starting;
    });
    after(async () => {
      await (server as ConsulServer | undefined)?.stop();
      temp.remove();
    });

    const moduleOf = (key: string): Promise<TerraformModule> =>
      consulModule(terraform, path.join(temp.path, `m${String(++modules)}`), {
        address: server.address,
        path: key,
      });
    const stateOf = (key: string, workspace?: string): StateRef =>
      consulStateOf({ address: server.address, path: key }, workspace);

    it('is judged: apply holds, another is refused with the holder, force-unlock works, workspaces are listed', async () => {
      const module = await moduleOf('judge');
      const apply = await module.holdLock();
      const second = await module.run('apply', '-auto-approve', '-no-color', '-lock-timeout=0s');
      assert.equal(second.exitCode, 1, second.output);
      assert.match(second.output, /Error acquiring the state lock/);
      const id = (await sessionAt(server.address, 'judge/.lock')) ?? '';
      assert.match(second.output, new RegExp(`ID:\\s+${id}`));
      assert.match(second.output, /Operation: OperationTypeApply/);
      assert.equal((await apply.go()).exitCode, 0);
      assert.equal(await sessionAt(server.address, 'judge/.lock'), undefined);

      const killed = await module.holdLock();
      await killed.kill();
      const left = (await sessionAt(server.address, 'judge/.lock')) ?? '';
      assert.notEqual(left, '');
      const unlock = await module.run('force-unlock', '-force', '-no-color', left);
      assert.equal(unlock.exitCode, 0, unlock.output);
      assert.equal(await sessionAt(server.address, 'judge/.lock'), undefined);

      const created = await module.run('workspace', 'new', '-no-color', 'dev');
      assert.equal(created.exitCode, 0, created.output);
      const list = await module.run('workspace', 'list', '-no-color');
      assert.match(list.output, /default\s+\* dev/);
      assert.notEqual(await sessionAt(server.address, 'judge-env:dev'), undefined);
    });

    for (const workspace of ['default', 'staging']) {
      const name = `both-${workspace}`;
      it(`and the extension exclude each other both ways, in the workspace ${workspace}`, async () => {
        const module = await moduleOf(name);
        if (workspace !== 'default') {
          const made = await module.run('workspace', 'new', '-no-color', workspace);
          assert.equal(made.exitCode, 0, made.output);
        }
        const state = stateOf(name, workspace);
        const editor = new TestEditor('alice', [state]);

        const apply = await module.holdLock();
        const held = await editor.status(state);
        assert.equal(held.kind, 'held');
        const lock = only(locksOf(held));
        assert.equal(lock.record.info.operation, 'OperationTypeApply');
        assert.equal(lock.record.info.path, state.path);
        assert.equal(lock.record.liveness?.kind, 'alive');
        assert.equal((await editor.service.acquire(state, 'mine', noSignal)).kind, 'held');
        assert.equal((await apply.go()).exitCode, 0);
        assert.equal((await editor.status(state)).kind, 'free');

        const taken = await editor.service.acquire(state, 'moving the <network>', noSignal);
        assert.equal(taken.kind, 'done', JSON.stringify(taken));
        const plan = await module.run('plan', '-no-color', '-lock-timeout=0s');
        assert.equal(plan.exitCode, 1, plan.output);
        // In a named workspace the state cannot even be opened while it is locked.
        assert.match(plan.output, /Error acquiring the state lock|failed to lock state in Consul/);
        assert.match(plan.output, /Info:\s+moving the <network>/);
        const own = ownLocksOf(await editor.status(state));
        assert.equal((await editor.service.release(state, own, noSignal)).kind, 'done');
        const after = await module.run('plan', '-no-color');
        assert.equal(after.exitCode, 0, after.output);
      });

      it(`is unlocked by the extension after a kill, also in the workspace ${workspace}`, async () => {
        const module = await moduleOf(`killed-${name}`);
        if (workspace !== 'default') await module.run('workspace', 'new', '-no-color', workspace);
        const state = stateOf(`killed-${name}`, workspace);
        const editor = new TestEditor('alice', [state]);
        const apply = await module.holdLock();
        await apply.kill();
        const locks = only(foreignLocksOf(await editor.status(state)));
        assert.equal((await editor.service.forceUnlock(state, locks, noSignal)).kind, 'done');
        const plan = await module.run('plan', '-no-color');
        assert.equal(plan.exitCode, 0, plan.output);
      });
    }

    it("notices that terraform force-unlock removed the extension's lock", async () => {
      const module = await moduleOf('broken');
      const state = stateOf('broken');
      const editor = new TestEditor('alice', [state]);
      await editor.service.acquire(state, 'mine', noSignal);
      const id = only(ownLocksOf(await editor.status(state))).record.info.id;
      const unlock = await module.run('force-unlock', '-force', '-no-color', id);
      assert.equal(unlock.exitCode, 0, unlock.output);
      assert.equal((await editor.status(state)).kind, 'free');
    });
  });
}
