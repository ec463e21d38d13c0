import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const actions = new Set<() => void>();
let isListening = false;

/**
 * Runs `action` when this process ends, also by Ctrl-C or SIGTERM, unless taken back before.
 * The action must be synchronous: nothing else runs once a process exits.
 * @returns takes the action back.
 */
export function onProcessEnd(action: () => void): () => void {
  listen();
  actions.add(action);
  return () => actions.delete(action);
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  process.on('exit', () => {
    for (const action of actions) action();
  });
  const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(exitCodes[signal]));
  }
}

/** Signals a process and waits until it has ended; nothing where it has already. */
export async function endProcess(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
