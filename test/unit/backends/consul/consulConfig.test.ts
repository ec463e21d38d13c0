import assert from 'node:assert/strict';
import type { Environment } from '../../../../src/backends/backend';
import { consulState } from '../../../../src/backends/consul/consulBackend';
import { readConsulConfig } from '../../../../src/backends/consul/consulConfig';
import { consulPermissions } from '../../../../src/backends/consul/consulPermissions';
import { consulProblems } from '../../../../src/backends/consul/consulProblems';
import { blockOf, Expression, type Attributes } from '../../../support/awsBlocks';

const blockWith = (attributes: Attributes) => blockOf(attributes, 'current', 'consul');

function configOf(attributes: Attributes, environment: Environment = {}) {
  const result = readConsulConfig(blockWith({ path: 'tf/app', ...attributes }), environment);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

const secret = 'very-secret-token';

describe('the configuration of a Consul backend', () => {
  it('is that of an agent on this machine where nothing is said', () => {
    const { access, lock } = configOf({});
    assert.deepEqual([access.scheme, access.host, lock], ['http', '127.0.0.1:8500', true]);
    assert.equal(access.tokenSource, 'none');
  });

  it('takes the attribute before the environment, but the token file before both', () => {
    const environment = {
      CONSUL_HTTP_ADDR: 'other:1',
      CONSUL_HTTP_TOKEN: 'of the environment',
      CONSUL_HTTP_SSL: 'true',
      CONSUL_NAMESPACE: 'team',
      CONSUL_PARTITION: 'part',
    };
    const own = { address: 'here:2', scheme: 'http', access_token: secret };
    const { access } = configOf(own, environment);
    assert.deepEqual([access.host, access.scheme, access.token], ['here:2', 'http', secret]);
    assert.deepEqual([access.namespace, access.partition], ['team', 'part']);
    const fromEnvironment = configOf({}, environment).access;
    assert.deepEqual([fromEnvironment.host, fromEnvironment.scheme], ['other:1', 'https']);
    assert.equal(fromEnvironment.tokenSource, 'CONSUL_HTTP_TOKEN');
    const file = { ...environment, CONSUL_HTTP_TOKEN_FILE: '/run/token' };
    assert.equal(configOf(own, file).access.tokenSource, 'CONSUL_HTTP_TOKEN_FILE');
  });

  for (const [address, expected] of [
    ['https://consul:443', { scheme: 'https', host: 'consul:443' }],
    ['http://consul', { scheme: 'http', host: 'consul' }],
    ['unix:///run/consul.sock', { socket: '/run/consul.sock' }],
  ] as const) {
    it(`understands the address ${address}`, () => {
      const { access } = configOf({ address });
      assert.deepEqual({ ...access, ...expected }, access);
    });
  }

  for (const [what, attributes, detail] of [
    ['a path in the address', { address: 'consul:8500/prefix' }, /more than host and port/],
    ['another kind of address', { address: 'ftp://consul' }, /neither http/],
    ['another scheme', { scheme: 'gopher' }, /neither http nor https/],
    ['a "%" in the path', { path: 'a%2Fb' }, /"%"/],
    ['no path', { path: null }, /path is not in the block/],
    ['an expression', { path: new Expression('var.path') }, /var\.path|path/],
  ] as const) {
    it(`is unknown, with the reason, where there is ${what}`, () => {
      const result = readConsulConfig(blockWith({ path: 'tf/app', ...attributes }), {});
      assert.ok(!result.ok);
      assert.match(result.detail, detail);
    });
  }

  for (const [path, workspace, lockKey] of [
    ['tf/app', 'default', 'tf/app/.lock'],
    ['tf/app/', 'default', 'tf/app/.lock'],
    ['tf/app', 'prod', 'tf/app-env:prod/.lock'],
    ['tf/app/', 'prod', 'tf/app/-env:prod/.lock'],
  ] as const) {
    it(`puts the lock of ${path} in the workspace ${workspace} where terraform does`, () => {
      const [place] = consulState(configOf({ path }), workspace).places;
      assert.deepEqual(place?.facts, [{ label: 'Lock key', value: lockKey }]);
    });
  }

  it('has no lock place with lock = false', () => {
    assert.deepEqual(consulState(configOf({ lock: false }), 'default').places, []);
  });

  it('shows no secret in anything but what the client needs', () => {
    const state = consulState(configOf({ access_token: secret, http_auth: `me:${secret}` }), 'x');
    const { places, ...rest } = state;
    const shown = JSON.stringify([rest, places.map((place) => ({ ...place, config: undefined }))]);
    assert.ok(!shown.includes(secret), shown);
    const other = consulState(configOf({ access_token: 'another' }), 'x');
    assert.notEqual(other.id, state.id);
  });
});

describe('what a Consul backend block says against itself', () => {
  const codesOf = (attributes: Attributes): readonly string[] =>
    consulProblems(blockWith(attributes)).map(({ code }) => code);

  for (const [attributes, codes] of [
    [{ path: 'tf/app' }, []],
    [{ path: 'tf/app', lock: false }, ['no-locking']],
    [{}, ['missing-path']],
    [{ path: '' }, ['invalid-path']],
    [{ path: '/tf' }, ['invalid-path']],
    [{ path: 'tf/' }, ['trailing-slash']],
    [{ path: 'a', adress: 'b' }, ['unknown-attribute']],
    [{ path: 'a', address: 'http://b', scheme: 'https' }, ['conflicting-attributes']],
    [{ path: 'a', cert_file: 'c' }, ['conflicting-attributes']],
    [{ path: new Expression('var.p') }, ['expression']],
  ] as const) {
    it(`is ${codes.join(', ') || 'nothing'} for ${JSON.stringify(attributes)}`, () => {
      assert.deepEqual(codesOf(attributes), codes);
    });
  }

  it('offers the attribute that was meant', () => {
    const [problem] = consulProblems(blockWith({ path: 'a', adress: 'b' }));
    assert.match(problem?.message ?? '', /did you mean address\?/);
    assert.equal(problem?.fixes[0]?.title, 'Rename to address');
  });

  it('never quotes a secret', () => {
    const attributes = { path: 'a', access_token: new Expression(secret) };
    assert.ok(!JSON.stringify(consulProblems(blockWith(attributes))).includes(secret));
  });
});

describe('the access rules that Consul locks need', () => {
  const { levels } = consulPermissions({ ok: true, config: configOf({}) });

  it('are HCL in three levels, for exactly the two keys of the lock', () => {
    assert.deepEqual(
      levels.map(({ level, language }) => [level, language]),
      [
        ['watch', 'hcl'],
        ['acquireAndRelease', 'hcl'],
        ['forceUnlock', 'hcl'],
      ],
    );
    for (const { policy } of levels) {
      assert.match(policy, /key "tf\/app\/\.lock" \{/);
      assert.match(policy, /key "tf\/app\/\.lockinfo" \{/);
    }
    assert.ok(!levels[0]?.policy.includes('"write"'));
    assert.match(levels[1]?.policy ?? '', /session_prefix "" \{\n {2}policy = "write"/);
    assert.match(levels[2]?.policy ?? '', /session_prefix "" \{\n {2}policy = "read"/);
  });

  it('quote what a path says', () => {
    const path = 'a"b\\c';
    const [first] = consulPermissions({ ok: true, config: configOf({ path }) }).levels;
    assert.ok(first?.policy.includes('key "a\\"b\\\\c/.lock"'), first?.policy);
  });
});
