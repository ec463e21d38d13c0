import type { StateRef } from '../../src/core/stateRef';
import {
  checkHistory,
  type HistoryEntry,
  type Intent,
  type Violations,
} from '../support/awsHistory';
import { ConsulDouble, type ConsulFault } from '../support/consulDouble';
import { consulStateOf } from '../support/consulPeople';
import type { KeyEffect } from '../support/consulStore';
import { requestTimeoutMs, StressCrowd, stressKeys } from './stressCrowd';

function faultOf(random: () => number): ConsulFault | undefined {
  const chance = random();
  if (chance < 0.01) return { kind: 'lostAnswer' };
  if (chance < 0.015) return { kind: 'dropped' };
  if (chance < 0.0175) return { kind: 'delay', ms: requestTimeoutMs + 200 };
  return chance < 0.1 ? { kind: 'delay', ms: Math.floor(random() * 20) } : undefined;
}

/**
 * Records what happens to locks in Consul in the words of `checkHistory`: who took a lock that was there, and who
 * removed which record. A lock is its key's session; its record is the key beside it.
 */
export class ConsulHistory {
  readonly entries: HistoryEntry[] = [];
  private readonly records = new Map<string, string>();
  private taking: { readonly lockId: string; readonly replaced: boolean } | undefined;

  constructor(
    private readonly double: ConsulDouble,
    private readonly intentOf: (actor: string, lockId: string) => Intent | undefined,
  ) {
    double.store.onEffect = (effect) => {
      this.take(effect);
    };
  }

  /** The records of the locks that are held now, by lock key. */
  atEnd(): ReadonlyMap<string, string | undefined> {
    return new Map(
      this.double.store
        .under('tf/')
        .filter(({ key, session }) => key.endsWith('/.lock') && session !== undefined)
        .map(({ key }) => [key, this.records.get(key)]),
    );
  }

  private take({ key, before, after }: KeyEffect): void {
    if (key.endsWith('/.lockinfo')) {
      const lockId = key.replace(/info$/, '');
      const text = after?.value.toString();
      if (this.taking?.lockId === lockId && text !== undefined) {
        this.push(lockId, 'PutItem', this.taking.replaced, text);
        this.taking = undefined;
      }
      if (text === undefined) this.records.delete(lockId);
      else this.records.set(lockId, text);
      return;
    }
    const [was, is] = [before?.session, after?.session];
    if (is !== undefined && is !== was) {
      this.taking = { lockId: key, replaced: was !== undefined };
    } else if (was !== undefined && is === undefined) {
      this.push(key, 'DeleteItem', true);
    }
  }

  private push(lockId: string, operation: string, wasHeld: boolean, put?: string): void {
    const actor = this.double.acting;
    const record = this.records.get(lockId);
    this.entries.push({
      actor,
      intent: this.intentOf(actor, lockId),
      operation,
      lockId,
      applied: true,
      before: wasHeld ? { Info: { S: record } } : undefined,
      put: put === undefined ? undefined : { Info: { S: put } },
    });
  }
}

/** A Consul, actors who compete for the locks in it, and the history of every lock. */
export class ConsulWorld extends StressCrowd {
  private readonly history: ConsulHistory;

  private constructor(
    readonly double: ConsulDouble,
    random: () => number,
  ) {
    super(random, (name) => statesAt(double, name));
    this.history = new ConsulHistory(double, (actor, lockId) => this.intentOf(actor, lockId));
    double.intercept = ({ method, path }) =>
      method === 'PUT' && path === 'txn' ? faultOf(random) : undefined;
  }

  static async start(random: () => number): Promise<ConsulWorld> {
    // Nobody renews here: sessions must outlive the test.
    return new ConsulWorld(await ConsulDouble.start({ ttlFactor: 1000 }), random);
  }

  statesOf(name: string): readonly StateRef[] {
    return statesAt(this.double, name);
  }

  get writes(): number {
    return this.history.entries.length;
  }

  violations(): Violations {
    return checkHistory(this.history.entries, this.history.atEnd());
  }

  stop(): Promise<void> {
    return this.double.stop();
  }
}

/** Each actor has a token of its own, by which the history knows it. */
function statesAt(double: ConsulDouble, name: string): readonly StateRef[] {
  return stressKeys.map((key) =>
    consulStateOf({ path: `tf/${key}`, address: double.address, access_token: name }),
  );
}
