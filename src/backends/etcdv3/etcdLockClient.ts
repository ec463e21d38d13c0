import type { LockError } from '../../core/lockError';
import type {
  AcquireOutcome,
  ReadOptions,
  ReleaseOutcome,
  RenewOutcome,
  WatchAnswer,
  WatchOptions,
} from '../../core/lockGateway';
import { encodeLockInfo, type LockInfo } from '../../core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { Fact } from '../../core/stateRef';
import type { LockClient } from '../backend';
import { readByBatch } from '../readByBatch';
import { refusedAcquire, refusedRelease } from '../refusals';
import { leaseTtlSeconds } from './etcdLockPlace';
import { EtcdConnection, type CallOptions } from './etcdConnection';
import { etcdError, etcdWriteError } from './etcdErrors';
import { lockInfoKey, lockRange, mutexKey } from './etcdKeys';
import { grantLease, keepAlive, revokeLease } from './etcdLeases';
import { decodeTxn, encodeTxn, type TxnAnswer } from './etcdMessages';
import { callOf, configOf, currentOf, stateOf } from './etcdPlaces';
import { EtcdReader } from './etcdReader';
import { leaseOf, lockReads, nobodyHolds, recordOfTaken, removalOf } from './etcdRecord';
import { EtcdWatch } from './etcdWatch';

/** One cluster as one user sees it: the places of one batch key share it. */
interface Cluster {
  readonly connection: EtcdConnection;
  readonly reader: EtcdReader;
  readonly watch: EtcdWatch;
}

/** Reads, watches, takes and gives back Terraform's locks in etcd. */
export class EtcdLockClient implements LockClient {
  private readonly clusters = new Map<string, Cluster>();
  /** Leases of locks that this client took: no other is ever revoked. */
  private readonly ownLeases = new Set<bigint>();

  async readMany(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]> {
    return readByBatch(places, (batch) =>
      this.cluster(batch[0]).reader.read(batch, { ...options, signal }),
    );
  }

  async awaitChange(
    places: readonly LockPlace[],
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<WatchAnswer> {
    const [first] = places;
    if (first === undefined) {
      return { kind: 'unsupported' };
    }
    const { reader, watch } = this.cluster(first);
    const known = places.flatMap((place) => {
      const since = reader.knownAt(place);
      return since === undefined ? [] : [{ id: place.id, range: lockRange(stateOf(place)), since }];
    });
    try {
      if (known.length > 0) {
        await watch.wait(known, options.maxWaitMs, { timeoutMs: options.timeoutMs, signal });
      }
    } catch (error) {
      return { kind: 'broken', error: etcdError(error, callOf(first, 'read')) };
    }
    return known.length === 0
      ? { kind: 'broken', error: { reason: 'notReady', place: first.label } }
      : { kind: 'readings', readings: await this.readMany(places, options, signal) };
  }

  async identify(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly Fact[]> {
    const { access } = configOf(place);
    const endpoint = await this.cluster(place).connection.endpoint({ ...options, signal });
    return [
      { label: 'etcd member', value: endpoint },
      ...(access.username === undefined ? [] : [{ label: 'User', value: access.username }]),
    ];
  }

  /**
   * One transaction that takes the mutex and writes the record, only if nobody holds the lock or waits for it:
   * so our key is never behind another's. The lease comes before it and locks nobody out.
   */
  async acquire(
    place: LockPlace,
    info: LockInfo,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    const { connection } = this.cluster(place);
    const state = stateOf(place);
    const how: CallOptions = { timeoutMs: options.timeoutMs, signal };
    let lease: bigint;
    try {
      lease = await grantLease(connection, leaseTtlSeconds, how);
    } catch (error) {
      return { kind: 'failed', error: etcdError(error, callOf(place, 'readwrite')) };
    }
    const key = mutexKey(state, lease);
    const raw = encodeLockInfo({ ...info, path: key });
    const value = Buffer.from(raw, 'utf8');
    const outcome = await this.transact(place, how, {
      compares: [nobodyHolds(state)],
      success: [
        { kind: 'put', key, value, lease },
        { kind: 'put', key: lockInfoKey(state), value, lease },
      ],
    });
    if (outcome.kind === 'done') {
      this.ownLeases.add(lease);
      return { kind: 'acquired', record: recordOfTaken(key, lease, raw, outcome.answer.revision) };
    }
    if (outcome.kind === 'failed' && outcome.error.reason === 'uncertain') {
      // The lock may be ours, and then somebody may be about to find that out; else the lease ends by itself.
      return outcome;
    }
    await revokeLease(connection, lease, options.timeoutMs);
    if (outcome.kind === 'failed') {
      return outcome;
    }
    const current = currentOf(place, outcome.answer);
    return 'error' in current ? { kind: 'failed', error: current.error } : refusedAcquire(current);
  }

  async renew(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<RenewOutcome> {
    const { connection } = this.cluster(place);
    try {
      const how = { timeoutMs: options.timeoutMs, signal };
      return (await keepAlive(connection, leaseOf(record), how))
        ? { kind: 'renewed' }
        : { kind: 'lost' };
    } catch (error) {
      return { kind: 'failed', error: etcdError(error, callOf(place, 'readwrite')) };
    }
  }

  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    const { compares, removes } = removalOf(stateOf(place), record);
    const how: CallOptions = { timeoutMs: options.timeoutMs, signal };
    const outcome = await this.transact(place, how, { compares, success: removes });
    switch (outcome.kind) {
      case 'done': {
        const lease = leaseOf(record);
        if (this.ownLeases.delete(lease)) {
          // Nothing hangs on it any more; where this fails, it ends by itself.
          await revokeLease(this.cluster(place).connection, lease, options.timeoutMs);
        }
        return { kind: 'released' };
      }
      case 'failed':
        return outcome;
      case 'refused': {
        const current = currentOf(place, outcome.answer);
        return refusedRelease('error' in current ? undefined : current);
      }
    }
  }

  /** Sends one transaction, once; where its conditions do not hold, it reads instead. */
  private async transact(
    place: LockPlace,
    options: CallOptions,
    transaction: {
      readonly compares: Parameters<typeof encodeTxn>[0];
      readonly success: Parameters<typeof encodeTxn>[1];
    },
  ): Promise<Transacted> {
    const { compares, success } = transaction;
    const request = encodeTxn(compares, success, lockReads(stateOf(place)));
    const { connection } = this.cluster(place);
    try {
      const answer = decodeTxn(await connection.call('/etcdserverpb.KV/Txn', request, options));
      return { kind: answer.succeeded ? 'done' : 'refused', answer };
    } catch (error) {
      return { kind: 'failed', error: etcdWriteError(error, callOf(place, 'readwrite')) };
    }
  }

  private cluster(place: LockPlace): Cluster {
    let cluster = this.clusters.get(place.batchKey);
    if (cluster === undefined) {
      const connection = new EtcdConnection(configOf(place).access);
      cluster = {
        connection,
        reader: new EtcdReader(connection),
        watch: new EtcdWatch(connection),
      };
      this.clusters.set(place.batchKey, cluster);
    }
    return cluster;
  }
}

type Transacted =
  | { readonly kind: 'done' | 'refused'; readonly answer: TxnAnswer }
  | { readonly kind: 'failed'; readonly error: LockError };
