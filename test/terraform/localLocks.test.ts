import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { infoPath, type LocalLockPlace } from '../../src/backends/local/localBackend';
import { LocalLockClient } from '../../src/backends/local/localLockClient';
import { encodeLockInfo } from '../../src/core/lockInfo';
import type { LockPlace, LockReading } from '../../src/core/lockPlace';
import { asked, background, hostOf, noSignal, withEnvironment } from '../support/awsBlocks';
import { only } from '../support/fakes';
import { acquireOf, taken } from '../support/localState';
import { skipTest } from '../support/mochaRun';
import { createTempFolder, type TempFolder } from '../support/tempFolder';
import { findTerraform, TerraformModule, writeWaitingModule } from '../support/terraform';
import { ExtensionView } from './extensionView';

describe('the lock of a local state, shared with the real terraform', () => {
  let folder: TempFolder;
  let module: TerraformModule;
  let place: LockPlace;
  let client: LocalLockClient;
  let modules = 0;
  let terraform = '';

  before(function () {
    const found = findTerraform();
    if (found === undefined) skipTest(this, 'terraform is not on PATH');
    if (process.platform !== 'linux') skipTest(this, 'needs /proc/locks');
    terraform = found;
    folder = createTempFolder('local');
  });
  after(() => {
    folder.remove();
  });
  beforeEach(async () => {
    modules += 1;
    const directory = path.join(folder.path, `module${String(modules)}`);
    module = new TerraformModule(
      terraform,
      writeWaitingModule(directory, 'backend "local" {\n  }'),
    );
    await succeeds('init');
    place = await placeOf(directory);
    client = new LocalLockClient(hostOf({}));
  });

  const succeeds = async (...args: string[]): Promise<void> => {
    const { exitCode, output } = await module.run(...args, '-no-color');
    assert.equal(exitCode, 0, output);
  };
  const read = async (): Promise<Extract<LockReading, { ok: true }>> => {
    const reading = only(await client.readMany([place], background));
    assert.ok(reading.ok, JSON.stringify(reading));
    return reading;
  };
  const config = (): LocalLockPlace => place.config as LocalLockPlace;

  it('is shown as held by the process of an apply, refused to us, and free after it', async () => {
    const apply = await module.holdLock();
    const { record } = await read();
    assert.equal(record?.info.operation, 'OperationTypeApply');
    assert.equal(record.liveness?.kind, 'alive');
    assert.match(record.liveness.by, /^process \d+$/);
    assert.deepEqual(record.liveness.facts[1], { label: 'Command', value: 'terraform' });
    const refused = await acquireOf(client, place);
    assert.ok(refused.kind === 'held');
    assert.equal(refused.record?.raw, record.raw);
    const broken = await client.release(place, record, asked, noSignal);
    assert.ok(broken.kind === 'failed');
    assert.match(broken.error.help ?? '', /End process \d+/);
    assert.equal((await apply.go()).exitCode, 0);
    assert.deepEqual([(await read()).record, (await read()).leftover], [undefined, undefined]);
  });

  it('is refused to terraform while we hold it, with our reason, and given to it after', async () => {
    const record = await taken(client, place, { id: 'ours', info: 'moving <the> network' });
    const plan = await module.run('plan', '-no-color');
    assert.equal(plan.exitCode, 1, plan.output);
    assert.match(plan.output, /Error acquiring the state lock/);
    assert.match(plan.output, /resource temporarily unavailable/);
    assert.match(plan.output, /ID:\s+ours/);
    assert.match(plan.output, /Info:\s+moving <the> network/);
    const unlock = await module.run('force-unlock', '-force', '-no-color', 'ours');
    assert.equal(unlock.exitCode, 1, unlock.output);
    assert.equal((await read()).record?.raw, record.raw);
    assert.deepEqual(await client.release(place, record, asked, noSignal), { kind: 'released' });
    // What we made for the lock is an empty state file, which is no state to terraform.
    assert.equal(statSync(config().stateFile).size, 0);
    await succeeds('plan');
    const apply = await module.holdLock();
    assert.equal((await apply.go()).exitCode, 0);
    assert.ok(statSync(config().stateFile).size > 0);
  });

  it('is free with a left-over record after kill -9, which clean-up removes', async () => {
    const apply = await module.holdLock();
    await apply.kill();
    const { record, leftover } = await read();
    assert.equal(record, undefined);
    assert.equal(leftover?.info.operation, 'OperationTypeApply');
    assert.ok(existsSync(infoPath(config().stateFile)));
    assert.deepEqual(await client.release(place, leftover, asked, noSignal), { kind: 'released' });
    assert.equal(existsSync(infoPath(config().stateFile)), false);
    assert.deepEqual([(await read()).record, (await read()).leftover], [undefined, undefined]);
    await succeeds('plan');
  });

  it('is not cleaned up where a new run has taken it since', async () => {
    const first = await module.holdLock();
    await first.kill();
    const { leftover } = await read();
    assert.ok(leftover);
    // What the killed run said to its test stays; the next one is to say it anew.
    const holding = path.join(path.dirname(config().stateFile), 'holding');
    const { rmSync } = await import('node:fs');
    rmSync(holding, { force: true });
    const second = await module.holdLock();
    const outcome = await client.release(place, leftover, asked, noSignal);
    assert.ok(outcome.kind === 'changed', JSON.stringify(outcome));
    assert.equal(outcome.record?.liveness?.kind, 'alive');
    assert.equal(readFileSync(config().infoFile, 'utf8'), outcome.record.raw);
    assert.equal((await second.go()).exitCode, 0);
  });

  it('of each workspace is its own', async () => {
    await succeeds('workspace', 'new', 'dev');
    place = await placeOf(module.directory);
    assert.match(config().stateFile, /terraform\.tfstate\.d\/dev\/terraform\.tfstate$/);
    const apply = await module.holdLock();
    assert.equal((await read()).record?.info.operation, 'OperationTypeApply');
    await succeeds('workspace', 'select', 'default');
    const other = await placeOf(module.directory);
    const [reading] = await client.readMany([other], background);
    assert.ok(reading?.ok && reading.record === undefined);
    assert.equal((await apply.go()).exitCode, 0);
  });

  for (const { name, backend, init = [], workspace, env = {} } of configurations()) {
    it(`is where the extension looks: ${name}`, async () => {
      const directory = path.join(folder.path, `path${String((modules += 1))}`);
      mkdirSync(path.join(directory, 'up'), { recursive: true });
      const here = writeWaitingModule(
        path.join(directory, 'up', 'module'),
        `backend "local" {\n    ${backend.replaceAll('@ABS@', directory)}\n  }`,
      );
      writeFileSync(path.join(here, 'given.tfbackend'), 'path = "given/state.json"\n');
      await withEnvironment({ ...usualEnvironment(), ...env }, async () => {
        module = new TerraformModule(terraform, here, env);
        await succeeds('init', ...init);
        if (workspace !== undefined) await succeeds('workspace', 'new', workspace);
        place = await placeOf(here);
        const apply = await module.holdLock();
        const { record } = await read();
        assert.equal(record?.liveness?.kind, 'alive', JSON.stringify(config()));
        // The record, too, is where it is looked for, and its path is what the block says.
        assert.equal(record.info.operation, 'OperationTypeApply');
        assert.equal(path.resolve(here, record.info.path), config().stateFile);
        assert.equal(encodeLockInfo(record.info), record.raw);
        assert.equal((await apply.go()).exitCode, 0);
        assert.ok(statSync(config().stateFile).size > 0);
      });
    });
  }

  for (const backend of ['path = ""', 'workspace_dir = ""']) {
    it(`is not looked for where terraform refuses the block: ${backend}`, async () => {
      const here = writeWaitingModule(
        path.join(folder.path, `refused${String((modules += 1))}`),
        `backend "local" {\n    ${backend}\n  }`,
      );
      const init = await new TerraformModule(terraform, here).run('init', '-no-color');
      assert.equal(init.exitCode, 1, init.output);
      const resolution = await new ExtensionView().resolve(here);
      assert.equal(resolution?.kind, 'unresolved', JSON.stringify(resolution));
    });
  }
});

