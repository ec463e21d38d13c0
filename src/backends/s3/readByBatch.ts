import { groupByBatch } from '../../core/batches';
import type { LockPlace, LockReading } from '../../core/lockPlace';

/** Reads each batch with its own reader, all at once, and answers in the order of `places`. */
export async function readByBatch(
  places: readonly LockPlace[],
  read: (batch: readonly [LockPlace, ...LockPlace[]]) => Promise<ReadonlyMap<string, LockReading>>,
): Promise<readonly LockReading[]> {
  const answers = await Promise.all([...groupByBatch(places).values()].map(read));
  const readings = new Map(answers.flatMap((answer) => [...answer]));
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
