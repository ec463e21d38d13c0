import type { Disposable } from './lifecycle';

/** Time, as the core sees it. Tests replace it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, after `delayMs`; disposing the result cancels it. */
  after(delayMs: number, task: () => void): Disposable;
}

/** Random numbers in `[0, 1)`, for jitter. */
export type Random = () => number;

/** Where the extension writes what it did. Never given secrets or whole lock records. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
