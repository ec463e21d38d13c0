import assert from 'node:assert/strict';
import { lockInfoKey } from '../../src/backends/etcdv3/etcdKeys';
import { locksOf } from '../../src/core/lockStatus';
import type { StateRef } from '../../src/core/stateRef';
import { noSignal } from '../support/awsBlocks';
import { etcdStateOf, terraformTakes } from '../support/etcdPeople';
import { EtcdServer, findEtcd } from '../support/etcdServer';
import { only } from '../support/fakes';
import { skipTest } from '../support/mochaRun';
import { TcpSwitch } from '../support/tcpSwitch';
import { TestEditor } from '../support/testEditor';
import { checkEtcdHistory, EtcdHistory } from './etcdHistory';
import { randomOf } from '../support/randomOf';
import { StressCrowd, stressKeys } from './stressCrowd';

const operations = Number(process.env['STRESS_OPERATIONS'] ?? 10_000);

describe('many people at once', () => {
  let server: EtcdServer;
  before(function () {
    if (!findEtcd()) skipTest(this, 'there is no etcd on PATH (Debian: etcd-server, etcd-client)');
  });
  beforeEach(async () => {
    server = await EtcdServer.start();
  });
  afterEach(() => server.stop());

  const statesAt = (endpoint: string): readonly StateRef[] =>
    stressKeys.map((key) => etcdStateOf({ endpoints: [endpoint], prefix: `tf/${key}/` }));

  it('overwrite no lock and delete no lock that is not meant, in etcd', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = randomOf(seed);
    // Half of the actors are behind a network that is cut now and then, so that answers are lost.
    const way = await TcpSwitch.before(server.endpoint);
    const history = await EtcdHistory.start(server);
    const cuts = setInterval(() => {
      way.mend();
    }, 700);
    try {
      const crowd = new StressCrowd(random, (name) =>
        statesAt(/[02468]$/.test(name) ? way.endpoint : server.endpoint),
      );
      const started = performance.now();
      await crowd.run(operations);
      const seconds = (performance.now() - started) / 1000;
      clearInterval(cuts);
      const audit = crowd.actors.flatMap(({ editor }) => editor.audit.entries);
      const events = await history.stop();
      const { overwritten, foreignDeleted, ended, changes } = checkEtcdHistory(events, audit);
      console.log(
        `      ${crowd.summary()}; ${String(overwritten.length)} overwritten, ` +
          `${String(foreignDeleted.length)} foreign deleted, ` +
          `${String(ended)} ended with their lease ` +
          `(${String(changes)} changes of locks in etcd's history, seed ${String(seed)}, ${seconds.toFixed(0)} s)`,
      );
      assert.deepEqual({ overwritten, foreignDeleted }, { overwritten: [], foreignDeleted: [] });
      assert.equal(crowd.done, operations);
      for (const name of ['acquire done', 'release done', 'forceUnlock done', 'acquire held']) {
        assert.ok(crowd.count(name) > 0, `nothing of "${name}" happened`);
      }
      const judge = new TestEditor('JUDGE', statesAt(server.endpoint));
      for (const state of judge.states) {
        const status = await judge.status(state);
        const keys = await server.ctl('get', '--prefix', '--keys-only', `${state.key}/`);
        assert.equal(status.kind, keys.trim() === '' ? 'free' : 'held');
        if (status.kind === 'held') {
          const result = await judge.service.forceUnlock(state, locksOf(status), noSignal);
          assert.equal(result.kind, 'done');
        }
      }
    } finally {
      clearInterval(cuts);
      await way.stop();
    }
  });

  it('are caught by the checker when one of them deletes in etcd without looking', async () => {
    const state = only(statesAt(server.endpoint).slice(0, 1));
    const editor = new TestEditor('alice', [state]);
    const history = await EtcdHistory.start(server);
    await terraformTakes(server, state.key);
    const shown = locksOf(await editor.status(state));
    assert.equal((await editor.service.forceUnlock(state, shown, noSignal)).kind, 'done');
    const next = await terraformTakes(server, state.key, { who: 'bob@ci' });
    await server.ctl('del', next.key);
    await server.ctl('del', lockInfoKey(state.key));
    await terraformTakes(server, state.key, { who: 'carol@ci' });
    await server.ctl('put', `${state.key}/abc`, '');
    const found = checkEtcdHistory(await history.stop(), editor.audit.entries);
    assert.deepEqual([found.foreignDeleted.length, found.overwritten.length], [1, 1]);
  });
});
