import type { LockError } from './lockError';
import type { HeldLock, LockPlace, LockReading } from './lockPlace';

/** What a read of every place right after an action found. `free` only where each of them was read. */
export type Verification =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly holder: HeldLock }
  | { readonly kind: 'unknown'; readonly error: LockError };

export function verificationOf(
  places: readonly LockPlace[],
  readings: readonly LockReading[],
): Verification {
  for (const [index, place] of places.entries()) {
    const reading = readings[index];
    if (reading?.ok && reading.record !== undefined) {
      return { kind: 'held', holder: { place, record: reading.record } };
    }
  }
  for (const index of places.keys()) {
    const reading = readings[index];
    if (reading?.ok !== true) {
      return { kind: 'unknown', error: reading?.error ?? { reason: 'notReady' } };
    }
  }
  return { kind: 'free' };
}
