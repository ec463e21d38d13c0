import { setTimeout as sleep } from 'node:timers/promises';
import { leaseTtlSeconds } from '../../src/backends/etcdv3/etcdLockPlace';
import type { AuditEntry } from '../../src/core/audit';
import { decodeLockInfo } from '../../src/core/lockInfo';
import type { EtcdServer } from '../support/etcdServer';

/** One change of one key, as etcd itself keeps it. */
interface EtcdEvent {
  readonly revision: bigint;
  /** By this machine's clock, in ms. */
  readonly at: number;
  readonly key: string;
  readonly deleted: boolean;
  readonly value: string;
  /** What was there before. */
  readonly before: string;
}

/** Every change, told by a watch of etcd itself, each with the time at which it was told. */
export class EtcdHistory {
  readonly events: EtcdEvent[] = [];
  private readonly ending = new AbortController();
  private reading: Promise<void> = Promise.resolve();

  private constructor(private readonly server: EtcdServer) {}

  static async start(server: EtcdServer): Promise<EtcdHistory> {
    const history = new EtcdHistory(server);
    const create = {
      key: encode('\0'),
      range_end: encode('\0'),
      start_revision: '1',
      prev_kv: true,
    };
    const answer = await post(server, 'watch', { create_request: create }, history.ending.signal);
    history.reading = history.read(answer);
    return history;
  }

  /** Waits until everything up to now has been told. */
  async stop(): Promise<readonly EtcdEvent[]> {
    await post(this.server, 'kv/put', { key: encode(endKey), value: '' });
    while (!this.events.some(({ key }) => key === endKey)) await sleep(20);
    this.ending.abort();
    await this.reading;
    return this.events.filter(({ key }) => key !== endKey);
  }

  private async read(answer: Response): Promise<void> {
    let text = '';
    try {
      for await (const chunk of answer.body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString();
        const lines = text.split('\n');
        text = lines.pop() ?? '';
        this.events.push(...lines.flatMap(eventsIn));
      }
    } catch (error) {
      if (!this.ending.signal.aborted) throw error;
    }
  }
}

/** A change that nobody else makes marks the end. */
const endKey = 'the end';

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function post(
  server: EtcdServer,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${server.endpoint}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

interface WatchLine {
  readonly result?: {
    readonly events?: readonly {
      readonly type?: string;
      readonly kv: { readonly key: string; readonly value?: string; readonly mod_revision: string };
      readonly prev_kv?: { readonly value?: string };
    }[];
  };
}

function eventsIn(line: string): EtcdEvent[] {
  const decode = (text = ''): string => Buffer.from(text, 'base64').toString();
  const { result } = JSON.parse(line) as WatchLine;
  return (result?.events ?? []).map(({ type, kv, prev_kv: before }) => ({
    revision: BigInt(kv.mod_revision),
    at: Date.now(),
    key: decode(kv.key),
    deleted: type === 'DELETE',
    value: decode(kv.value),
    before: decode(before?.value),
  }));
}

export interface EtcdViolations {
  /** Locks that were taken while another was there. */
  readonly overwritten: readonly string[];
  /** Locks that were removed though nobody was shown exactly them, or by a release of somebody else's. */
  readonly foreignDeleted: readonly string[];
  /** Locks that nobody renewed for the time that their lease lasts. */
  readonly ended: number;
  /** Changes of locks that were looked at. */
  readonly changes: number;
}

/**
 * Judges etcd's history by itself: at no revision may a lock have two mutex keys, and each record that was removed
 * must be exactly one that somebody, by their audit, had been shown when they removed it, or its lease has ended:
 * nobody renews here.
 */
export function checkEtcdHistory(
  events: readonly EtcdEvent[],
  audit: readonly AuditEntry[],
): EtcdViolations {
  const overwritten: string[] = [];
  const foreignDeleted: string[] = [];
  const holders = new Map<string, Set<string>>();
  const removals = audit.filter(
    ({ action, outcome }) =>
      action !== 'acquire' && (outcome === 'done' || outcome === 'uncertain'),
  );
  const used = new Set<AuditEntry>();
  const putAt = new Map<string, number>();
  let changes = 0;
  let ended = 0;
  for (const { key, deleted, before, revision, at } of events) {
    const [, state = '', lease] = /^(.*?)(?:\.lockinfo|\/([0-9a-f]+))$/.exec(key) ?? [];
    const where = `revision ${String(revision)}: ${key}`;
    if (lease !== undefined) {
      const keys = holders.get(state) ?? new Set();
      holders.set(state, keys);
      changes += 1;
      if (deleted) keys.delete(key);
      else if (keys.add(key).size > 1) overwritten.push(where);
    } else if (key.endsWith('.lockinfo')) {
      if (!deleted) {
        putAt.set(key, at);
        if (before !== '') overwritten.push(`${where} replaced a record`);
        continue;
      }
      const { who } = decodeLockInfo(before).info;
      const removal = removals.find((entry) => entry.record === before && !used.has(entry));
      if (removal === undefined) {
        const livedMs = at - (putAt.get(key) ?? at);
        if (livedMs >= leaseTtlSeconds * 1000 - 500) ended += 1;
        else foreignDeleted.push(`${where} of ${who}: nobody was shown it`);
      } else if (removal.action === 'release' && removal.by !== who) {
        foreignDeleted.push(`${where} of ${who}: released by ${removal.by}`);
      }
      if (removal !== undefined) used.add(removal);
    }
  }
  return { overwritten, foreignDeleted, ended, changes };
}
