import type { LockError } from '../../core/lockError';
import type { LockPlace, LockRecord } from '../../core/lockPlace';
import type { EtcdLockPlace } from './etcdLockPlace';
import { etcdError, type EtcdCall } from './etcdErrors';
import { lockRange } from './etcdKeys';
import type { TxnAnswer } from './etcdMessages';
import { readLockKeys } from './etcdRecord';

/** Who holds the lock, as a refused transaction found it. */
export function currentOf(
  place: LockPlace,
  { found }: TxnAnswer,
): { readonly record?: LockRecord } | { readonly error: LockError } {
  const [info, mutex] = found;
  try {
    const keys =
      info === undefined || mutex === undefined
        ? undefined
        : readLockKeys(stateOf(place), info, mutex);
    return keys?.holder === undefined ? {} : { record: keys.holder.record };
  } catch (error) {
    return { error: etcdError(error, callOf(place, 'readwrite')) };
  }
}

export function configOf(place: LockPlace): EtcdLockPlace {
  return place.config as EtcdLockPlace;
}

export function stateOf(place: LockPlace): string {
  return configOf(place).state;
}

/** What a request about a place is about, should it be refused. */
export function callOf(place: LockPlace, needs: EtcdCall['needs']): EtcdCall {
  const { start, end = '' } = lockRange(stateOf(place));
  return { place: place.label, needs, range: `${start} ${end}` };
}
