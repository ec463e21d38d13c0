import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { findConsul } from '../../scripts/consul.mjs';
import { ConsulAgent, noConsul, sessionAt } from '../support/consulAgent';
import { TerraformAtConsul } from '../support/consulPeople';
import { terraformTakes } from '../support/etcdPeople';
import { EtcdServer, findEtcd } from '../support/etcdServer';
import { skipTest } from '../support/mochaRun';
import { projectRoot } from '../support/projectRoot';

const run = promisify(execFile);

describe('the commands by hand of docs/force-unlock.md', function () {
  this.timeout(30_000);

  it('break the lock of a Consul session', async function () {
    const consul = findConsul(projectRoot);
    if (consul === undefined) return skipTest(this, noConsul);
    const server = await ConsulAgent.start();
    try {
      const { session } = await TerraformAtConsul.takes(server.address, 'tf/network');
      const [detailed, record, info, destroy] = commandsUnder('Consul');
      const shell = shellWith(
        { CONSUL_HTTP_ADDR: `http://${server.address}` },
        path.dirname(consul),
        { PATH: 'tf/network', SESSION: session },
      );
      assert.match(await shell(detailed), new RegExp(`Session +${session}`));
      assert.match(await shell(record), new RegExp(`"ID":"${session}"`));
      assert.match(await shell(info), new RegExp(session));
      assert.equal(await sessionAt(server.address, 'tf/network/.lock'), session);
      assert.equal((await shell(destroy)).trim(), 'true');
      assert.equal(await sessionAt(server.address, 'tf/network/.lock'), '');
      assert.equal((await shell(info)).trim(), '[]');
    } finally {
      await server.stop();
    }
  });

  it('break the lock of an etcd lease', async function () {
    if (!findEtcd()) return skipTest(this, 'there is no etcd on PATH');
    const server = await EtcdServer.start();
    try {
      const holder = await terraformTakes(server, 'tf/default', { ttlSeconds: 600 });
      const lease = holder.key.split('/').at(-1) ?? '';
      const [first, record, left, revoke] = commandsUnder('etcd');
      const shell = shellWith({ ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: server.endpoint }, undefined, {
        PREFIX: 'tf/',
        LEASE: lease,
      });
      assert.equal((await shell(first)).split('\n')[0], holder.key);
      assert.match(await shell(record), /"Who":"alice@build-07"/);
      assert.match(await shell(left), /remaining\(\d+s\)/);
      assert.match(await shell(revoke), /revoked/);
      assert.equal(await server.ctl('get', '--prefix', 'tf/default/'), '');
    } finally {
      await server.stop();
    }
  });
});

/** The lines of the first block of shell commands below a heading. */
function commandsUnder(heading: string): readonly (string | undefined)[] {
  const text = readFileSync(path.join(projectRoot, 'docs', 'force-unlock.md'), 'utf8');
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const [, block = ''] = /```sh\n([^]*?)```/.exec(section) ?? [];
  return block.split('\n').filter((line) => line !== '');
}

/** Runs a command with the words in capitals replaced by what they stand for. */
function shellWith(
  env: Readonly<Record<string, string>>,
  folder: string | undefined,
  words: Readonly<Record<string, string>>,
): (command: string | undefined) => Promise<string> {
  const PATH = [folder, process.env['PATH']].filter(Boolean).join(path.delimiter);
  return async (command = '') => {
    // Not in the name of a variable, nor in another word.
    const filled = Object.entries(words).reduce(
      (line, [word, value]) => line.replace(new RegExp(`(?<![A-Z_$])${word}(?![A-Z_])`), value),
      command,
    );
    assert.notEqual(filled, command, `nothing to fill in: ${command}`);
    const options = { env: { ...process.env, ...env, PATH } };
    return (await run('bash', ['-euo', 'pipefail', '-c', filled], options)).stdout;
  };
}
