import {
  failed,
  holderId,
  isUncertain,
  type ActionResult,
  type PlaceOutcome,
} from './actionResults';
import type { HeldLock, LockPlace } from './lockPlace';
import type { PlaceActions, PlaceResult } from './placeActions';
import type { StateRef } from './stateRef';

/** One write that puts a lock at a place. */
interface Take {
  readonly place: LockPlace;
  readonly run: () => Promise<PlaceResult>;
}

/** Takes place after place; where one refuses, gives back exactly what was taken before it. */
export async function takeAll(
  actions: PlaceActions,
  state: StateRef,
  lockId: string,
  takes: readonly Take[],
): Promise<{ readonly result: ActionResult; readonly mayBeOurs: boolean }> {
  const taken: HeldLock[] = [];
  for (const { place, run } of takes) {
    const result = await run();
    if (result.kind !== 'done' || result.record === undefined) {
      const left = await undoAll(actions, state, taken);
      const mayBeOurs = left.length > 0 || isUncertain(result);
      const places = [...left, { place, result }];
      return { result: left.length > 0 ? { kind: 'partial', places } : result, mayBeOurs };
    }
    taken.push({ place, record: result.record });
  }
  return { result: { kind: 'done', lockId }, mayBeOurs: true };
}

/** What is still taken, or may be, after everything was given back that could be. */
async function undoAll(
  actions: PlaceActions,
  state: StateRef,
  taken: readonly HeldLock[],
): Promise<PlaceOutcome[]> {
  const left: PlaceOutcome[] = [];
  for (const lock of taken) {
    const result = await actions.undo(state, lock);
    const stillThere: PlaceResult = {
      kind: 'done',
      lockId: lock.record.info.id,
      record: lock.record,
    };
    if (result.kind === 'failed') {
      left.push({ place: lock.place, result: isUncertain(result) ? result : stillThere });
    } else if (result.kind === 'changed' && holderId(result) === lock.record.info.id) {
      left.push({ place: lock.place, result: stillThere });
    }
  }
  return left;
}

/** Whoever holds, or may hold, a place that is not written to: half a pair must not be put beside another's half. */
export async function otherHolder(
  actions: PlaceActions,
  state: StateRef,
  deleted: readonly HeldLock[],
  lockId: string,
): Promise<ActionResult | undefined> {
  const written = new Set(deleted.map(({ place }) => place.id));
  const places = state.places.filter(({ id }) => !written.has(id));
  const readings = await actions.read(places);
  for (const [index, reading] of readings.entries()) {
    const place = places[index];
    if (!reading.ok) {
      return failed(reading.error);
    }
    const { record } = reading;
    if (place !== undefined && record !== undefined && record.info.id !== lockId) {
      return { kind: 'held', holder: { place, record } };
    }
  }
  return undefined;
}
