import type { LockReading } from './lockPlace';
import type { PlaceMemory } from './lockStatus';

/** What is remembered of a place after one more answer. */
export function remember(before: PlaceMemory | undefined, reading: LockReading): PlaceMemory {
  if (!reading.ok) {
    // What a watch confirmed was the reading before.
    return { ...before, reading, confirmedUntil: 0 };
  }
  if (reading.record === undefined) {
    const freeBefore = before?.lastGood !== undefined && before.lastGood.record === undefined;
    const freeSince = freeBefore ? before.freeSince : undefined;
    return { reading, lastGood: reading, freeSince: freeSince ?? reading.at };
  }
  const seenBefore =
    before?.lastGood?.record?.guard === reading.record.guard ? before.unchangedSince : undefined;
  return { reading, lastGood: reading, unchangedSince: seenBefore ?? reading.at };
}
