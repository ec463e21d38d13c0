import type { LockPlace } from './lockPlace';

/** Places by what can be read together, in their order. */
export function groupByBatch(
  places: readonly LockPlace[],
): ReadonlyMap<string, readonly [LockPlace, ...LockPlace[]]> {
  const batches = new Map<string, [LockPlace, ...LockPlace[]]>();
  for (const place of places) {
    const batch = batches.get(place.batchKey);
    if (batch === undefined) {
      batches.set(place.batchKey, [place]);
    } else {
      batch.push(place);
    }
  }
  return batches;
}
