import assert from 'node:assert/strict';
import path from 'node:path';
import { LocalGateway } from '../../src/backends/localGateway';
import { backends } from '../../src/backends/registry';
import { readWorkspace } from '../../src/backends/workspace';
import { blockOf, hostOf, noSignal } from '../support/awsBlocks';
import { ConsulDouble, type ConsulLogged } from '../support/consulDouble';
import { skipTest } from '../support/mochaRun';
import { createTempFolder } from '../support/tempFolder';
import { findTerraform } from '../support/terraform';
import { consulModule } from './consulModule';

type Values = Readonly<Record<string, string | boolean>>;
type Environment = Readonly<Record<string, string>>;

describe('The configuration of Consul, with a real terraform', function () {
  this.timeout(120_000);
  const temp = createTempFolder('consul');
  let double: ConsulDouble;
  let terraform: string;
  let modules = 0;

  before(async function () {
    const found = findTerraform();
    if (found === undefined) return skipTest(this, 'there is no terraform on PATH');
    terraform = found;
    double = await ConsulDouble.start();
  });
  after(async () => {
    await (double as ConsulDouble | undefined)?.stop();
    temp.remove();
  });

  const moduleOf = (attributes: Values, environment: Environment = {}) =>
    consulModule(terraform, path.join(temp.path, `m${String(++modules)}`), attributes, environment);

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
