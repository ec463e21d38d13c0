import { setTimeout as sleep } from 'node:timers/promises';
import { LockFailure, toLockError, type LockError } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { LockPlace, LockReading } from '../../core/lockPlace';
import type { ConsulPlace } from './consulKeys';
import { readOf, type ConsulCluster } from './consulCluster';
import { deniedError } from './consulErrors';
import type { KeyEntry } from './consulJson';
import {
  fingerprint,
  guardOf,
  isHalfway,
  leftoverSession,
  readingOf,
  type LockKeys,
} from './consulRecord';
import { SessionBook } from './sessionBook';

/** Consul takes 64 operations in a transaction (128 since 1.14); a state needs two. */
const placesPerTransaction = 32;
/** How many keys are asked for at a time where there are no such transactions. */
const parallelReads = 8;
/** A change that is half done is looked at again after this long, so often. */
const halfwayMs = 120;
const halfwayTries = 3;

type Found = { readonly keys: LockKeys } | { readonly error: LockError };

/** What a watch needs to know of the last reading of a place. */
export interface LastRead {
  readonly lock: string;
  readonly reading: LockReading;
}

/** Reads the locks of one cluster, many states with one request. */
export class ConsulReader {
  private readonly sessions: SessionBook;
  private readonly last = new Map<string, LastRead>();
  /** Places that stayed as they are, half done: no need to look twice each time. */
  private readonly settled = new Map<string, string>();
  private hasTransactions = true;

  constructor(private readonly cluster: ConsulCluster) {
    this.sessions = new SessionBook(cluster);
  }

  /** The last good reading of a place. */
  lastOf(place: LockPlace): LastRead | undefined {
    return this.last.get(place.id);
  }

  async read(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]> {
    const unique = [...new Map(places.map((place) => [place.id, place])).values()];
    const found = await this.findSettled(unique, options, signal);
    const readings = new Map<string, LockReading>();
    await Promise.all(
      unique.map(async (place) => {
        readings.set(place.id, await this.readingOf(place, found.get(place.id), options, signal));
      }),
    );
    return places.map((place) => readings.get(place.id) ?? failed({ reason: 'internal' }, place));
  }

  /** Both keys of one place. Throws what went wrong. */
  async keysOf(place: LockPlace, options: ReadOptions, signal: AbortSignal): Promise<LockKeys> {
    const found = (await this.findSettled([place], options, signal)).get(place.id);
    if (found === undefined || 'error' in found) {
      throw new LockFailure(found?.error ?? { reason: 'internal' });
    }
    return found.keys;
  }