interface LocalConfiguration {
  readonly name: string;
  readonly backend: string;
  readonly init?: readonly string[];
  readonly workspace?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function configurations(): readonly LocalConfiguration[] {
  return [
    { name: 'an empty block', backend: '' },
    { name: 'a name', backend: 'path = "network.tfstate"' },
    { name: 'a hidden name', backend: 'path = "st/.hidden.tfstate"' },
    { name: 'a folder above', backend: 'path = "../shared/../shared/network.tfstate"' },
    { name: 'an absolute path', backend: 'path = "@ABS@/absolute dir/é.tfstate"' },
    { name: 'a path given to init', backend: '', init: ['-backend-config=path=init.tfstate'] },
    { name: 'a file given to init', backend: '', init: ['-backend-config=given.tfbackend'] },
    { name: 'a workspace', backend: '', workspace: 'dev' },
    { name: 'a workspace, whatever the path', backend: 'path = "n.tfstate"', workspace: 'dev' },
    { name: 'a workspace folder', backend: 'workspace_dir = "ws/x"', workspace: 'prod-1' },
    {
      name: 'an absolute workspace folder',
      backend: 'workspace_dir = "@ABS@/all"',
      workspace: 'a.b',
    },
    {
      name: 'a workspace of the environment',
      backend: 'path = "n.tfstate"',
      env: { TF_WORKSPACE: 'ci' },
    },
    { name: 'a data folder elsewhere', backend: '', workspace: 'dev', env: { TF_DATA_DIR: '.tf' } },
  ];
}

function usualEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'CHECKPOINT_DISABLE', 'TMPDIR'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What the extension makes of the files of a module directory. */
async function placeOf(directory: string): Promise<LockPlace> {
  const resolution = await new ExtensionView().resolve(directory);
  assert.ok(resolution?.kind === 'state', JSON.stringify(resolution));
  return only(resolution.state.places);
}
