import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LockError } from '../../core/lockError';
import type {
  AcquireOutcome,
  ReadOptions,
  ReleaseOutcome,
  WatchAnswer,
  WatchOptions,
} from '../../core/lockGateway';
import { encodeLockInfo, type LockInfo } from '../../core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { Fact } from '../../core/stateRef';
import type { BackendHost, LockClient } from '../backend';
import type { LocalLockPlace } from './localBackend';
import { inexactGuard, readLocalLocks, type Probe } from './localReader';
import { findInterpreter, LockHelper, type Hold, type HelperAnswer } from './lockHelper';

/** Two files and the kernel's list are looked at this often while a lock is watched, in ms. Costs no request. */
const lookEveryMs = 2000;

interface OwnHold {
  readonly hold: Hold;
  readonly record: LockRecord;
}

/**
 * Reads, takes and gives back the kernel's locks on state files. Each lock of ours is held by a process of its
 * own, which ends when it is given back, and at the latest when this one does.
 */
export class LocalLockClient implements LockClient {
  private readonly holds = new Map<string, OwnHold>();
  /** What was last read at each place, to know a change by. */
  private readonly lastRead = new Map<string, string>();

  constructor(private readonly host: BackendHost) {}

  async readMany(
    places: readonly LockPlace[],
    options: ReadOptions,
  ): Promise<readonly LockReading[]> {
    const readings = await readLocalLocks(places, this.probe(options));
    places.forEach((place, index) => this.lastRead.set(place.id, mark(readings[index])));
    return readings;
  }

  /** The kernel tells nobody of its locks, so they are looked at; where a look proves nothing, there is no watch. */
  async awaitChange(
    places: readonly LockPlace[],
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<WatchAnswer> {
    const until = Date.now() + options.maxWaitMs;
    for (;;) {
      const readings = await readLocalLocks(places, this.probe(options));
      if (!readings.every(isProof)) {
        return { kind: 'unsupported' };
      }
      const isNew = places.some(
        (place, index) => this.lastRead.get(place.id) !== mark(readings[index]),
      );
      if (isNew || Date.now() + lookEveryMs > until) {
        places.forEach((place, index) => this.lastRead.set(place.id, mark(readings[index])));
        return { kind: 'readings', readings };
      }
      try {
        await delay(lookEveryMs, undefined, { signal });
      } catch {
        return { kind: 'broken', error: { reason: 'cancelled' } };
      }
    }
  }

  identify(): Promise<readonly Fact[]> {
    const interpreter = findInterpreter();
    const value =
      interpreter === undefined ? noInterpreter : `a process of this window, ${interpreter.file}`;
    return Promise.resolve([{ label: 'Held by', value }]);
  }

  async acquire(
    place: LockPlace,
    info: LockInfo,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    const config = configOf(place);
    const helper = helperOf(config);
    if (helper === undefined) {
      return { kind: 'failed', error: impossible(place, noInterpreter) };
    }
    try {
      // As Terraform does: the folder of a workspace is made by its first lock.
      await mkdir(path.dirname(config.stateFile), { recursive: true });
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      return { kind: 'failed', error: impossible(place, `its folder cannot be made (${code})`) };
    }
    const raw = encodeLockInfo(info);
    const { answer, hold } = await helper.hold(raw, options.timeoutMs, signal);
    if (answer.kind !== 'locked') {
      return answer.kind === 'held'
        ? { kind: 'held', ...(await this.holder(place, options)) }
        : { kind: 'failed', error: failure(place, answer) };
    }
    if (signal.aborted) {
      await hold.end();
      return { kind: 'failed', error: { reason: 'cancelled' } };
    }
    const record: LockRecord = { info, raw, guard: `process ${String(hold.pid)}|${raw}` };
    this.holds.set(place.id, { hold, record });
    this.host.log(`Process ${String(hold.pid)} holds the lock of ${config.stateFile}`);
    return { kind: 'acquired', record };
  }

  /**
   * Ends our own process, or removes what another left behind: under the lock, so that nobody can be holding
   * it, and only if it is byte for byte `record`. The lock of a live process is its own to give back.
   */
  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    if (signal.aborted) {
      return { kind: 'failed', error: { reason: 'cancelled' } };
    }
    const own = this.holds.get(place.id);
    if (own?.hold.isAlive() === true && own.record.raw === record.raw) {
      this.holds.delete(place.id);
      await own.hold.end();
      return { kind: 'released' };
    }
    const helper = helperOf(configOf(place));
    if (helper === undefined) {
      return { kind: 'failed', error: impossible(place, noInterpreter) };
    }
    const [now] = await this.readMany([place], options);
    const refusal = refuse(place, record, now);
    if (refusal !== undefined) {
      return refusal;
    }
    const answer = await helper.clean(record.raw, options.timeoutMs);
    switch (answer.kind) {
      case 'removed':
        return { kind: 'released' };
      case 'gone':
        return { kind: 'gone' };
      case 'changed':
      case 'held':
        return { kind: 'changed', ...(await this.holder(place, options)) };
      case 'free':
      case 'locked':
      case 'failed':
        return { kind: 'failed', error: failure(place, answer) };
    }
  }

