import { groupByBatch } from '../core/batches';
import type { LockPlace, LockReading } from '../core/lockPlace';

export type Batch = readonly [LockPlace, ...LockPlace[]];

/**
 * Reads each batch by itself, all at once; `read` answers in the order of its batch, and this in that of
 * `places`. A place without an answer is never "free".
 */
export async function readByBatch(
  places: readonly LockPlace[],
  read: (batch: Batch) => Promise<readonly (LockReading | undefined)[]>,
): Promise<readonly LockReading[]> {
  const readings = new Map<string, LockReading | undefined>();
  await Promise.all(
    [...groupByBatch(places).values()].map(async (batch) => {
      const answers = await read(batch);
      batch.forEach((place, index) => readings.set(place.id, answers[index]));
    }),
  );
  return places.map((place) => readings.get(place.id) ?? unanswered(place));
}

function unanswered(place: LockPlace): LockReading {
  const error = {
    reason: 'internal',
    detail: 'no answer for this place',
    place: place.label,
  } as const;
  return { ok: false, at: Date.now(), error };
}
