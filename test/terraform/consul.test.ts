import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { foreignLocksOf, locksOf, ownLocksOf } from '../../src/core/lockStatus';
import type { StateRef } from '../../src/core/stateRef';
import { LocalGateway } from '../../src/backends/localGateway';
import { backends } from '../../src/backends/registry';
import { readWorkspace } from '../../src/backends/workspace';
import { blockOf, hostOf, noSignal } from '../support/awsBlocks';
import { ConsulDouble, type ConsulLogged } from '../support/consulDouble';
import { consulStateOf } from '../support/consulPeople';
import { only } from '../support/fakes';
import { skipTest } from '../support/mochaRun';
import { createTempFolder } from '../support/tempFolder';
import { findTerraform, holdingResource, TerraformModule } from '../support/terraform';
import { TestEditor } from '../support/testEditor';
import { findOnPath } from '../../scripts/bootstrap.mjs';

type Values = Readonly<Record<string, string | boolean>>;
type Environment = Readonly<Record<string, string>>;

function hcl(attributes: Values): string {
  const lines = Object.entries(attributes).map(
    ([name, value]) => `    ${name} = ${JSON.stringify(value)}`,
  );
  return `terraform {\n  backend "consul" {\n${lines.join('\n')}\n  }\n}\n\n${holdingResource}`;
}

