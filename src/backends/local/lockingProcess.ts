import { readFile } from 'node:fs/promises';
import type { Liveness } from '../../core/liveness';

/**
 * What is known of the process that holds a kernel lock: that it lives, for its locks end with it. Only its
 * name is told: the rest of its command line may hold secrets (`-var`).
 */
export async function livenessOf(pid: number): Promise<Liveness> {
  if (pid === 0) {
    return {
      kind: 'alive',
      by: 'process',
      facts: [{ label: 'Process', value: 'in another container, or on another machine' }],
    };
  }
  const name = await readText(`/proc/${String(pid)}/comm`);
  return {
    kind: 'alive',
    by: `process ${String(pid)}`,
    facts: [
      { label: 'Process', value: String(pid) },
      ...(name === undefined ? [] : [{ label: 'Command', value: name.trimEnd() }]),
    ],
  };
}

/** Clock ticks of a second in `/proc`, on every system that Node.js runs on. */
const ticksPerSecond = 100;

/** When a process was started, in ms since the epoch; undefined where it cannot be told. */
export async function startOf(pid: number): Promise<number | undefined> {
  const [uptime, line] = await Promise.all([
    readText('/proc/uptime'),
    readText(`/proc/${String(pid)}/stat`),
  ]);
  // The command's name is in parentheses and may hold any character; 20 fields after it is the start.
  const ticks = Number(line?.slice(line.lastIndexOf(')') + 2).split(' ')[19]);
  const bootedAt = Date.now() - Number(uptime?.split(' ')[0]) * 1000;
  const startedAt = bootedAt + (ticks / ticksPerSecond) * 1000;
  return Number.isFinite(startedAt) ? startedAt : undefined;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    // The process has ended, or belongs to somebody who hides it, or there is no /proc.
    return undefined;
  }
}
