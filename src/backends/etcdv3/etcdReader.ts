import { status } from '@grpc/grpc-js';
import type { Liveness } from '../../core/liveness';
import type { LockPlace, LockReading } from '../../core/lockPlace';
import type { CallOptions, EtcdConnection } from './etcdConnection';
import { EtcdRefusal, etcdError } from './etcdErrors';
import { timeToLive } from './etcdLeases';
import { decodeTxn, encodeTxn, type Found } from './etcdMessages';
import { callOf, stateOf } from './etcdPlaces';
import { lockReads, readLockKeys, type LockKeys } from './etcdRecord';

/** etcd takes 128 operations in a transaction unless it is told otherwise, and a lock needs two. */
const maxLocksPerRead = 60;

/** Reads locks, many in one transaction: all of its answers are as of one revision. */
export class EtcdReader {
  /** The revision as of which each place is known, by its id; missing where the last read failed. */
  private readonly revisions = new Map<string, bigint>();

  constructor(private readonly connection: EtcdConnection) {}

  knownAt(place: LockPlace): bigint | undefined {
    return this.revisions.get(place.id);
  }

  async read(places: readonly LockPlace[], options: CallOptions): Promise<readonly LockReading[]> {
    const chunks: LockPlace[][] = [];
    for (let start = 0; start < places.length; start += maxLocksPerRead) {
      chunks.push(places.slice(start, start + maxLocksPerRead));
    }
    return (await Promise.all(chunks.map((chunk) => this.readTogether(chunk, options)))).flat();
  }

  private async readTogether(
    places: readonly LockPlace[],
    options: CallOptions,
  ): Promise<readonly LockReading[]> {
    // A transaction of nothing but reads is answered consistently: by what a majority has agreed on.
    const request = encodeTxn(
      [],
      places.flatMap((place) => lockReads(stateOf(place))),
    );
    try {
      const answer = await this.connection.call('/etcdserverpb.KV/Txn', request, options);
      const { revision, found } = decodeTxn(answer);
      return await Promise.all(
        places.map(async (place, index) => {
          const [info, mutex] = [found[2 * index], found[2 * index + 1]];
          const reading = await this.readingOf(place, info, mutex, options);
          this.remember(place, reading.ok ? revision : undefined);
          return reading;
        }),
      );
    } catch (error) {
      if (places.length > 1 && isDenied(error)) {
        // One key that may not be read must not hide the others.
        const alone = places.map((place) => this.readTogether([place], options));
        return (await Promise.all(alone)).flat();
      }
      return places.map((place) => {
        this.remember(place, undefined);
        return { ok: false, at: Date.now(), error: etcdError(error, callOf(place, 'read')) };
      });
    }
  }

  private async readingOf(
    place: LockPlace,
    info: Found | undefined,
    mutex: Found | undefined,
    options: CallOptions,
  ): Promise<LockReading> {
    const at = Date.now();
    if (info === undefined || mutex === undefined) {
      // Never "free": an answer that is not there says nothing.
      const error = { reason: 'malformed', place: place.label, detail: 'no answer' } as const;
      return { ok: false, at, error };
    }
    let keys: LockKeys;
    try {
      keys = readLockKeys(stateOf(place), info, mutex);
    } catch (error) {
      return { ok: false, at, error: etcdError(error, callOf(place, 'read')) };
    }
    const { holder, leftover } = keys;
    if (holder === undefined) {
      return { ok: true, at, ...(leftover === undefined ? {} : { leftover }) };
    }
    const liveness = await this.livenessOf(holder.lease, keys.waiting, options);
    return { ok: true, at, record: { ...holder.record, liveness } };
  }

  private async livenessOf(
    lease: bigint,
    waiting: number,
    options: CallOptions,
  ): Promise<Liveness> {
    const by = 'etcd lease';
    const others = waiting > 0 ? [{ label: 'Waiting for the lock', value: String(waiting) }] : [];
    if (lease === 0n) {
      return { kind: 'unknown', by, facts: [{ label: 'Lease', value: 'none' }, ...others] };
    }
    const facts = [{ label: 'Lease', value: lease.toString(16) }, ...others];
    try {
      const left = await timeToLive(this.connection, lease, options);
      if (left === undefined) {
        return { kind: 'gone', by, facts };
      }
      const ttl = { label: 'Lease time to live', value: `${String(left.grantedMs / 1000)} s` };
      return { kind: 'alive', by, endsInMs: left.leftMs, facts: [...facts, ttl] };
    } catch {
      // The lock was read all the same; the next reading asks again.
      return { kind: 'unknown', by, facts };
    }
  }

  private remember(place: LockPlace, revision: bigint | undefined): void {
    if (revision === undefined) {
      this.revisions.delete(place.id);
    } else {
      this.revisions.set(place.id, revision);
    }
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof EtcdRefusal && error.code === status.PERMISSION_DENIED;
}
