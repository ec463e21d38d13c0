import { toLockError, type LockError } from '../../core/lockError';
import type {
  AcquireOutcome,
  PrepareOutcome,
  ReadOptions,
  ReleaseOptions,
  ReleaseOutcome,
  RenewOutcome,
  WatchAnswer,
  WatchOptions,
} from '../../core/lockGateway';
import { encodeLockInfo, type LockInfo } from '../../core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { Fact } from '../../core/stateRef';
import type { BackendHost, LockClient } from '../backend';
import { readByBatch } from '../readByBatch';
import { ConsulCluster } from './consulCluster';
import { ConsulReader, configOf } from './consulReader';
import { ConsulSessions } from './consulSessions';
import { ConsulWatch } from './consulWatch';
import { ConsulWriter } from './consulWriter';

/** One cluster as one identity: the places of one batch key share it. */
interface OpenCluster {
  readonly cluster: ConsulCluster;
  readonly reader: ConsulReader;
  readonly watch: ConsulWatch;
  readonly sessions: ConsulSessions;
  readonly writer: ConsulWriter;
}

/** Reads, watches and writes Terraform's locks in Consul. */
export class ConsulLockClient implements LockClient {
  private readonly clusters = new Map<string, OpenCluster>();

  constructor(private readonly host: BackendHost) {}

  async readMany(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]> {
    return readByBatch(places, (batch) => this.open(batch[0]).reader.read(batch, options, signal));
  }

  async awaitChange(
    places: readonly LockPlace[],
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<WatchAnswer> {
    const [first] = places;
    return first === undefined
      ? { kind: 'unsupported' }
      : this.open(first).watch.await(places, options, signal);
  }

  /** Which token is used, and what Consul calls it. */
  async identify(
    place: LockPlace,
    { timeoutMs }: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly Fact[]> {
    const { cluster } = this.open(place);
    const { tokenSource } = cluster.access;
    const facts = [{ label: 'Token', value: tokenSource }];
    if (tokenSource === 'none') {
      return facts;
    }
    const name = await cluster
      .send({ method: 'GET', path: 'acl/token/self', timeoutMs }, signal)
      .then(({ status, text }) => (status === 200 ? descriptionIn(text) : undefined))
      .catch(() => undefined);
    return name === undefined ? facts : [...facts, { label: 'Token description', value: name }];
  }

  async prepare(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<PrepareOutcome> {
    try {
      const lockId = await this.open(place).sessions.create(options, signal);
      return { kind: 'ready', lockId };
    } catch (error) {
      return { kind: 'failed', error: at(place, toLockError(error)) };
    }
  }

  async renew(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<RenewOutcome> {
    try {
      const kind = await this.open(place).sessions.renew(record.info.id, options, signal);
      return { kind };
    } catch (error) {
      return { kind: 'failed', error: at(place, toLockError(error)) };
    }
  }

  async acquire(
    place: LockPlace,
    info: LockInfo,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    const { writer, sessions } = this.open(place);
    const outcome = await writer
      .acquire(place, info.id, encodeLockInfo(info), options, signal)
      .catch((error: unknown) => ({ kind: 'failed' as const, error: toLockError(error) }));
    if (outcome.kind === 'acquired') {
      return outcome;
    }
    if (outcome.kind === 'failed' && outcome.error.reason === 'uncertain') {
      return this.settle(place, info.id, at(place, outcome.error), options);
    }
    await sessions.destroy(info.id, options).catch(() => undefined);
    return outcome.kind === 'failed'
      ? { kind: 'failed', error: at(place, outcome.error) }
      : outcome;
  }

  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReleaseOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    const { writer, sessions } = this.open(place);
    const outcome = await writer
      .release(place, record, options, signal)
      .catch((error: unknown) => ({ kind: 'failed' as const, error: toLockError(error) }));
    if (outcome.kind === 'released' && sessions.isOwn(record.info.id)) {
      // It held this lock and nothing else.
      await sessions.destroy(record.info.id, options).catch(() => undefined);
    }
    return outcome.kind === 'failed'
      ? { kind: 'failed', error: at(place, outcome.error) }
      : outcome;
  }

  /**
   * The answer to taking the lock was lost. Without its session the request can do nothing any more, should it
   * still be on its way: looks whether the lock was taken, and if it was not, ends the session.
   */
  private async settle(
    place: LockPlace,
    session: string,
    error: LockError,
    options: ReadOptions,
  ): Promise<AcquireOutcome> {
    const { reader, sessions } = this.open(place);
    const limit = (): AbortSignal => AbortSignal.timeout(2 * options.timeoutMs);
    const [reading] = await reader.read([place], options, limit());
    if (reading?.ok === true && reading.record?.info.id === session) {
      return { kind: 'acquired', record: reading.record };
    }
    try {
      await sessions.destroy(session, options);
    } catch {
      return { kind: 'failed', error };
    }
    return reading?.ok === true && reading.record !== undefined
      ? { kind: 'held', record: reading.record }
      : { kind: 'failed', error: { ...error, reason: 'network' } };
  }

  private open(place: LockPlace): OpenCluster {
    let open = this.clusters.get(place.batchKey);
    if (open === undefined) {
      const cluster = new ConsulCluster(configOf(place).access);
      const reader = new ConsulReader(cluster);
      const watch = new ConsulWatch(cluster, reader);
      const sessions = new ConsulSessions(cluster);
      open = { cluster, reader, watch, sessions, writer: new ConsulWriter(cluster, reader) };
      this.clusters.set(place.batchKey, open);
      this.host.log(`Consul is asked for ${place.label}`);
    }
    return open;
  }
}

function at(place: LockPlace, error: LockError): LockError {
  return { place: place.label, ...error };
}

function descriptionIn(text: string): string | undefined {
  try {
    const { Description: name } = JSON.parse(text) as { readonly Description?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    // Whatever it is, it is no name of a token.
    return undefined;
  }
}