describe('Consul, with a real terraform', function () {
  this.timeout(120_000);
  const temp = createTempFolder('consul');
  let double: ConsulDouble;
  let terraform: string;
  let modules = 0;

  before(async function () {
    const found = findTerraform();
    if (found === undefined) return skipTest(this, 'there is no terraform on PATH');
    terraform = found;
    const real = findOnPath('consul') === undefined ? 'not on PATH' : 'on PATH, not used here';
    console.log(`    Consul: the protocol double (a real consul is ${real})`);
    double = await ConsulDouble.start();
  });
  after(async () => {
    await (double as ConsulDouble | undefined)?.stop();
    temp.remove();
  });

  async function moduleOf(
    attributes: Values,
    environment: Environment = {},
  ): Promise<TerraformModule> {
    const folder = path.join(temp.path, `m${String(++modules)}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'main.tf'), hcl(attributes));
    const module = new TerraformModule(terraform, folder, environment);
    const init = await module.run('init', '-no-color');
    assert.equal(init.exitCode, 0, init.output);
    return module;
  }

  const stateOf = (name: string, workspace?: string): StateRef =>
    consulStateOf({ address: double.address, path: name }, workspace);

  it('is judged: apply holds, another is refused with the holder, force-unlock works, workspaces are listed', async () => {
    const module = await moduleOf({ address: double.address, path: 'judge' });
    const apply = await module.holdLock();
    const second = await module.run('apply', '-auto-approve', '-no-color', '-lock-timeout=0s');
    assert.equal(second.exitCode, 1, second.output);
    assert.match(second.output, /Error acquiring the state lock/);
    const id = double.store.get('judge/.lock')?.session ?? '';
    assert.match(second.output, new RegExp(`ID:\\s+${id}`));
    assert.match(second.output, /Operation: OperationTypeApply/);
    assert.equal((await apply.go()).exitCode, 0);
    assert.equal(double.store.get('judge/.lock'), undefined);

    const killed = await module.holdLock();
    await killed.kill();
    const left = double.store.get('judge/.lock')?.session ?? '';
    assert.notEqual(left, '');
    const unlock = await module.run('force-unlock', '-force', '-no-color', left);
    assert.equal(unlock.exitCode, 0, unlock.output);
    assert.equal(double.store.get('judge/.lock'), undefined);

    const created = await module.run('workspace', 'new', '-no-color', 'dev');
    assert.equal(created.exitCode, 0, created.output);
    const list = await module.run('workspace', 'list', '-no-color');
    assert.match(list.output, /default\s+\* dev/);
    assert.ok(double.store.get('judge-env:dev'));
  });

  for (const workspace of ['default', 'staging']) {
    const name = `both-${workspace}`;
    it(`and the extension exclude each other both ways, in the workspace ${workspace}`, async () => {
      const module = await moduleOf({ address: double.address, path: name });
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
      const module = await moduleOf({ address: double.address, path: `killed-${name}` });
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
    const module = await moduleOf({ address: double.address, path: 'broken' });
    const state = stateOf('broken');
    const editor = new TestEditor('alice', [state]);
    await editor.service.acquire(state, 'mine', noSignal);
    const id = only(ownLocksOf(await editor.status(state))).record.info.id;
    const unlock = await module.run('force-unlock', '-force', '-no-color', id);
    assert.equal(unlock.exitCode, 0, unlock.output);
    assert.equal((await editor.status(state)).kind, 'free');
  });

  /** Attributes beside the address, environment, workspace. One line for each configuration. */
  const configurations: readonly (readonly [string, Values, Environment?, string?])[] = [
    ['a path', { path: 'c/plain' }],
    ['a path that ends in a slash', { path: 'c/slash/' }],
    ['a path that ends in two slashes', { path: 'c/slashes//' }],
    ['a path with a space', { path: 'c/my app' }],
    ['a path with letters beyond ASCII', { path: 'c/é/ü' }],
    ['a path with ? # and &', { path: 'c/a?b#c&d' }],
    ['a path with a colon and a plus', { path: 'c/a:b+c' }],
    ['a workspace', { path: 'c/ws' }, {}, 'dev'],
    ['a workspace behind a slash', { path: 'c/ws2/' }, {}, 'dev'],
    ['a token', { path: 'c/token', access_token: 'from-the-block' }],
    [
      'a token of the environment',
      { path: 'c/token2' },
      { CONSUL_HTTP_TOKEN: 'from-the-environment' },
    ],
    [
      'two tokens',
      { path: 'c/token3', access_token: 'from-the-block' },
      { CONSUL_HTTP_TOKEN: 'x' },
    ],
    ['a datacenter', { path: 'c/dc', datacenter: 'dc7' }],
    ['a user and a password', { path: 'c/auth', http_auth: 'user:pass:word' }],
    ['a user and a password of the environment', { path: 'c/auth2' }, { CONSUL_HTTP_AUTH: 'u:p' }],
    [
      'a namespace and a partition',
      { path: 'c/ns' },
      { CONSUL_NAMESPACE: 'n1', CONSUL_PARTITION: 'p1' },
    ],
    ['compressed state', { path: 'c/gzip', gzip: true }],
    ['an address with a scheme', { path: 'c/scheme', scheme: 'http' }],
  ];

  for (const [what, attributes, environment = {}, workspace] of configurations) {
    it(`is where the extension looks: ${what}`, async () => {
      const all = { address: double.address, ...attributes };
      const module = await moduleOf(all, environment);
      if (workspace !== undefined) {
        const made = await module.run('workspace', 'new', '-no-color', workspace);
        assert.equal(made.exitCode, 0, made.output);
      }
      double.requests.length = 0;
      const plan = await module.run('plan', '-no-color');
      assert.equal(plan.exitCode, 0, plan.output);
      const wanted = looksOf(double.requests);
      assert.equal(wanted.size, 1, [...wanted].join(' | '));

      const host = {
        ...hostOf(environment),
        workspaceOf: (context: { readonly dirPath?: string }) =>
          readWorkspace(environment, context),
      };
      const gateway = new LocalGateway(backends, host);
      const resolution = await gateway.resolve(blockOf(all, 'current', 'consul'), {
        dirPath: module.directory,
      });
      assert.equal(resolution.kind, 'state', JSON.stringify(resolution));
      double.requests.length = 0;
      // A watch asks for the very key, as terraform does.
      const { places } = resolution.state;
      const options = { userStarted: true, timeoutMs: 3000 };
      const [reading] = await gateway.readMany(places, options, noSignal);
      assert.ok(reading?.ok === true, JSON.stringify(reading));
      await gateway.awaitChange(places, { ...options, maxWaitMs: 50 }, noSignal);
      assert.deepEqual(looksOf(double.requests), wanted);
    });
  }
});

/** Which lock keys were asked for, where and as whom. */
function looksOf(requests: readonly ConsulLogged[]): ReadonlySet<string> {
  return new Set(
    requests
      .filter(({ path: asked, method }) => method === 'GET' && asked.endsWith('/.lock'))
      .map(({ path: asked, query, token, authorization }) =>
        [
          asked,
          ...['dc', 'ns', 'partition'].map((name) => query.get(name) ?? '-'),
          token,
          authorization,
        ].join(' '),
      ),
  );
}
