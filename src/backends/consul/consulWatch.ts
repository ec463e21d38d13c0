import { setTimeout as sleep } from 'node:timers/promises';
import { toLockError } from '../../core/lockError';
import type { WatchAnswer, WatchOptions } from '../../core/lockGateway';
import type { LockPlace, LockReading } from '../../core/lockPlace';
import type { ConsulCluster } from './consulCluster';
import { notConsul } from './consulJson';
import { configOf, type ConsulReader, type LastRead } from './consulReader';
import { fingerprint } from './consulRecord';

/** Each watched state is a request that stays open; agents allow 200 of them to one client. */
const mostWatched = 32;
/** Consul adds up to a sixteenth to a wait, so that not everybody asks in step. */
const waitShare = 15 / 16;
/** Answers without a change: after so many quick ones each has to wait, and then the watch is given up. */
const freeAnswers = 3;
const mostQuickAnswers = 20;
const quickMs = 500;
/** What may still change without the lock's key: a record that is not there yet, one that was left behind. */
const unfinishedMs = 10_000;

/** Waits with blocking queries (https://developer.hashicorp.com/consul/api-docs/features/blocking). */
export class ConsulWatch {
  /** Where each place's next query goes on from. */
  private readonly indices = new Map<string, string>();

  constructor(
    private readonly cluster: ConsulCluster,
    private readonly reader: ConsulReader,
  ) {}

  async await(
    places: readonly LockPlace[],
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<WatchAnswer> {
    if (places.length > mostWatched) {
      return { kind: 'unsupported' };
    }
    const last = places.map((place) => this.reader.lastOf(place));
    const known = last.filter((one) => one !== undefined);
    if (known.length < places.length) {
      return { kind: 'readings', readings: await this.reader.read(places, options, signal) };
    }
    const others = new AbortController();
    const all = AbortSignal.any([signal, others.signal]);
    const isUnfinished = known.some(({ reading }) => !isFinished(reading));
    const longest = isUnfinished ? unfinishedMs : options.maxWaitMs;
    const until = Date.now() + Math.min(longest, options.maxWaitMs);
    try {
      const changed = await Promise.all(
        places.map(async (place, index) => {
          const isOther = await this.differs(place, known[index], until, options, all);
          // One change is an answer; a place that stayed as it was waits for the others.
          if (isOther) throw changeSeen;
        }),
      ).then(
        () => false,
        (error: unknown) => {
          if (error === changeSeen) return true;
          throw error;
        },
      );
      if (changed || isUnfinished) {
        others.abort();
        return { kind: 'readings', readings: await this.reader.read(places, options, signal) };
      }
      // Each was answered consistently just now, and each as it was.
      const at = Date.now();
      return { kind: 'readings', readings: known.map(({ reading }) => ({ ...reading, at })) };
    } catch (error) {
      return { kind: 'broken', error: toLockError(error) };
    } finally {
      others.abort();
    }
  }

  /** Whether the lock's key becomes another than it was when it was read last, before `until`. */
  private async differs(
    place: LockPlace,
    last: LastRead | undefined,
    until: number,
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { lockKey } = configOf(place);
    for (let quick = 0; ;) {
      const started = Date.now();
      const waitMs = Math.floor((until - started) * waitShare);
      const index = this.indices.get(place.id);
      const answer = await this.cluster.key(
        lockKey,
        {
          timeoutMs: Math.max(0, until - started) + options.timeoutMs,
          ...(index === undefined ? {} : { index, waitMs: Math.max(1, waitMs) }),
        },
        signal,
      );
      this.advance(place, index, answer.index);
      if (fingerprint(answer.entry) !== last?.lock) {
        return true;
      }
      const now = Date.now();
      if (index !== undefined && (waitMs < quickMs || now >= started + waitMs * waitShare)) {
        return false;
      }
      // Consul may answer without a change, for example when a key nearby was written.
      quick = now - started < quickMs ? quick + 1 : 0;
      if (quick > mostQuickAnswers) {
        throw notConsul();
      }
      if (quick > freeAnswers) {
        await sleep(quickMs, undefined, { signal });
      }
    }
  }

  /** An index that goes backwards, after a restore of the cluster, starts anew; it is never 0. */
  private advance(place: LockPlace, before: string | undefined, now: string | undefined): void {
    if (now === undefined) {
      throw notConsul();
    }
    if (BigInt(now) < BigInt(before ?? 0)) {
      this.indices.delete(place.id);
    } else {
      this.indices.set(place.id, now === '0' ? '1' : now);
    }
  }
}

/** Whether the lock's key alone tells of every change to this. */
function isFinished(reading: LockReading): boolean {
  return reading.ok && reading.leftover === undefined && reading.record?.problem === undefined;
}

const changeSeen = new Error('changed');
