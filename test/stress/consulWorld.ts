import type { StateRef } from '../../src/core/stateRef';
import {
  checkHistory,
  type HistoryEntry,
  type Intent,
  type Violations,
} from '../support/awsHistory';
import { startConsul, type ConsulServer } from '../support/consulAgent';
import { consulStateOf } from '../support/consulPeople';
import { ConsulRecorder, type ConsulFault, type ConsulWrite } from '../support/consulRecorder';
import { requestTimeoutMs, StressCrowd, stressKeys } from './stressCrowd';

function faultOf(random: () => number): ConsulFault | undefined {
  const chance = random();
  if (chance < 0.01) return { kind: 'lostAnswer' };
  if (chance < 0.015) return { kind: 'dropped' };
  if (chance < 0.0175) return { kind: 'delay', ms: requestTimeoutMs + 200 };
  return chance < 0.1 ? { kind: 'delay', ms: Math.floor(random() * 20) } : undefined;
}

/**
 * Tells what happens to locks in Consul in the words of `checkHistory`: who took a lock that was there, and who
 * removed which record. A lock is its key's session; its record is the key beside it.
 */
export class ConsulHistory {
  readonly entries: HistoryEntry[] = [];
  /** Locks that were taken and whose record is not written yet: Terraform writes it afterwards. */
  private readonly taking = new Map<string, { readonly replaced: string | undefined }>();

  constructor(
    private readonly recorder: ConsulRecorder,
    private readonly intentOf: (actor: string, lockId: string) => Intent | undefined,
  ) {
    recorder.onWrite = (write) => {
      for (const lockId of new Set([...write.before.keys(), ...write.after.keys()])) {
        this.take(lockId, write);
      }
    };
  }

  /** The records of the locks that are held now, by lock key. */
  atEnd(): ReadonlyMap<string, string | undefined> {
    const held = [...this.recorder.atEnd()].filter(([, { session }]) => session !== undefined);
    return new Map(held.map(([lockId, { record }]) => [lockId, record]));
  }

  private take(lockId: string, { token, before, after }: ConsulWrite): void {
    const [was, is] = [before.get(lockId), after.get(lockId)];
    if (is?.session !== undefined && is.session !== was?.session) {
      this.taking.set(lockId, { replaced: was?.session === undefined ? undefined : was.record });
    } else if (was?.session !== undefined && is?.session === undefined) {
      this.push(token, lockId, 'DeleteItem', was.record);
    }
    const taking = this.taking.get(lockId);
    if (taking !== undefined && is?.record !== undefined && is.record !== was?.record) {
      this.taking.delete(lockId);
      this.push(token, lockId, 'PutItem', taking.replaced, is.record);
    }
  }

  private push(
    actor: string,
    lockId: string,
    operation: string,
    before: string | undefined,
    put?: string,
  ): void {
    const item = (text: string | undefined): HistoryEntry['before'] =>
      text === undefined ? undefined : { Info: { S: text } };
    const intent = this.intentOf(actor, lockId);
    const entry = { actor, intent, operation, lockId, applied: true };
    this.entries.push({ ...entry, before: item(before), put: item(put) });
  }
}

/** A Consul, actors who compete for the locks in it, and the history of every lock. */
export class ConsulWorld extends StressCrowd {
  private readonly history: ConsulHistory;

  private constructor(
    private readonly server: ConsulServer,
    readonly recorder: ConsulRecorder,
    random: () => number,
  ) {
    super(random, (name) => statesAt(recorder, name));
    this.history = new ConsulHistory(recorder, (actor, lockId) => this.intentOf(actor, lockId));
    recorder.faultOf = () => faultOf(random);
  }

  static async start(random: () => number): Promise<ConsulWorld> {
    const server = await startConsul();
    return new ConsulWorld(server, await ConsulRecorder.before(server.address, 'tf/'), random);
  }

  statesOf(name: string): readonly StateRef[] {
    return statesAt(this.recorder, name);
  }

  get writes(): number {
    return this.history.entries.length;
  }

  violations(): Violations {
    return checkHistory(this.history.entries, this.history.atEnd());
  }

  async stop(): Promise<void> {
    await this.recorder.stop();
    await this.server.stop();
  }
}

/** Each actor has a token of its own, by which the history knows it; without access rules, any will do. */
function statesAt({ address }: ConsulRecorder, name: string): readonly StateRef[] {
  return stressKeys.map((key) => consulStateOf({ path: `tf/${key}`, address, access_token: name }));
}
