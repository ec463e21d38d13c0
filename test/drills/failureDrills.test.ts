import assert from 'node:assert/strict';
import { readS3Config } from '../../src/backends/s3/s3Config';
import { s3State } from '../../src/backends/s3/s3Backend';
import { LockBoard } from '../../src/core/lockBoard';
import { lockAge } from '../../src/core/lockAge';
import { encodeLockInfo, formatCreated } from '../../src/core/lockInfo';
import { LockPoller } from '../../src/core/lockPoller';
import { foreignLocksOf, locksOf, type Locks } from '../../src/core/lockStatus';
import type { StateRef } from '../../src/core/stateRef';
import { statusSentence } from '../../src/present/statusSentence';
import { blockOf, gatewayOf, hostOf, noSignal } from '../support/awsBlocks';
import { TestDynamoDb } from '../support/awsDynalite';
import { TestS3 } from '../support/awsS3';
import { eventually } from '../support/eventually';
import { FakeClock, MemoryLog, infoOf, only } from '../support/fakes';
import { skipTest } from '../support/mochaRun';
import { sample } from '../support/sampleWorkspace';
import { createTempFolder } from '../support/tempFolder';
import { TcpSwitch } from '../support/tcpSwitch';
import { findTerraform, TerraformModule, writeTerraformModule } from '../support/terraform';
import { TestEditor } from '../support/testEditor';

const minute = 60_000;
const hour = 60 * minute;

