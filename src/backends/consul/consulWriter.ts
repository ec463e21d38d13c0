import { LockFailure, toLockError, type LockError } from '../../core/lockError';
import type { AcquireOutcome, ReadOptions, ReleaseOutcome } from '../../core/lockGateway';
import type { LockPlace, LockRecord } from '../../core/lockPlace';
import { writeOf, type ConsulCluster, type TransactionOutcome } from './consulCluster';
import { deniedError, isDenied } from './consulErrors';
import { ConsulUnanswered } from './consulHttp';
import { lockFlags, type KeyEntry, type KeyOperation } from './consulJson';
import { configOf, type ConsulReader } from './consulReader';
import { heldRecord, readingOf, type Guard, type LockKeys } from './consulRecord';

/**
 * Takes and removes locks, each with one transaction: Consul carries out all of its operations or none
 * (https://developer.hashicorp.com/consul/api-docs/txn), so that nothing can happen between looking and writing.
 * The keys are removed rather than the session ended: a session of somebody else may hold other locks, too.
 */
export class ConsulWriter {
  constructor(
    private readonly cluster: ConsulCluster,
    private readonly reader: ConsulReader,
  ) {}

  /** Takes the lock for a session and says who it is, in one step. */
  async acquire(
    place: LockPlace,
    session: string,
    record: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    const { lockKey, infoKey } = configOf(place);
    const before = await this.reader.keysOf(place, options, signal);
    const refusal = refused(place, before);
    if (refusal !== undefined) {
      return refusal;
    }
    const outcome = await this.write(
      [
        unchanged(lockKey, before.lock),
        { verb: 'lock', key: lockKey, session, value: '', flags: lockFlags },
        // Bound to the session as well, so that it goes with it.
        before.info?.session === undefined
          ? { verb: 'lock', key: infoKey, session, value: record, flags: '0' }
          : { verb: 'set', key: infoKey, value: record, flags: '0' },
      ],
      lockKey,
      options,
      signal,
    );
    if (outcome.kind === 'done') {
      return { kind: 'acquired', record: taken(outcome.entries, place, record) };
    }
    const delayed = outcome.errors.some((what) => what.includes('lock delay'));
    const [now] = await this.reader.read([place], options, signal);
    if (now?.ok === true && now.record !== undefined) {
      return { kind: 'held', record: now.record };
    }
    return { kind: 'failed', error: delayed ? lockDelay : { reason: 'busy' } };
  }

  /** Removes exactly what was shown: a lock, or what was left behind where nobody holds the lock. */
  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    const { lockKey } = configOf(place);
    const outcome = await this.write(removal(place, record), lockKey, options, signal);
    if (outcome.kind === 'done') {
      return { kind: 'released' };
    }
    const [now] = await this.reader.read([place], options, signal);
    if (now?.ok !== true) {
      return { kind: 'changed' };
    }
    if (now.record !== undefined) {
      return { kind: 'changed', record: now.record };
    }
    return now.leftover !== undefined && guardIn(record).session === undefined
      ? { kind: 'changed' }
      : { kind: 'gone' };
  }

  private async write(
    operations: readonly KeyOperation[],
    key: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<Exclude<TransactionOutcome, { kind: 'unknown' }>> {
    let outcome: TransactionOutcome;
    try {
      outcome = await this.cluster.transact(operations, writeOf(key), options.timeoutMs, signal);
    } catch (error) {
      throw new LockFailure(writeError(error), error);
    }
    if (outcome.kind === 'unknown') {
      const detail = 'transactions of this Consul (it is older than 1.0, or a proxy forbids them)';
      throw new LockFailure({ reason: 'unsupported', detail });
    }
    const denied =
      outcome.kind === 'rolledBack' ? outcome.errors.find((what) => isDenied(what)) : undefined;
    if (denied !== undefined) {
      throw new LockFailure(deniedError(denied, writeOf(key), this.cluster.access));
    }
    return outcome;
  }
}

const lockDelay: LockError = {
  reason: 'busy',
  help: 'The last holder lost the lock without giving it back, and Consul keeps it closed for a few seconds after that (lock-delay). Try again in a moment.',
};

/** Answers that say neither yes nor no; after these a write may have been carried out. */
const unanswering: ReadonlySet<LockError['reason']> = new Set(['network', 'malformed', 'internal']);

function writeError(thrown: unknown): LockError {
  const error = toLockError(thrown);
  const uncertain =
    thrown instanceof ConsulUnanswered ? thrown.sent : unanswering.has(error.reason);
  return uncertain ? { ...error, reason: 'uncertain' } : error;
}

function refused(place: LockPlace, keys: LockKeys): AcquireOutcome | undefined {
  const reading = readingOf(place, keys, undefined, 0);
  if (!reading.ok) {
    return { kind: 'failed', error: reading.error };
  }
  return reading.record === undefined ? undefined : { kind: 'held', record: reading.record };
}

/** A condition: the key is still this one, or still not there. */
function unchanged(key: string, entry: Pick<KeyEntry, 'modifyIndex'> | undefined): KeyOperation {
  return entry === undefined
    ? { verb: 'check-not-exists', key }
    : { verb: 'check-index', key, index: entry.modifyIndex };
}

function taken(entries: readonly KeyEntry[], place: LockPlace, record: string): LockRecord {
  const { lockKey, infoKey } = configOf(place);
  const lock = entries.findLast(({ key }) => key === lockKey);
  const info = entries.findLast(({ key }) => key === infoKey);
  if (lock?.session === undefined || info === undefined) {
    throw new LockFailure({ reason: 'uncertain', detail: 'the answer is not one of Consul' });
  }
  const value = Buffer.from(record).toString('base64');
  return heldRecord({ lock, info: { ...info, value } }, lock.session);
}

function guardIn(record: LockRecord): Guard {
  return JSON.parse(record.guard) as Guard;
}

function removal(place: LockPlace, record: LockRecord): readonly KeyOperation[] {
  const { lockKey, infoKey } = configOf(place);
  const guard = guardIn(record);
  const ofKey = (key: string, index: string | undefined): readonly KeyOperation[] =>
    index === undefined
      ? [{ verb: 'check-not-exists', key }]
      : [
          { verb: 'check-index', key, index },
          { verb: 'delete-cas', key, index },
        ];
  return [
    ...(guard.session === undefined
      ? []
      : [{ verb: 'check-session', key: lockKey, session: guard.session } as const]),
    ...ofKey(lockKey, guard.lock),
    ...ofKey(infoKey, guard.info),
  ];
}
