import assert from 'node:assert/strict';
import { findOnPath } from '../../scripts/bootstrap.mjs';
import type { StateRef } from '../../src/core/stateRef';
import { foreignLocksOf, ownLocksOf } from '../../src/core/lockStatus';
import { noSignal } from '../support/awsBlocks';
import { eventually } from '../support/eventually';
import { skipTest } from '../support/mochaRun';
import { createTempFolder } from '../support/tempFolder';
import { TestConsul } from '../support/testConsul';
import { findTerraform, TerraformModule } from '../support/terraform';
import { TestEditor } from '../support/testEditor';
import { writeConsulModule } from './consulModules';
import { ExtensionView } from './extensionView';
import { startRealConsul, type RunningConsul } from './realConsul';

interface Server {
  readonly name: string;
  start(): Promise<RunningConsul>;
}

const servers: readonly Server[] = [
  { name: 'the test server', start: () => TestConsul.start() },
  ...(findOnPath('consul') === undefined
    ? []
    : [{ name: 'consul agent -dev', start: startRealConsul }]),
];
console.log(`Consul of these tests: ${servers.map(({ name }) => name).join(', ')}`);

for (const { name, start } of servers) {
  describe(`a real terraform and the extension with Consul (${name})`, () => {
    const temp = createTempFolder('consul');
    let consul: RunningConsul;
    let terraform: string;

    before(async function () {
      terraform = findTerraform() ?? skipTest(this, 'there is no terraform on PATH');
      consul = await start();
    });
    after(async () => {
      await (consul as RunningConsul | undefined)?.stop();
      temp.remove();
    });

    async function initialised(
      module: string,
      workspace = 'default',
    ): Promise<{ readonly module: TerraformModule; readonly state: StateRef }> {
      const path = `tf/${module}`;
      const directory = writeConsulModule(temp.path, module, { address: consul.address, path });
      const found = new TerraformModule(terraform, directory);
      await run(found, 'init');
      if (workspace !== 'default') await run(found, 'workspace', 'new', workspace);
      const resolution = await new ExtensionView().resolve(directory);
      assert.ok(resolution?.kind === 'state', JSON.stringify(resolution));
      return { module: found, state: resolution.state };
    }

    async function run(module: TerraformModule, ...args: string[]): Promise<string> {
      const { exitCode, output } = await module.run(...args);
      assert.equal(exitCode, 0, output);
      return output;
    }

    const apply = ['apply', '-auto-approve', '-no-color', '-input=false'] as const;

    for (const workspace of ['default', 'prod']) {
      it(`exclude each other both ways in the workspace ${workspace}, and terraform shows the reason`, async () => {
        const { module, state } = await initialised(`both-${workspace}`, workspace);
        assert.equal(state.workspace, workspace);
        const editor = new TestEditor('alice', [state]);
        assert.equal((await editor.status(state)).kind, 'free');

        const acquired = await editor.service.acquire(state, 'moving the DNS', noSignal);
        assert.equal(acquired.kind, 'done', JSON.stringify(acquired));
        const refused = await module.run(...apply);
        assert.notEqual(refused.exitCode, 0);
        assert.match(refused.output, /moving the DNS/);
        assert.match(refused.output, /alice@test/);
        const own = ownLocksOf(await editor.status(state));
        assert.equal((await editor.service.release(state, own, noSignal)).kind, 'done');

        const holding = await module.holdLock();
        const status = await editor.status(state);
        const [lock] = foreignLocksOf(status).flat();
        assert.equal(status.kind, 'held', JSON.stringify(status));
        assert.equal(lock?.record.info.operation, 'OperationTypeApply');
        assert.equal(lock.record.liveness?.kind, 'alive');
        const second = await editor.service.acquire(state, 'too late', noSignal);
        assert.equal(second.kind, 'held', JSON.stringify(second));
        const other = await module.run('plan', '-no-color', '-input=false');
        assert.match(other.output, new RegExp(lock.record.info.who));
        const ended = await holding.go();
        assert.equal(ended.exitCode, 0, ended.output);
        assert.equal((await editor.status(state)).kind, 'free');
      }).timeout(120_000);
    }

    it('let terraform break a lock that was taken here, and see it', async () => {
      const { module, state } = await initialised('forced');
      const editor = new TestEditor('alice', [state]);
      await editor.service.acquire(state, 'a long lunch', noSignal);
      const [lock] = ownLocksOf(await editor.status(state));
      assert.ok(lock);
      await run(module, 'force-unlock', '-force', lock.record.info.id);
      assert.equal((await editor.status(state)).kind, 'free');
      const options = { userStarted: false, timeoutMs: 5000 };
      const renewed = await editor.gateway.renew(lock.place, lock.record, options, noSignal);
      assert.equal(renewed.kind, 'lost');
    }).timeout(60_000);

    it('break the lock of a killed terraform, so that the next one runs at once', async () => {
      const { module, state } = await initialised('killed');
      const editor = new TestEditor('alice', [state]);
      await (await module.holdLock()).kill();
      const shown = foreignLocksOf(await editor.status(state)).flat();
      assert.equal(shown.length, 1);
      const broken = await editor.service.forceUnlock(state, shown, noSignal);
      assert.equal(broken.kind, 'done', JSON.stringify(broken));
      await run(module, 'plan', '-no-color', '-input=false');
    }).timeout(60_000);

    it('see a killed terraform lose its lock by itself; what it left behind is no lock', async () => {
      const { module, state } = await initialised('lost');
      const editor = new TestEditor('alice', [state]);
      await (await module.holdLock()).kill();
      const started = performance.now();
      assert.equal((await editor.status(state)).kind, 'held');
      const place = state.places[0];
      assert.ok(place);
      const options = { userStarted: false, timeoutMs: 5000 };
      const reading = await eventually(
        'the end of the session of a killed terraform',
        async () => (await editor.gateway.readMany([place], options, noSignal))[0],
        (one) => one?.ok === true && one.record === undefined,
        { timeoutMs: 60_000, intervalMs: 500 },
      );
      console.log(
        `      free ${((performance.now() - started) / 1000).toFixed(1)} s after the kill`,
      );
      assert.ok(reading?.ok === true && reading.leftover !== undefined);
      const { leftover } = reading;
      assert.equal(leftover.info.operation, 'OperationTypeApply');
      const cleaned = await editor.gateway.release(place, leftover, options, noSignal);
      assert.deepEqual(cleaned, { kind: 'released' });
      assert.equal((await editor.status(state)).kind, 'free');
    }).timeout(90_000);
  });
}