/** Each drill is described for people in docs/failure-drills.md, under the same name. */
describe('Failure drills', function () {
  this.timeout(180_000);
  const temp = createTempFolder('drills');
  let s3: TestS3;
  let db: TestDynamoDb;
  let s3Way: TcpSwitch;
  let dbWay: TcpSwitch;

  before(async () => {
    s3 = await TestS3.start(sample.bucket);
    db = await TestDynamoDb.start();
    await db.createTable(sample.table);
    s3Way = await TcpSwitch.before(s3.endpoint);
    dbWay = await TcpSwitch.before(db.endpoint);
  });
  after(async () => {
    await s3Way.stop();
    await dbWay.stop();
    await s3.stop();
    await db.stop();
    temp.remove();
  });
  afterEach(() => {
    s3Way.mend();
    dbWay.mend();
  });

  const keyOf = (name: string): string => `${name}/terraform.tfstate`;
  const lockIdOf = (name: string): string => `${sample.bucket}/${keyOf(name)}`;

  /** A state as the extension resolves it, behind the network that the drill can cut. */
  function stateOf(name: string): StateRef {
    const result = readS3Config(
      blockOf({
        bucket: sample.bucket,
        key: keyOf(name),
        region: sample.region,
        dynamodb_table: sample.table,
        use_path_style: true,
        skip_s3_checksum: true,
        endpoints: { s3: s3Way.endpoint, dynamodb: dbWay.endpoint },
        access_key: 'S3RVER',
        secret_key: 'S3RVER',
      }),
      {},
    );
    assert.ok(result.ok);
    return s3State(result.config, 'default');
  }

  /** A module of the real terraform, ready to be applied. */
  async function moduleOf(name: string): Promise<TerraformModule | undefined> {
    const terraform = findTerraform();
    if (terraform === undefined) return undefined;
    const endpoints = { s3: s3Way.endpoint, dynamodb: dbWay.endpoint };
    const folder = writeTerraformModule(temp.path, name, endpoints);
    const module = new TerraformModule(terraform, folder);
    const init = await module.run('init', '-no-color');
    assert.equal(init.exitCode, 0, init.output);
    return module;
  }

  async function shownLocks(editor: TestEditor, state: StateRef): Promise<Locks> {
    return only(foreignLocksOf(await editor.status(state)));
  }

  const put = (name: string, parts: Parameters<typeof infoOf>[0] = {}): Promise<void> =>
    db.putLock(
      sample.table,
      lockIdOf(name),
      encodeLockInfo(infoOf({ path: lockIdOf(name), ...parts })),
    );

  it('a killed apply: its lock stays, is shown as held, and can be broken; plan works after', async function () {
    const module = await moduleOf('killed');
    if (module === undefined) return skipTest(this, 'there is no terraform on PATH');
    const state = stateOf('killed');
    const editor = new TestEditor('alice', [state]);
    const apply = await module.holdLock();
    await apply.kill();
    const locks = await shownLocks(editor, state);
    const refused = await module.run('plan', '-no-color');
    assert.equal(refused.exitCode, 1, refused.output);
    assert.equal((await editor.service.forceUnlock(state, locks, noSignal)).kind, 'done');
    assert.equal((await editor.status(state)).kind, 'free');
    const plan = await module.run('plan', '-no-color');
    assert.equal(plan.exitCode, 0, plan.output);
  });

  it('a network drop in mid-apply: unknown with what was known last, never free, and held again after', async function () {
    const module = await moduleOf('dropped');
    if (module === undefined) return skipTest(this, 'there is no terraform on PATH');
    const state = stateOf('dropped');
    const editor = new TestEditor('alice', [state], 2000);
    const apply = await module.holdLock();
    assert.equal((await editor.status(state)).kind, 'held');
    s3Way.cut();
    dbWay.cut();
    const cut = await editor.status(state);
    assert.ok(cut.kind === 'unknown' && cut.last?.kind === 'held', JSON.stringify(cut));
    const ended = apply.go();
    dbWay.silence();
    const silent = await editor.status(state);
    assert.ok(silent.kind === 'unknown' && silent.error.reason === 'timeout', silent.kind);
    s3Way.mend();
    dbWay.mend();
    const result = await ended;
    assert.equal(result.exitCode, 0, result.output);
    assert.equal((await editor.status(state)).kind, 'free');
  });

  it('a laptop asleep: what was free before the sleep is unknown after it, until it is read again', async () => {
    const state = stateOf('asleep');
    const clock = new FakeClock(Date.now());
    // Readings carry the real time: this clock starts there, and sleeps.
    const board = new LockBoard(clock, {
      freshForMs: 40_000,
      staleAfterMs: () => hour,
      isMine: () => false,
    });
    const block = blockOf({});
    board.setModules([{ dir: 'd', file: 'f', block, resolution: { kind: 'state', state } }]);
    const poller = new LockPoller(
      { clock, random: () => 0.5, gateway: gatewayOf(hostOf()), board, log: new MemoryLog() },
      { intervalMs: 15_000, unfocusedIntervalMs: 60_000, requestTimeoutMs: 5000 },
    );
    const kind = (): string => only(board.views()).status.kind;
    poller.syncPlaces();
    await eventually('the first answer', kind, (shown) => shown === 'free');
    await put('asleep', { who: 'bob@ci', created: formatCreated(Date.now()) });
    clock.set(clock.now() + 8 * hour);
    assert.equal(kind(), 'unknown');
    clock.set(Date.now());
    await poller.refresh({ userStarted: false });
    assert.equal(kind(), 'held');
    poller.dispose();
  });

  for (const [words, skew] of [
    ['fast', 10 * minute],
    ['slow', -10 * minute],
  ] as const) {
    it(`a holder's clock ten minutes ${words}: held all the same, and its age is not believed beyond what was seen`, async () => {
      const name = `skewed-${words}`;
      const state = stateOf(name);
      const editor = new TestEditor('alice', [state]);
      await put(name, { created: formatCreated(Date.now() + skew) });
      const status = await editor.status(state);
      assert.equal(status.kind, 'held');
      const lock = only(locksOf(status));
      const since = editor.board.view(state.id)?.unchangedSince;
      const age = lockAge(lock, Date.now(), since);
      assert.ok(age);
      if (skew > 0) {
        assert.deepEqual([age.from, age.inFuture], ['observed', true]);
        assert.ok(age.ms < minute, String(age.ms));
      } else {
        // Ten minutes too old is what the record says; it is shown as the record's word.
        assert.deepEqual([age.from, age.inFuture], ['record', false]);
      }
    });
  }

  it('a holder alive but silent for hours: stale, which is said to be no proof, and its run ends well if left alone', async function () {
    const module = await moduleOf('silent');
    if (module === undefined) return skipTest(this, 'there is no terraform on PATH');
    const state = stateOf('silent');
    const apply = await module.holdLock();
    const board = new LockBoard(
      { now: () => Date.now() + 5 * hour, after: () => ({ dispose: () => undefined }) },
      { freshForMs: 1e12, staleAfterMs: () => hour, isMine: () => false },
    );
    const block = blockOf({});
    board.setModules([{ dir: 'd', file: 'f', block, resolution: { kind: 'state', state } }]);
    const [place] = state.places;
    assert.ok(place);
    const options = { userStarted: true, timeoutMs: 5000 };
    const [reading] = await gatewayOf(hostOf()).readMany([place], options, noSignal);
    assert.ok(reading);
    board.record([{ place, reading }]);
    const view = only(board.views());
    assert.equal(view.status.kind, 'stale');
    const sentence = statusSentence(view, Date.now() + 5 * hour);
    assert.match(sentence, /longer than usual for this operation/);
    assert.doesNotMatch(sentence, /dead|gone|abandoned/);
    assert.equal((await apply.go()).exitCode, 0);
  });

  it('two people force-unlock at the same moment: one does, the other is told that it is gone', async () => {
    const state = stateOf('both');
    let done = 0;
    for (let round = 0; round < 25; round++) {
      await put('both', { id: `held-${String(round)}` });
      const people = ['alice', 'bob'].map((name) => new TestEditor(name, [state]));
      const shown = await Promise.all(people.map((editor) => shownLocks(editor, state)));
      const results = await Promise.all(
        people.map((editor, index) =>
          editor.service.forceUnlock(state, shown[index] ?? [], noSignal),
        ),
      );
      const kinds = results.map(({ kind }) => kind).sort();
      assert.deepEqual(kinds, ['done', 'gone']);
      done += 1;
    }
    console.log(`      ${String(done)} rounds: one done and one gone in each`);
  });

  it('the lock is replaced between modal and confirmation: nothing is deleted, the new holder is shown', async () => {
    const state = stateOf('replaced');
    const editor = new TestEditor('alice', [state]);
    await put('replaced', { id: 'first' });
    const shown = await shownLocks(editor, state);
    // The same person, the same second: only the ID differs.
    await put('replaced', { id: 'second' });
    const result = await editor.service.forceUnlock(state, shown, noSignal);
    assert.ok(result.kind === 'changed' && result.holder?.record.info.id === 'second');
    assert.equal(only(locksOf(await editor.status(state))).record.info.id, 'second');
  });

  it('a second force unlock of a lock already gone: said so, nothing is deleted', async () => {
    const state = stateOf('gone');
    const editor = new TestEditor('alice', [state]);
    await put('gone');
    const shown = await shownLocks(editor, state);
    assert.equal((await editor.service.forceUnlock(state, shown, noSignal)).kind, 'done');
    assert.equal((await editor.service.forceUnlock(state, shown, noSignal)).kind, 'gone');
    // Nor is a lock that somebody took in between.
    await put('gone', { id: 'next' });
    assert.equal((await editor.service.forceUnlock(state, shown, noSignal)).kind, 'changed');
    assert.equal(only(locksOf(await editor.status(state))).record.info.id, 'next');
  });
});
