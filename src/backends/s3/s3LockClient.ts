import type { LockInfo } from '../../core/lockInfo';
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
import type { DynamoDbLockPlace, LockFilePlace } from './s3Backend';
import type { StateObjects } from './stateObjects';

type Kind = (DynamoDbLockPlace | LockFilePlace)['kind'];

/** What the clients of both kinds of places can do. */
export type S3PlaceClient = LockClient & Required<Pick<LockClient, 'restore'>>;

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
    const kinds = [...new Set(places.map(kindOf))];
    const readings = new Map<string, LockReading>();
    await Promise.all(
      kinds.map(async (kind) => {
        const ofKind = places.filter((place) => kindOf(place) === kind);
        const client = await this.client(kind);
        const answers = await client.readMany(ofKind, options, signal);
        answers.forEach((answer, index) => {
          const place = ofKind[index];
          if (place !== undefined) {
            readings.set(place.id, answer);
          }
        });
      }),
    );
    return places.map((place) => readings.get(place.id) ?? unanswered(place));
  }

  async identify(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly Fact[]> {
    return (await this.client(kindOf(place))).identify(place, options, signal);
  }

  async acquire(
    place: LockPlace,
    info: LockInfo,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    return (await this.client(kindOf(place))).acquire(place, info, options, signal);
  }

  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReleaseOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    return (await this.client(kindOf(place))).release(place, record, options, signal);
  }

  async restore(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    return (await this.client(kindOf(place))).restore(place, record, options, signal);
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

  private client(kind: Kind): Promise<S3PlaceClient> {
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

function kindOf(place: LockPlace): Kind {
  return (place.config as DynamoDbLockPlace | LockFilePlace).kind;
}

function unanswered(place: LockPlace): LockReading {
  const detail = 'no answer for this place';
  return {
    ok: false,
    at: Date.now(),
    error: { reason: 'internal', detail, place: place.label },
  };
}
