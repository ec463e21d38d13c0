import assert from 'node:assert/strict';
import { locksOf } from '../../src/core/lockStatus';
import { noSignal } from '../support/awsBlocks';
import type { Intent } from '../support/awsHistory';
import { checkHistory } from '../support/awsHistory';
import { consulName, startConsul } from '../support/consulAgent';
import { TerraformAtConsul } from '../support/consulPeople';
import { ConsulRecorder } from '../support/consulRecorder';
import { randomOf } from '../support/randomOf';
import { TestEditor } from '../support/testEditor';
import { ConsulHistory, ConsulWorld } from './consulWorld';

const operations = Number(process.env['STRESS_OPERATIONS'] ?? 10_000);

describe('many people at once', () => {
  it(`overwrite no lock and delete no lock that is not meant, in Consul (${consulName})`, async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const world = await ConsulWorld.start(randomOf(seed));
    try {
      const started = performance.now();
      await world.run(operations);
      const seconds = (performance.now() - started) / 1000;
      const { overwritten, foreignDeleted, unexplained } = world.violations();
      console.log(
        `      ${world.summary()}; ${String(overwritten.length)} overwritten, ` +
          `${String(foreignDeleted.length)} foreign deleted ` +
          `(${String(world.writes)} changes of locks recorded, seed ${String(seed)}, ${seconds.toFixed(0)} s)`,
      );
      assert.deepEqual(
        { overwritten, foreignDeleted, unexplained },
        { overwritten: [], foreignDeleted: [], unexplained: [] },
      );
      assert.equal(world.done, operations);
      for (const name of ['acquire done', 'release done', 'forceUnlock done', 'acquire held']) {
        assert.ok(world.count(name) > 0, `nothing of "${name}" happened`);
      }
      // Everybody who looks is told what the store holds, and the way out works from there.
      world.recorder.faultOf = () => undefined;
      const judge = new TestEditor('JUDGE', world.statesOf('JUDGE'));
      for (const state of judge.states) {
        const status = await judge.status(state);
        const isHeld = world.recorder.atEnd().get(`${state.path}/.lock`)?.session !== undefined;
        assert.equal(status.kind, isHeld ? 'held' : 'free');
        if (isHeld) {
          const result = await judge.service.forceUnlock(state, locksOf(status), noSignal);
          assert.equal(result.kind, 'done');
        }
      }
    } finally {
      await world.stop();
    }
  });

  it('are caught by the checker when one of them unlocks Consul as terraform force-unlock does', async () => {
    const server = await startConsul();
    const recorder = await ConsulRecorder.before(server.address, 'tf/');
    const { address } = recorder;
    try {
      const intents = new Map<string, Intent>();
      const history = new ConsulHistory(recorder, (actor) => intents.get(actor));
      const lockId = 'tf/one/.lock';
      intents.set('', { action: 'acquire', lockId });
      const first = await TerraformAtConsul.takes(address, 'tf/one');
      const shown = recorder.atEnd().get(lockId)?.record ?? '';
      await first.givesBack();
      await TerraformAtConsul.takes(address, 'tf/one', 'bob@ci');
      // Given the ID of the lock that was shown, it deletes whatever is there.
      intents.set('', { action: 'forceUnlock', lockId, shown, own: false });
      await fetch(`http://${address}/v1/kv/${lockId}`, { method: 'DELETE' });
      const found = checkHistory(history.entries, history.atEnd());
      assert.equal(found.foreignDeleted.length, 1, JSON.stringify(found));
    } finally {
      await recorder.stop();
      await server.stop();
    }
  });
});
