import type { LockError } from './lockError';
import type { LockPlace } from './lockPlace';

const maxPlaces = 500;

/** What was refused to us lately, by place, so that a person can be told which permissions are missing. */
export class DeniedMemory {
  private readonly byPlace = new Map<string, Map<string, LockError>>();

  /** Notes an error; only `denied` ones are kept, one for each action. */
  note(places: readonly LockPlace[], error: LockError): void {
    if (error.reason !== 'denied') {
      return;
    }
    for (const place of places) {
      const known = this.byPlace.get(place.id) ?? new Map<string, LockError>();
      known.set(error.action ?? '', error);
      this.byPlace.delete(place.id);
      this.byPlace.set(place.id, known);
    }
    for (const id of [...this.byPlace.keys()].slice(0, -maxPlaces)) {
      this.byPlace.delete(id);
    }
  }

  /** Notes what came of an action. */
  noteResult(
    places: readonly LockPlace[],
    result: { readonly kind: string; readonly error?: LockError },
  ): void {
    if (result.error !== undefined) {
      this.note(places, result.error);
    }
  }

  of(places: readonly LockPlace[]): readonly LockError[] {
    return places.flatMap((place) => [...(this.byPlace.get(place.id)?.values() ?? [])]);
  }
}