  private async readingOf(
    place: LockPlace,
    found: Found | undefined,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<LockReading> {
    if (found === undefined || 'error' in found) {
      return failed(found?.error ?? { reason: 'internal' }, place);
    }
    const { keys } = found;
    // Before the session is asked for: the answer is as old as the keys are.
    const at = Date.now();
    const held = keys.lock?.session;
    const session =
      held === undefined
        ? await this.sessions.ended(leftoverSession(keys), options, signal)
        : await this.sessions.facts(held, options, signal);
    const reading = readingOf(place, keys, session, at);
    this.last.set(place.id, { lock: fingerprint(keys.lock), reading });
    return reading;
  }

  /** Looks again at what may be half of a change, so that nobody is shown a lock without a holder for a moment. */
  private async findSettled(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Found>> {
    const found = new Map(await this.find(places, options, signal));
    for (let tried = 0; ; tried++) {
      const open = places.filter((place) => {
        const one = found.get(place.id);
        return (
          one !== undefined &&
          'keys' in one &&
          isHalfway(one.keys) &&
          this.settled.get(place.id) !== guardOf(one.keys)
        );
      });
      if (open.length === 0) {
        return found;
      }
      if (tried === halfwayTries) {
        for (const place of open) {
          const one = found.get(place.id);
          if (one !== undefined && 'keys' in one) this.settled.set(place.id, guardOf(one.keys));
        }
        return found;
      }
      await sleep(halfwayMs);
      for (const [id, one] of await this.find(open, options, signal)) {
        found.set(id, one);
      }
    }
  }

  private async find(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly (readonly [string, Found])[]> {
    const batches: LockPlace[][] = [];
    for (let start = 0; start < places.length; start += placesPerTransaction) {
      batches.push(places.slice(start, start + placesPerTransaction));
    }
    const found = await Promise.all(
      batches.map(async (batch) => {
        try {
          return await this.findBatch(batch, options, signal);
        } catch (error) {
          const failure = toLockError(error);
          return batch.map((place) => [place.id, { error: failure }] as const);
        }
      }),
    );
    return found.flat();
  }

  private async findBatch(
    batch: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly (readonly [string, Found])[]> {
    const first = batch[0];
    if (first === undefined || !this.hasTransactions) {
      return this.findSingly(batch, options, signal);
    }
    const outcome = await this.cluster.transact(
      batch.flatMap((place) => {
        const { lockKey, infoKey } = configOf(place);
        return [lockKey, infoKey].map((key) => ({ verb: 'get-or-empty', key }) as const);
      }),
      readOf(configOf(first).lockKey),
      options.timeoutMs,
      signal,
    );
    if (outcome.kind !== 'done') {
      // Refused is said key by key. Not known before Consul 1.14, or behind something that lets only GET pass.
      this.hasTransactions = outcome.kind === 'rolledBack';
      return this.findSingly(batch, options, signal);
    }
    const entries = new Map(outcome.entries.map((entry) => [entry.key, entry]));
    return batch.map((place) => [place.id, this.foundIn(entries, configOf(place))] as const);
  }

  /**
   * Consul answers a key that is not there as an empty one, and leaves out a key that the token may not read
   * (agent/consul/txn_endpoint.go): a missing answer is a refusal, and never a free lock.
   */
  private foundIn(entries: ReadonlyMap<string, KeyEntry>, place: ConsulPlace): Found {
    const lock = entries.get(place.lockKey);
    const info = entries.get(place.infoKey);
    if (lock === undefined) {
      return { error: deniedError('', readOf(place.lockKey), this.cluster.access) };
    }
    return { keys: { ...present('lock', lock), ...present('info', info) } };
  }

  private async findSingly(
    batch: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly (readonly [string, Found])[]> {
    const found: (readonly [string, Found])[] = [];
    for (let start = 0; start < batch.length; start += parallelReads) {
      const some = batch.slice(start, start + parallelReads);
      found.push(
        ...(await Promise.all(
          some.map(async (place) => {
            const one = await this.findOne(configOf(place), options, signal).catch(
              (error: unknown) => ({ error: toLockError(error) }),
            );
            return [place.id, one] as const;
          }),
        )),
      );
    }
    return found;
  }

  private async findOne(
    place: ConsulPlace,
    { timeoutMs }: ReadOptions,
    signal: AbortSignal,
  ): Promise<Found> {
    const lock = await this.cluster.key(place.lockKey, { timeoutMs }, signal);
    const info = await this.cluster.key(place.infoKey, { timeoutMs }, signal);
    return { keys: { ...present('lock', lock.entry), ...present('info', info.entry) } };
  }
}

/** Index 0 is no key's: that one is not there. */
function present<N extends 'lock' | 'info'>(
  name: N,
  entry: KeyEntry | undefined,
): Partial<Record<N, KeyEntry>> {
  return entry === undefined || entry.modifyIndex === '0'
    ? {}
    : ({ [name]: entry } as Record<N, KeyEntry>);
}

export function configOf(place: LockPlace): ConsulPlace {
  return place.config as ConsulPlace;
}

function failed(error: LockError, place: LockPlace): LockReading {
  return { ok: false, at: Date.now(), error: { place: place.label, ...error } };
}
