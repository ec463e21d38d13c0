import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConsulLockClient } from '../../src/backends/consul/consulLockClient';
import type { LockError } from '../../src/core/lockError';
import { locksOf, ownLocksOf } from '../../src/core/lockStatus';
import { hostOf, noSignal } from '../support/awsBlocks';
import { ConsulAgent, hasConsul, noConsul } from '../support/consulAgent';
import { consulStateOf } from '../support/consulPeople';
import { only } from '../support/fakes';
import { freePort } from '../support/freePort';
import { skipTest } from '../support/mochaRun';
import { createTempFolder } from '../support/tempFolder';
import { findTerraform } from '../support/terraform';
import { testCertificate } from '../support/testCertificate';
import { TestEditor } from '../support/testEditor';
import { consulModule } from './consulModule';

type Words = Readonly<Record<string, string>>;

const options = { userStarted: true, timeoutMs: 5000 };
/** `@WORD@` stands for what is known only when the agent runs. */
const certificates: Words = { cert_file: '@CERT@', key_file: '@KEY@' };
const certificatesOfEnvironment: Words = {
  CONSUL_CLIENT_CERT: '@CERT@',
  CONSUL_CLIENT_KEY: '@KEY@',
};

/** Ways to a Consul with access rules, certificates and a socket. Attributes, environment. */
const ways: readonly (readonly [string, Words, Words?])[] = [
  ['a token', { address: '@HTTP@', access_token: '@TOKEN@' }],
  ['a token of the environment', { address: '@HTTP@' }, { CONSUL_HTTP_TOKEN: '@TOKEN@' }],
  [
    'a token file, which is stronger than the block',
    { address: '@HTTP@', access_token: 'wrong' },
    { CONSUL_HTTP_TOKEN_FILE: '@TOKENFILE@' },
  ],
  ['a socket', { address: 'unix://@SOCKET@', access_token: '@TOKEN@' }],
  [
    'TLS with certificates of the block',
    {
      address: '@HTTPS@',
      scheme: 'https',
      ca_file: '@CERT@',
      access_token: '@TOKEN@',
      ...certificates,
    },
  ],
  [
    'TLS with certificates of the environment',
    { access_token: '@TOKEN@' },
    {
      CONSUL_HTTP_ADDR: '@HTTPS@',
      CONSUL_HTTP_SSL: 'true',
      CONSUL_CACERT: '@CERT@',
      ...certificatesOfEnvironment,
    },
  ],
  [
    'TLS with a folder of authorities and another name',
    { address: '@HTTPS@', scheme: 'https', access_token: '@TOKEN@' },
    {
      CONSUL_CAPATH: '@CERTS@',
      CONSUL_TLS_SERVER_NAME: 'dynamodb.test',
      ...certificatesOfEnvironment,
    },
  ],
  [
    'TLS that is not verified',
    { address: '@HTTPS@', scheme: 'https', access_token: '@TOKEN@' },
    { CONSUL_HTTP_SSL_VERIFY: 'false', ...certificatesOfEnvironment },
  ],
];

/** Ways that do not lead there, and what is said. */
const wrongWays: readonly (readonly [string, Words, Words, LockError['reason'], RegExp?])[] = [
  ['an unknown token', { address: '@HTTP@', access_token: '@UNKNOWN@' }, {}, 'badCredentials'],
  ['no token', { address: '@HTTP@' }, {}, 'denied'],
  [
    'a token file that is not there',
    { address: '@HTTP@' },
    { CONSUL_HTTP_TOKEN_FILE: '@CERTS@/none' },
    'signedOut',
  ],
  ['a socket that is not there', { address: 'unix://@CERTS@/none.sock' }, {}, 'network'],
  [
    'no certificate of its own',
    { address: '@HTTPS@', scheme: 'https', ca_file: '@CERT@', access_token: '@TOKEN@' },
    {},
    'network',
  ],
  [
    'an authority that nobody knows',
    { address: '@HTTPS@', scheme: 'https', access_token: '@TOKEN@', ...certificates },
    {},
    'network',
    /ca_file/,
  ],
  [
    'another name',
    {
      address: '@HTTPS@',
      scheme: 'https',
      ca_file: '@CERT@',
      access_token: '@TOKEN@',
      ...certificates,
    },
    { CONSUL_TLS_SERVER_NAME: 'elsewhere.test' },
    'network',
  ],
  [
    'a certificate that is not there',
    { address: '@HTTPS@', scheme: 'https', ca_file: '@CERTS@/none', access_token: '@TOKEN@' },
    {},
    'network',
    /none/,
  ],
  [
    'a folder of authorities that is not there',
    { address: '@HTTPS@', scheme: 'https', access_token: '@TOKEN@' },
    { CONSUL_CAPATH: '@CERTS@/none' },
    'network',
    /none/,
  ],
];

