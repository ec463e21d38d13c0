import { setMaxListeners } from 'node:events';

/**
 * Runs `task` when the signal is aborted, but not if it was before. One read of many locks is many requests under
 * one signal: so many listeners are no leak, and nobody is to be warned of one.
 * @returns stops listening
 */
export function onAbort(signal: AbortSignal, task: () => void): () => void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', task, { once: true });
  return () => {
    signal.removeEventListener('abort', task);
  };
}
