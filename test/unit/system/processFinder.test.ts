import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findOnPath } from '../../../scripts/bootstrap.mjs';
import type { ProcessSearch } from '../../../src/core/processSearch';
import { listLinuxProcesses } from '../../../src/system/linuxProcesses';
import { lsofDirectories, macToolPids, windowsToolPids } from '../../../src/system/otherProcesses';
import { SystemProcessFinder } from '../../../src/system/processFinder';
import { skipTest } from '../../support/mochaRun';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

describe('processes of this machine', () => {
  let temp: TempFolder;
  const running: ChildProcess[] = [];

  beforeEach(() => (temp = createTempFolder('processes')));
  afterEach(async () => {
    for (const child of running.splice(0)) {
      const ended = once(child, 'exit');
      if (child.kill('SIGKILL')) await ended;
    }
    temp.remove();
  });

  const folder = (name: string): string => {
    const made = path.join(temp.path, name);
    mkdirSync(made, { recursive: true });
    return made;
  };

  /** A process that is called as a real tool is. */
  async function run(name: string, cwd: string): Promise<number> {
    const sleep = findOnPath('sleep') ?? '';
    const program = path.join(folder('bin'), name);
    copyFileSync(sleep, program);
    chmodSync(program, 0o755);
    const child = spawn(program, ['60'], { cwd, stdio: 'ignore' });
    running.push(child);
    await once(child, 'spawn');
    return child.pid ?? 0;
  }

  const search = async (
    ...directories: string[]
  ): Promise<Extract<ProcessSearch, { kind: 'searched' }>> => {
    const result = await new SystemProcessFinder(() => 5).search(directories);
    assert.ok(result.kind === 'searched');
    assert.equal(result.at, 5);
    return result;
  };

  it('are found where they work: in the module, below it, and by another way to it', async function () {
    if (process.platform !== 'linux') return skipTest(this, 'only Linux has /proc');
    const module = folder('module');
    const inIt = await run('terraform', module);
    const below = await run('tofu', folder('module/.terragrunt-cache/x'));
    const link = path.join(temp.path, 'link');
    symlinkSync(module, link);
    for (const directory of [module, link, `${module}/`]) {
      const { here } = await search(directory);
      assert.deepEqual([...here].sort(), [inIt, below].sort(), directory);
    }
  });

  it('are elsewhere in any other folder, though its name begins alike', async function () {
    if (process.platform !== 'linux') return skipTest(this, 'only Linux has /proc');
    const before = await search(folder('module'));
    await run('terraform', folder('module-2'));
    const { here, elsewhere } = await search(folder('module'));
    assert.deepEqual([here, elsewhere], [[], before.elsewhere + 1]);
  });

  it('are those of the tools alone, and of those that live', async function () {
    if (process.platform !== 'linux') return skipTest(this, 'only Linux has /proc');
    const module = folder('module');
    await run('terraform-ls', module);
    await run('terraform-provider-aws', module);
    assert.deepEqual((await search(module)).here, []);
    const pid = await run('terragrunt', module);
    assert.deepEqual((await search(module)).here, [pid]);
    const ended = once(running.at(-1) ?? assert.fail(), 'exit');
    process.kill(pid, 'SIGKILL');
    await ended;
    assert.deepEqual((await search(module)).here, []);
  });

  it('are known to be incomplete where not all of them can be seen', async function () {
    if (process.platform !== 'linux') return skipTest(this, 'only Linux has /proc');
    const proc = folder('proc');
    // A process of somebody else: its name can be read, its directory cannot.
    mkdirSync(path.join(proc, '17'));
    writeFileSync(path.join(proc, '17', 'comm'), 'terraform\n');
    writeFileSync(path.join(proc, '17', 'stat'), '17 (terra) form) S 1 1');
    mkdirSync(path.join(proc, '18'));
    writeFileSync(path.join(proc, '18', 'comm'), 'terraform\n');
    writeFileSync(path.join(proc, '18', 'stat'), '18 (terraform) Z 1 1');
    mkdirSync(path.join(proc, 'self', 'ns'), { recursive: true });
    symlinkSync('pid:[4026531836]', path.join(proc, 'self', 'ns', 'pid'));
    const hidden = await listLinuxProcesses(proc);
    assert.deepEqual(hidden, { list: [{ pid: 17, directory: undefined }] });
    const found = await new SystemProcessFinder(
      () => 1,
      () => Promise.resolve(hidden),
    ).search([]);
    assert.ok(found.kind === 'searched' && found.incomplete === 'permissions');
    const contained = await listLinuxProcesses(folder('empty'));
    assert.deepEqual(contained, { list: [], incomplete: 'namespace' });
  });

  it('that cannot be listed are no proof of anything', async () => {
    const finder = new SystemProcessFinder(
      () => 1,
      () => Promise.reject(new Error('not allowed')),
    );
    assert.deepEqual(await finder.search(['/m']), { kind: 'failed', at: 1, detail: 'not allowed' });
  });

  it('are read from what macOS and Windows print', () => {
    const ps = '    1 /sbin/launchd\n  501 /opt/homebrew/bin/terraform\n 502 terraform-ls\n';
    assert.deepEqual(macToolPids(ps), [501]);
    assert.deepEqual(
      [...lsofDirectories('p501\nfcwd\nn/Users/alice/network\np777\nfcwd\nn/\n')],
      [
        [501, '/Users/alice/network'],
        [777, '/'],
      ],
    );
    const csv =
      '"System","4","Services","0","144 K"\r\n"terraform.exe","4711","Console","1","9 K"\r\n';
    assert.deepEqual(windowsToolPids(csv), [4711]);
  });
});
