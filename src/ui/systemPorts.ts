import type { Clock } from '../core/ports';

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return {
      dispose: () => {
        clearTimeout(timer);
      },
    };
  },
};

/** Lets whatever else waits for this thread run first. */
export function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
