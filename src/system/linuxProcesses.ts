import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { firstProcessNamespace, isStateTool } from '../core/processSearch';
import type { ToolProcess, ToolProcesses } from './processFinder';

/** Entries of `/proc` that are looked at together. */
const portion = 64;

/** Reads `/proc`. A name can be read of every process, a working directory only of one's own. */
export async function listLinuxProcesses(proc = '/proc'): Promise<ToolProcesses> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const list: ToolProcess[] = [];
  for (let start = 0; start < pids.length; start += portion) {
    const found = await Promise.all(
      pids.slice(start, start + portion).map((pid) => toolProcess(proc, pid)),
    );
    list.push(...found.filter((one) => one !== undefined));
  }
  const namespace = await readlink(path.join(proc, 'self', 'ns', 'pid')).catch(() => '');
  return {
    list,
    ...(namespace === firstProcessNamespace ? {} : { incomplete: 'namespace' as const }),
  };
}

async function toolProcess(proc: string, pid: string): Promise<ToolProcess | undefined> {
  const folder = path.join(proc, pid);
  if (!(await namesOf(folder)).some(isStateTool)) {
    return undefined;
  }
  const cwd = await readlink(path.join(folder, 'cwd')).catch(() => undefined);
  if (cwd === undefined && (await stateOf(folder)) !== 'running') {
    return undefined;
  }
  // The kernel marks a directory that was deleted under its process.
  return { pid: Number(pid), directory: cwd?.replace(/ \(deleted\)$/, '') };
}

/** What the process is called: by itself, by its program's file, and by its command line. */
async function namesOf(folder: string): Promise<readonly string[]> {
  const [comm, exe, cmdline] = await Promise.all([
    readFile(path.join(folder, 'comm'), 'utf8').catch(() => ''),
    readlink(path.join(folder, 'exe')).catch(() => ''),
    readFile(path.join(folder, 'cmdline'), 'utf8').catch(() => ''),
  ]);
  const program = exe.replace(/ \(deleted\)$/, '');
  return [comm.trim(), path.basename(program), path.basename(cmdline.split('\0', 1)[0] ?? '')];
}

/** `ended`: gone since it was listed, or a zombie that only waits for its parent to notice. */
async function stateOf(folder: string): Promise<'running' | 'ended'> {
  const stat = await readFile(path.join(folder, 'stat'), 'utf8').catch(() => '');
  // The name in parentheses may hold anything, parentheses too.
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return state === '' || state === 'Z' || state === 'X' ? 'ended' : 'running';
}
