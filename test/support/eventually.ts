import { setTimeout as delay } from 'node:timers/promises';

/** How long and how often to try. */
export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Repeats `read` until `accept` is content with what it returns, and returns that. `read` may throw
 * meanwhile. Fails with the last value or error seen.
 */
export async function eventually<T>(
  what: string,
  read: () => T | Promise<T>,
  accept: (value: T) => boolean = Boolean,
  { timeoutMs = 15_000, intervalMs = 100 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last = 'nothing';
  do {
    try {
      const value = await read();
      if (accept(value)) return value;
      last = JSON.stringify(value);
    } catch (error) {
      last = String(error);
    }
    await delay(intervalMs);
  } while (Date.now() < deadline);
  throw new Error(`Waited ${String(timeoutMs / 1_000)} s for ${what}; last seen: ${last}`);
}
