import { setTimeout as sleep } from 'node:timers/promises';
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
import { StressActor } from './stressActor';

/** Longer than any read takes here, shorter than the longest delay: some answers come too late. */
export const requestTimeoutMs = 1500;
export const actorCount = 20;
const keys = ['network', 'cluster', 'database', 'dns', 'monitoring'];

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
export class StressWorld {
  readonly history: HistoryEntry[] = [];
  readonly actors: readonly StressActor[];

  private constructor(
    readonly db: TestDynamoDb,
    readonly s3: TestS3,
    private readonly mode: LockMode,
    random: () => number,
  ) {
    this.actors = Array.from({ length: actorCount }, (_, index) => {
      const name = `ACTOR${String(index)}`;
      return new StressActor(name, this.statesOf(name), random, requestTimeoutMs);
    });
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
    const { file, table } = this.mode;
    const access = {
      ...accessTo(this.db.endpoint, { accessKeyId, secretAccessKey: 'not-a-real-key' }),
      endpoint: this.s3.endpoint,
      use_path_style: true,
      use_lockfile: file,
      ...(table ? {} : { dynamodb_table: null }),
    };
    return keys.map((key) => awsStateOf(access, key));
  }

  /** Lets every actor act until so many operations were begun; waits for what is still on its way. */
  async run(operations: number): Promise<void> {
    let begun = 0;
    await Promise.all(
      this.actors.map(async (actor) => {
        while (begun < operations) {
          begun += 1;
          await actor.act();
        }
      }),
    );
    await sleep(requestTimeoutMs + 500);
  }

  /** How often operations ended so: `acquire done`. */
  count(...names: string[]): number {
    const all = this.actors.flatMap(({ results }) => [...results]);
    return all.filter(([name]) => names.includes(name)).reduce((sum, [, count]) => sum + count, 0);
  }

  get done(): number {
    const all = this.actors.flatMap(({ results }) => [...results.values()]);
    return all.reduce((sum, count) => sum + count, 0);
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

  private intentOf(actor: string, address: string): Intent | undefined {
    return this.actors.find(({ name }) => name === actor)?.intents.get(address);
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