  private async holder(place: LockPlace, options: ReadOptions): Promise<{ record?: LockRecord }> {
    const [reading] = await this.readMany([place], options);
    return reading?.ok && reading.record !== undefined ? { record: reading.record } : {};
  }

  /** Asking the kernel takes a program, which a background read never starts. */
  private probe({ userStarted, timeoutMs }: ReadOptions): Probe {
    return async (place) => {
      const own = this.holds.get(place.id);
      if (own?.hold.isAlive() === true) {
        return { pid: own.hold.pid };
      }
      const answer = userStarted ? await helperOf(configOf(place))?.probe(timeoutMs) : undefined;
      if (answer?.kind === 'held') {
        return { pid: answer.pid };
      }
      return answer?.kind === 'free' ? {} : undefined;
    };
  }
}

/** Why a record is not even tried to be removed. What is tried is decided under the lock. */
function refuse(
  place: LockPlace,
  record: LockRecord,
  now: LockReading | undefined,
): ReleaseOutcome | undefined {
  if (now?.ok !== true) {
    return { kind: 'failed', error: now?.error ?? { reason: 'internal' } };
  }
  const { liveness } = now.record ?? {};
  if (now.record?.guard === record.guard && liveness?.kind === 'alive') {
    const help =
      liveness.by === 'process'
        ? 'End that process where it runs.'
        : `End ${liveness.by}, or wait for it. If it is of another window of yours, release the lock there.`;
    return { kind: 'failed', error: { ...impossible(place, onlyHolder), help } };
  }
  if (liveness?.kind === 'unknown') {
    return { kind: 'failed', error: impossible(place, unproved) };
  }
  return record.guard === inexactGuard
    ? { kind: 'failed', error: impossible(place, 'its record is not text of a readable size') }
    : undefined;
}

const onlyHolder = 'the process that holds the lock is alive, and nobody else can give it back';
const unproved =
  'whether the process that wrote the record has ended cannot be proved from here, on a shared or network folder';
const noInterpreter =
  'this takes a system with /usr/bin/python3 or /usr/bin/perl, to ask the kernel for the lock as Terraform does';

function isProof(reading: LockReading): boolean {
  return reading.ok && reading.record?.liveness?.kind !== 'unknown';
}

/** Equal while nothing has changed. */
function mark(reading: LockReading | undefined): string {
  return reading?.ok === true
    ? JSON.stringify([reading.record?.guard, reading.leftover?.guard])
    : 'failed';
}

function impossible(place: LockPlace, detail: string): LockError {
  return { reason: 'impossible', place: place.label, detail };
}

function failure(place: LockPlace, answer: HelperAnswer): LockError {
  if (answer.kind !== 'failed') {
    return { reason: 'internal', place: place.label, detail: answer.kind };
  }
  const { error } = answer;
  return error.reason === 'internal' && /^E[A-Z]+$/.test(error.detail ?? '')
    ? impossible(place, `the files cannot be opened or written (${error.detail ?? ''})`)
    : { place: place.label, ...error };
}

function helperOf(config: LocalLockPlace): LockHelper | undefined {
  const interpreter = findInterpreter();
  return interpreter === undefined ? undefined : new LockHelper(interpreter, config);
}

function configOf(place: LockPlace): LocalLockPlace {
  return place.config as LocalLockPlace;
}
