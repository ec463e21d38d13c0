import type { UsualHold } from './finding';
import type { SeenHolds } from './usualHolds';

/** Fewer holds than this say nothing of what is usual. */
const enoughHolds = 10;

/** However short an operation always was, nobody is late before this. */
const leastUsualMs = 5 * 60_000;

/** What is called usual for an operation on a state: what was seen of it, else what the settings say. */
export function usualAge(seen: SeenHolds | undefined, settingMs: number): UsualHold {
  return seen === undefined || seen.count < enoughHolds
    ? { ms: settingMs, from: 'setting' }
    : { ms: Math.max(leastUsualMs, seen.p95), from: 'history' };
}
