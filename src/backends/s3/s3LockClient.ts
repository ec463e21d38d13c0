import type { LockInfo } from '../../core/lockInfo';
import type {
  AcquireOutcome,
  ReadOptions,
  ReleaseOptions,
  ReleaseOutcome,
} from '../../core/lockGateway';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { Fact } from '../../core/stateRef';
import type { BackendHost, LockClient } from '../backend';
import type { DynamoDbLockPlace, LockFilePlace } from './s3Backend';

type Kind = (DynamoDbLockPlace | LockFilePlace)['kind'];

/** The locks of the S3 backend: tables and files, each with an SDK that loads when it is first needed. */
export class S3LockClient implements LockClient {
  private readonly clients = new Map<Kind, Promise<LockClient>>();

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

  private client(kind: Kind): Promise<LockClient> {
    let client = this.clients.get(kind);
    if (client === undefined) {
      client = this.open(kind);
      this.clients.set(kind, client);
    }
    return client;
  }

  private async open(kind: Kind): Promise<LockClient> {
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
