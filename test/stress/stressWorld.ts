import type { StateRef } from '../../src/core/stateRef';
import { accessTo, awsStateOf } from '../support/awsBlocks';
import { TestDynamoDb, type LoggedRequest } from '../support/awsDynalite';
import type { Fault } from '../support/awsFaults';
import {
  addressOf,
  checkHistory,
  fileHistoryEntry,
  historyEntry,
  type HistoryEntry,
  type Intent,
  type Violations,
} from '../support/awsHistory';
import { TestS3, type S3Request } from '../support/awsS3';
import type { LockMode } from '../support/terraform';
import { requestTimeoutMs, StressCrowd, stressKeys } from './stressCrowd';

/** Writes are delayed, lost, answered too late; the tail end of what happens on a bad network. */
function faultOf(
  random: () => number,
): Exclude<Fault, { kind: 'answer' | 'unprocessed' }> | undefined {
  const chance = random();
  if (chance < 0.01) return { kind: 'lostAnswer' };
  if (chance < 0.015) return { kind: 'dropped' };
  if (chance < 0.0175) return { kind: 'delay', ms: requestTimeoutMs + 200 };
  if (chance < 0.1) return { kind: 'delay', ms: Math.floor(random() * 20) };
  return undefined;
}

/** Two servers, actors who compete for the locks in them, and the history of every write to a lock. */
export class StressWorld extends StressCrowd {
  readonly history: HistoryEntry[] = [];

  private constructor(
    readonly db: TestDynamoDb,
    readonly s3: TestS3,
    readonly mode: LockMode,
    random: () => number,
  ) {
    super(random, (name) => statesOf({ db, s3, mode }, name));
    this.recordTable(random);
    this.recordFiles(random);
  }

  static async start(mode: LockMode, random: () => number): Promise<StressWorld> {
    const db = await TestDynamoDb.start();
    await db.createTable('locks');
    return new StressWorld(db, await TestS3.start('bucket'), mode, random);
  }

  async stop(): Promise<void> {
    await this.db.stop();
    await this.s3.stop();
  }

  /** The states as somebody with this access key sees them. */
  statesOf(accessKeyId: string): readonly StateRef[] {
    return statesOf(this, accessKeyId);
  }

  async violations(): Promise<Violations> {
    return checkHistory(this.history, await this.locksAtEnd());
  }

  /** What the servers themselves hold, by address. */
  async locksAtEnd(): Promise<ReadonlyMap<string, string | undefined>> {
    const locks = new Map<string, string | undefined>();
    for (const place of this.statesOf('admin').flatMap((state) => state.places)) {
      const address = addressOf(place);
      const file = /^s3:\/\/bucket\/(.*)$/.exec(address)?.[1];
      const item = file === undefined ? await this.db.get('locks', address) : undefined;
      const inTable = (item?.['Info'] as { S: string } | undefined)?.S;
      locks.set(address, file === undefined ? inTable : await this.s3.get('bucket', file));
    }
    return locks;
  }

  private recordTable(random: () => number): void {
    const intents = new Map<LoggedRequest, Intent | undefined>();
    const isWrite = ({ operation }: LoggedRequest): boolean =>
      operation === 'PutItem' || operation === 'DeleteItem';
    this.db.intercept = (request) => (isWrite(request) ? faultOf(random) : undefined);
    this.db.onArrival = (request) => {
      if (!isWrite(request)) return;
      const { Key: key, Item: item } = request.body as Record<string, { LockID: { S: string } }>;
      const address = (key ?? item)?.LockID.S ?? '';
      intents.set(request, this.intentOf(request.accessKeyId, address));
    };
    this.db.onEffect = (effect) => {
      this.history.push(historyEntry(effect, intents.get(effect.request)));
    };
  }

  private recordFiles(random: () => number): void {
    const intents = new Map<S3Request, Intent | undefined>();
    const isWrite = ({ method, key }: S3Request): boolean =>
      (method === 'PUT' || method === 'DELETE') && key.endsWith('.tflock');
    this.s3.intercept = (request) => (isWrite(request) ? faultOf(random) : undefined);
    this.s3.onArrival = (request) => {
      const address = `s3://${request.bucket}/${request.key}`;
      intents.set(request, this.intentOf(request.accessKeyId, address));
    };
    this.s3.onEffect = (effect) => {
      if (!isWrite(effect.request)) return;
      this.history.push(fileHistoryEntry(effect, intents.get(effect.request)));
    };
  }
}

function statesOf(
  { db, s3, mode }: Pick<StressWorld, 'db' | 's3' | 'mode'>,
  accessKeyId: string,
): readonly StateRef[] {
  const access = {
    ...accessTo(db.endpoint, { accessKeyId, secretAccessKey: 'not-a-real-key' }),
    endpoint: s3.endpoint,
    use_path_style: true,
    use_lockfile: mode.file,
    ...(mode.table ? {} : { dynamodb_table: null }),
  };
  return stressKeys.map((key) => awsStateOf(access, key));
}
