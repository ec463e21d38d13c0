// Consul for tests. Debian has it in an older release only, so its program is taken out of that release's
// package and put under `.vscode-test/`: nothing is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findOnPath } from './bootstrap.mjs';

const version = '1.8.7';
const packages = {
  x64: {
    file: 'consul_1.8.7+dfsg1-2+b3_amd64.deb',
    sha256: 'e4e888bba104daba1d9161f49bfc52649a7e4efd45b1a7ead5bc54f2cb9c89d9',
  },
  arm64: {
    file: 'consul_1.8.7+dfsg1-2+b3_arm64.deb',
    sha256: '7318cfa77a7ba6f71dd096e44353279de246ffc6561216ace42353685dcf8255',
  },
};
const helper = '/usr/lib/apt/apt-helper';

/** The program of Consul: the one on PATH, else the one that was taken out of Debian's package. */
export function findConsul(root) {
  const taken = programAt(root);
  return findOnPath('consul') ?? (existsSync(taken) ? taken : undefined);
}

/** Fetches Consul where there is none. Where that fails, tests run at a double, or skip themselves by name. */
export function ensureConsul(root) {
  const wanted = packages[process.arch];
  if (findConsul(root) !== undefined || process.platform !== 'linux' || wanted === undefined)
    return;
  const mirror = existsSync(helper) ? debianMirror() : undefined;
  if (mirror === undefined || findOnPath('dpkg-deb') === undefined) return;
  console.log(`Fetching Consul ${version} from Debian's packages ...`);
  const target = path.dirname(programAt(root));
  const partial = `${target}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  try {
    const archive = path.join(partial, 'consul.deb');
    const address = `${mirror}/pool/main/c/consul/${encodeURIComponent(wanted.file)}`;
    // apt's own helper: knows the proxy, checks the sum.
    run(helper, ['download-file', address, archive, `SHA256:${wanted.sha256}`]);
    run('dpkg-deb', ['-x', archive, partial]);
    mkdirSync(target, { recursive: true });
    renameSync(path.join(partial, 'usr', 'bin', 'consul'), programAt(root));
  } catch (error) {
    console.error(error.message);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function programAt(root) {
  return path.join(root, '.vscode-test', `consul-${version}`, 'consul');
}

/** Where apt gets Debian's packages from, without a slash at the end. */
function debianMirror() {
  const format = ['--format', '$(REPO_URI)'];
  const targets = spawnSync('apt-get', ['indextargets', ...format], { encoding: 'utf8' });
  const addresses = (targets.stdout ?? '').split('\n').map((line) => line.replace(/\/+$/, ''));
  return addresses.find((address) => address.endsWith('/debian'));
}

function run(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  if (result.status !== 0) {
    throw new Error(
      `${path.basename(program)} failed: Consul could not be had from Debian's packages`,
    );
  }
}
