import assert from 'node:assert/strict';
import { readS3Config } from '../../src/backends/s3/s3Config';
import { s3State } from '../../src/backends/s3/s3Backend';
import { foreignLocksOf, locksOf, ownLocksOf } from '../../src/core/lockStatus';
import type { StateRef } from '../../src/core/stateRef';
import { blockOf, noSignal } from '../support/awsBlocks';
import { TestDynamoDb } from '../support/awsDynalite';
import { TestS3 } from '../support/awsS3';
import { only } from '../support/fakes';
import { skipTest } from '../support/mochaRun';
import { sample } from '../support/sampleWorkspace';
import { createTempFolder } from '../support/tempFolder';
import {
  findTerraform,
  TerraformModule,
  writeTerraformModule,
  type LockMode,
} from '../support/terraform';
import { TestEditor } from '../support/testEditor';

const modes: readonly (readonly [string, LockMode])[] = [
  ['a table', { file: false, table: true }],
  ['a lock file', { file: true, table: false }],
  ['a lock file and a table', { file: true, table: true }],
];

describe('with a real terraform', () => {
  const temp = createTempFolder('modes');
  let s3: TestS3;
  let db: TestDynamoDb;
  let terraform: string;

  before(async function () {
    const found = findTerraform();
    if (found === undefined) return skipTest(this, 'there is no terraform on PATH');
    terraform = found;
    s3 = await TestS3.start(sample.bucket);
    db = await TestDynamoDb.start();
    await db.createTable(sample.table);
  });
  after(async () => {
    await s3.stop();
    await db.stop();
    temp.remove();
  });

  const keyOf = (name: string): string => `${name}/terraform.tfstate`;

  /** A module that is ready to be planned. */
  async function moduleOf(name: string, mode: LockMode, key?: string): Promise<TerraformModule> {
    const endpoints = { s3: s3.endpoint, dynamodb: db.endpoint };
    const folder = writeTerraformModule(temp.path, name, endpoints, mode, key);
    const module = new TerraformModule(terraform, folder);
    const init = await module.run('init', '-no-color');
    assert.equal(init.exitCode, 0, init.output);
    return module;
  }

  /** The state as the extension resolves it from the same attributes. */
  function stateOf(key: string, mode: LockMode): StateRef {
    const result = readS3Config(
      blockOf({
        bucket: sample.bucket,
        key,
        region: sample.region,
        use_lockfile: mode.file,
        ...(mode.table ? { dynamodb_table: sample.table } : {}),
        use_path_style: true,
        skip_s3_checksum: true,
        endpoints: { s3: s3.endpoint, dynamodb: db.endpoint },
        access_key: 'S3RVER',
        secret_key: 'S3RVER',
      }),
      {},
    );
    assert.ok(result.ok);
    return s3State(result.config, 'default');
  }

  /** What is really there, in the servers. */
  async function thereAre(key: string): Promise<LockMode> {
    const file = await s3.get(sample.bucket, `${key}.tflock`);
    const item = await db.get(sample.table, `${sample.bucket}/${key}`);
    return { file: file !== undefined, table: item !== undefined };
  }

  for (const [index, [what, mode]] of modes.entries()) {
    describe(`and ${what}`, () => {
      const name = `mode-${String(index)}`;
      const key = keyOf(name);
      let module: TerraformModule;
      let editor: TestEditor;
      let state: StateRef;

      before(async () => {
        module = await moduleOf(name, mode);
        state = stateOf(key, mode);
        editor = new TestEditor('me', [state]);
      });

      it('plan is refused while we hold the lock, and told our reason', async () => {
        const taken = await editor.service.acquire(state, 'moving the network', noSignal);
        assert.equal(taken.kind, 'done', JSON.stringify(taken));
        assert.deepEqual(await thereAre(key), mode);
        assert.equal(editor.shown(state).kind, 'mine');
        const plan = await module.run('plan', '-no-color');
        assert.equal(plan.exitCode, 1, plan.output);
        for (const part of ['moving the network', 'me@test', 'manual lock']) {
          assert.ok(plan.output.includes(part), `${part} is missing in ${plan.output}`);
        }
        const own = ownLocksOf(editor.shown(state));
        const given = await editor.service.release(state, own, noSignal);
        assert.equal(given.kind, 'done', JSON.stringify(given));
        assert.deepEqual(await thereAre(key), { file: false, table: false });
        const again = await module.run('plan', '-no-color');
        assert.equal(again.exitCode, 0, again.output);
      });

      it('we are refused while an apply holds the lock, and shown who it is', async () => {
        const apply = await module.holdLock();
        const status = await editor.status(state);
        assert.equal(status.kind, 'held');
        assert.equal(locksOf(status).length, state.places.length);
        const refused = await editor.service.acquire(state, 'why', noSignal);
        assert.ok(refused.kind === 'held', JSON.stringify(refused));
        assert.equal(refused.holder?.record.info.operation, 'OperationTypeApply');
        assert.deepEqual(await thereAre(key), mode);
        const ended = await apply.go();
        assert.equal(ended.exitCode, 0, ended.output);
        assert.equal((await editor.status(state)).kind, 'free');
      });

      it('terraform force-unlock releases ours, and we notice', async () => {
        const taken = await editor.service.acquire(state, 'to be broken', noSignal);
        assert.ok(taken.kind === 'done');
        const unlock = await module.run('force-unlock', '-force', '-no-color', taken.lockId);
        assert.equal(unlock.exitCode, 0, unlock.output);
        assert.deepEqual(await thereAre(key), { file: false, table: false });
        assert.equal((await editor.status(state)).kind, 'free');
      });

      it('we break the lock of a killed apply, and plan works again', async () => {
        const apply = await module.holdLock();
        await apply.kill();
        const locks = only(foreignLocksOf(await editor.status(state)));
        const broken = await editor.service.forceUnlock(state, locks, noSignal);
        assert.equal(broken.kind, 'done', JSON.stringify(broken));
        assert.deepEqual(await thereAre(key), { file: false, table: false });
        const plan = await module.run('plan', '-no-color');
        assert.equal(plan.exitCode, 0, plan.output);
      });
    });
  }

  describe('a lock of which only one half is left', () => {
    const both: LockMode = { file: true, table: true };

    for (const [left, only] of [
      ['file', { file: false, table: true }],
      ['table', { file: true, table: false }],
    ] as const) {
      it(`by a force-unlock that knew only the other is recognised: the ${left}`, async () => {
        const name = `half-${left}`;
        const key = keyOf(name);
        const module = await moduleOf(name, both);
        const narrow = await moduleOf(`${name}-narrow`, only, key);
        const state = stateOf(key, both);
        const editor = new TestEditor('me', [state]);
        const taken = await editor.service.acquire(state, 'half', noSignal);
        assert.ok(taken.kind === 'done');
        const unlock = await narrow.run('force-unlock', '-force', '-no-color', taken.lockId);
        assert.equal(unlock.exitCode, 0, unlock.output);
        assert.deepEqual(await thereAre(key), { file: left === 'file', table: left === 'table' });

        const status = await editor.status(state);
        assert.ok(status.kind === 'half', status.kind);
        assert.equal(status.missing.length, 1);
        const refused = await module.run('plan', '-no-color');
        assert.equal(refused.exitCode, 1, refused.output);
        assert.equal((await editor.status(state)).kind, 'half', 'terraform left its own half');

        const given = await editor.service.release(state, ownLocksOf(status), noSignal);
        assert.equal(given.kind, 'done', JSON.stringify(given));
        const plan = await module.run('plan', '-no-color');
        assert.equal(plan.exitCode, 0, plan.output);
      });
    }

    it("and is another's can be broken by itself", async () => {
      const key = keyOf('half-foreign');
      const module = await moduleOf('half-foreign', both);
      const state = stateOf(key, both);
      const editor = new TestEditor('me', [state]);
      const apply = await module.holdLock();
      await apply.kill();
      await db.remove(sample.table, `${sample.bucket}/${key}`);
      const status = await editor.status(state);
      assert.ok(status.kind === 'half');
      const broken = await editor.service.forceUnlock(
        state,
        only(foreignLocksOf(status)),
        noSignal,
      );
      assert.equal(broken.kind, 'done', JSON.stringify(broken));
      assert.equal((await editor.status(state)).kind, 'free');
      const plan = await module.run('plan', '-no-color');
      assert.equal(plan.exitCode, 0, plan.output);
    });
  });

  it('the locks of two runs that are configured for one place each are a conflict', async () => {
    const key = keyOf('conflict');
    const old = await moduleOf('conflict-old', { file: false, table: true }, key);
    const young = await moduleOf('conflict-new', { file: true, table: false }, key);
    const state = stateOf(key, { file: true, table: true });
    const editor = new TestEditor('me', [state]);
    const [first, second] = [await old.holdLock(), await young.holdLock()];
    const status = await editor.status(state);
    assert.equal(status.kind, 'conflict');
    assert.equal(foreignLocksOf(status).length, 2);
    const refused = await editor.service.acquire(state, 'why', noSignal);
    assert.equal(refused.kind, 'held');
    await second.kill();
    const [ofFile] = foreignLocksOf(await editor.status(state));
    assert.ok(ofFile);
    const broken = await editor.service.forceUnlock(state, ofFile, noSignal);
    assert.equal(broken.kind, 'done');
    assert.deepEqual(await thereAre(key), { file: false, table: true });
    assert.equal((await editor.status(state)).kind, 'half');
    const ended = await first.go();
    assert.equal(ended.exitCode, 0, ended.output);
    assert.equal((await editor.status(state)).kind, 'free');
  });
});
