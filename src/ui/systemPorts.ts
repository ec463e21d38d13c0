import os from 'node:os';
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

/** `user@host` as Terraform writes it (`user.Current().Username` and the host name); halves may be empty. */
export function whoAmI(): string {
  let user = '';
  try {
    user = os.userInfo().username;
  } catch {
    // A uid that has no entry in the user database, as in some containers.
    user = process.env['USER'] ?? '';
  }
  return `${user}@${os.hostname()}`;
}

/** Lets whatever else waits for this thread run first. */
export function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
