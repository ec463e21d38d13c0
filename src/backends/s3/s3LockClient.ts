import { encodeLockInfo, type LockInfo } from '../../core/lockInfo';
import type {
  AcquireOutcome,
  ReadOptions,
  ReleaseOptions,
  ReleaseOutcome,
} from '../../core/lockGateway';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { BackupOutcome, StateInfo } from '../../core/stateBackup';
import type { Fact, StateRef } from '../../core/stateRef';
import type { BackendHost, LockClient } from '../backend';
import { readByBatch, type Batch } from '../readByBatch';
import type { DynamoDbLockPlace, LockFilePlace } from './s3Backend';
import type { StateObjects } from './stateObjects';

type Kind = (DynamoDbLockPlace | LockFilePlace)['kind'];

/** What the clients of both kinds of places can do. */
export interface S3PlaceClient extends Pick<LockClient, 'identify' | 'release'> {
  /** Reads the places of one table, or of one bucket, by place id. */
  readBatch(
    batch: Batch,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LockReading>>;
  /** Takes the lock with this very text, if there is none, by one conditional request. */
  putIfFree(
    place: LockPlace,
    raw: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome>;
}

/** The locks of the S3 backend: tables and files, each with an SDK that loads when it is first needed. */
export class S3LockClient implements LockClient {
  private readonly clients = new Map<Kind, Promise<S3PlaceClient>>();
  private objects: Promise<StateObjects> | undefined;

  constructor(private readonly host: BackendHost) {}

  async readMany(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]> {
    return readByBatch(places, async (batch) => {
      const client = await this.client(batch[0]);
      const readings = await client.readBatch(batch, options, signal);
      return batch.map(({ id }) => readings.get(id));
    });
  }

  async identify(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly Fact[]> {
    return (await this.client(place)).identify(place, options, signal);
  }

  async acquire(
    place: LockPlace,
    info: LockInfo,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    return (await this.client(place)).putIfFree(place, encodeLockInfo(info), options, signal);
  }

  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReleaseOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    return (await this.client(place)).release(place, record, options, signal);
  }

  async restore(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    return (await this.client(place)).putIfFree(place, record.raw, options, signal);
  }

  async readStateInfo(
    state: StateRef,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<StateInfo> {
    return (await this.openObjects()).readInfo(state, options, signal);
  }

  async downloadState(
    state: StateRef,
    file: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<BackupOutcome> {
    return (await this.openObjects()).download(state, file, options, signal);
  }

  private openObjects(): Promise<StateObjects> {
    this.objects ??= import('./stateObjects').then(
      ({ StateObjects }) => new StateObjects(this.host),
    );
    return this.objects;
  }

  private client(place: LockPlace): Promise<S3PlaceClient> {
    const { kind } = place.config as DynamoDbLockPlace | LockFilePlace;
    let client = this.clients.get(kind);
    if (client === undefined) {
      client = this.open(kind);
      this.clients.set(kind, client);
    }
    return client;
  }

  private async open(kind: Kind): Promise<S3PlaceClient> {
    switch (kind) {
      case 'table': {
        const { DynamoDbLockClient } = await import('./dynamoDbLockClient');
        return new DynamoDbLockClient(this.host);
      }
      case 'file': {
        const { LockFileClient } = await import('./lockFileClient');
        return new LockFileClient(this.host);
      }
    }
  }
}
