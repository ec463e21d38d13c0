import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import path from 'node:path';
import { isStateTool } from '../core/processSearch';
import type { ToolProcess, ToolProcesses } from './processFinder';

const run = promisify(execFile);
const options = { timeout: 10_000, maxBuffer: 16 * 1024 * 1024, windowsHide: true } as const;

// What is found on these platforms counts; what is not found is not known: other users' processes, and on
// Windows every working directory, stay hidden.

/** `ps` for the names, `lsof` for the working directories. */
export async function listMacProcesses(): Promise<ToolProcesses> {
  const { stdout } = await run('/bin/ps', ['-axo', 'pid=,comm='], options);
  const pids = macToolPids(stdout);
  if (pids.length === 0) {
    return { list: [], incomplete: 'platform' };
  }
  const args = ['-a', '-d', 'cwd', '-Fpn', '-p', pids.join(',')];
  // It also fails where one of the processes has ended meanwhile; what it printed is still true.
  const listed = await run('/usr/sbin/lsof', args, options).catch((error: unknown) => ({
    stdout: (error as { readonly stdout?: string }).stdout ?? '',
  }));
  const directories = lsofDirectories(listed.stdout);
  const list = pids.map((pid): ToolProcess => ({ pid, directory: directories.get(pid) }));
  return { list, incomplete: 'platform' };
}

export function macToolPids(ps: string): readonly number[] {
  return ps.split('\n').flatMap((line) => {
    const [, pid = '', command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return isStateTool(path.posix.basename(command)) ? [Number(pid)] : [];
  });
}

/** `p<pid>` begins a process, `n<name>` is its directory. */
export function lsofDirectories(lsof: string): ReadonlyMap<number, string> {
  const directories = new Map<number, string>();
  let pid: number | undefined;
  for (const line of lsof.split('\n')) {
    if (line.startsWith('p')) {
      pid = Number(line.slice(1));
    } else if (line.startsWith('n') && pid !== undefined) {
      directories.set(pid, line.slice(1));
    }
  }
  return directories;
}

/** Windows tells no working directory of another process, so only that there is one. */
export async function listWindowsProcesses(): Promise<ToolProcesses> {
  const { stdout } = await run('tasklist.exe', ['/FO', 'CSV', '/NH'], options);
  const list = windowsToolPids(stdout).map((pid): ToolProcess => ({ pid, directory: undefined }));
  return { list, incomplete: 'platform' };
}

export function windowsToolPids(csv: string): readonly number[] {
  return csv.split('\n').flatMap((line) => {
    const [, name = '', pid = ''] = /^"([^"]*)","(\d+)"/.exec(line) ?? [];
    return isStateTool(name) ? [Number(pid)] : [];
  });
}