describe('A real Consul with access rules, TLS and a socket', function () {
  this.timeout(120_000);
  const temp = createTempFolder('consul-access');
  const known = new Map<string, string>();
  let server: ConsulAgent;
  let root: string;

  const file = (name: string, text: string): string => {
    const target = path.join(temp.path, name);
    writeFileSync(target, text, { mode: 0o600 });
    return target;
  };

  before(async function () {
    if (!hasConsul()) return skipTest(this, noConsul);
    const folder = createTempFolder('consul-certs');
    writeFileSync(path.join(folder.path, 'authority.pem'), testCertificate.cert);
    const [cert, key] = [
      file('cert.pem', testCertificate.cert),
      file('key.pem', testCertificate.key),
    ];
    const [socket, port] = [path.join(temp.path, 'consul.sock'), await freePort()];
    server = await ConsulAgent.start(
      'acl { enabled = true, default_policy = "deny" }',
      `addresses { http = "127.0.0.1 unix://${socket}" }`,
      `ports { https = ${String(port)} }`,
      `ca_file = "${cert}", cert_file = "${cert}", key_file = "${key}", verify_incoming_https = true`,
    );
    root = await server.bootstrap();
    const rules = 'key_prefix "tf/" { policy = "write" } session_prefix "" { policy = "write" }';
    const token = await server.newToken(root, 'states', rules);
    for (const [word, value] of Object.entries({
      HTTP: server.address,
      HTTPS: `127.0.0.1:${String(port)}`,
      SOCKET: socket,
      TOKEN: token,
      UNKNOWN: '11111111-2222-3333-4444-555555555555',
      TOKENFILE: file('token', `${token}\n`),
      CERT: cert,
      KEY: key,
      CERTS: folder.path,
    })) {
      known.set(`@${word}@`, value);
    }
  });
  after(async () => {
    await (server as ConsulAgent | undefined)?.stop();
    temp.remove();
  });

  const filled = (words: Words): Record<string, string> =>
    Object.fromEntries(
      Object.entries(words).map(([name, text]) => [
        name,
        [...known].reduce((all, [word, value]) => all.replace(word, value), text),
      ]),
    );

  let modules = 0;
  for (const [what, attributes, environment = {}] of ways) {
    it(`is reached by terraform and the extension alike: ${what}`, async function () {
      const terraform = findTerraform();
      if (terraform === undefined) return skipTest(this, 'there is no terraform on PATH');
      const name = `m${String(++modules)}`;
      const all = { path: `tf/${name}`, ...filled(attributes) };
      const env = filled(environment);
      const module = await consulModule(terraform, path.join(temp.path, name), all, env);
      const state = consulStateOf(all, 'default', env);
      const editor = new TestEditor('alice', [state]);
      const apply = await module.holdLock();
      const held = await editor.status(state);
      assert.equal(held.kind, 'held', JSON.stringify(held));
      assert.equal(only(locksOf(held)).record.liveness?.kind, 'alive');
      assert.equal((await apply.go()).exitCode, 0);
      const taken = await editor.service.acquire(state, 'by this way', noSignal);
      assert.equal(taken.kind, 'done', JSON.stringify(taken));
      const plan = await module.run('plan', '-no-color', '-lock-timeout=0s');
      assert.match(plan.output, /Info:\s+by this way/);
      const own = ownLocksOf(await editor.status(state));
      assert.equal((await editor.service.release(state, own, noSignal)).kind, 'done');
    });
  }

  for (const [what, attributes, environment, reason, words] of wrongWays) {
    it(`is unknown, never free, with ${what}`, async () => {
      const all = { path: 'tf/wrong', ...filled(attributes) };
      const { places } = consulStateOf(all, 'default', filled(environment));
      const [reading] = await new ConsulLockClient(hostOf()).readMany(places, options, noSignal);
      assert.ok(reading?.ok === false, JSON.stringify(reading));
      assert.equal(reading.error.reason, reason, JSON.stringify(reading.error));
      const told = JSON.stringify(reading.error);
      if (words !== undefined) assert.match(told, words);
      for (const secret of ['@TOKEN@', '@UNKNOWN@']) {
        assert.ok(!told.includes(known.get(secret) ?? secret), 'a token is told');
      }
    });
  }

  it('says which rule is missing where a token may read only, or may not make a session', async () => {
    const cases = [
      [
        'reader',
        'key_prefix "tf/" { policy = "read" } session_prefix "" { policy = "write" }',
        'key:write',
      ],
      ['no-session', 'key_prefix "tf/" { policy = "write" }', 'session:write'],
    ] as const;
    for (const [name, rules, action] of cases) {
      const token = await server.newToken(root, name, rules);
      const attributes = { path: 'tf/rules', address: server.address, access_token: token };
      const state = consulStateOf(attributes);
      const editor = new TestEditor('alice', [state]);
      assert.equal((await editor.status(state)).kind, 'free');
      const result = await editor.service.acquire(state, 'because', noSignal);
      assert.ok(result.kind === 'failed', JSON.stringify(result));
      assert.deepEqual([result.error.reason, result.error.action], ['denied', action]);
      assert.equal((await editor.status(state)).kind, 'free');
    }
  });
});
