import { LockFailure } from '../../core/lockError';
import { answerError, type Asked } from './consulErrors';
import type { ConsulAccess } from './consulConfig';
import { sendToConsul, type ConsulAnswer, type ConsulRequest } from './consulHttp';
import {
  encodeOperations,
  entryOf,
  parseConsul,
  type KeyEntry,
  type KeyOperation,
} from './consulJson';

/** What came of a transaction. */
export type TransactionOutcome =
  | { readonly kind: 'done'; readonly entries: readonly KeyEntry[] }
  /** Nothing was changed. The errors are Consul's own words. */
  | { readonly kind: 'rolledBack'; readonly errors: readonly string[] }
  /** Consul does not know this endpoint or one of its operations. */
  | { readonly kind: 'unknown' };

/** The answer to looking at one key. */
export interface KeyAnswer {
  readonly entry?: KeyEntry;
  /** Where a blocking query goes on from. */
  readonly index: string | undefined;
}

/** The requests to one Consul cluster, as one identity. */
export class ConsulCluster {
  constructor(readonly access: ConsulAccess) {}

  send(request: ConsulRequest, signal: AbortSignal): Promise<ConsulAnswer> {
    return sendToConsul(this.access, request, signal);
  }

  /**
   * Looks at one key, consistently; with `wait` once its index has grown or that time has gone by.
   * The exact key, never a prefix: Consul leaves out of a list what a token may not read, as if it did not
   * exist, and only the exact key is refused with 403 (agent/consul/kvs_endpoint.go).
   */
  async key(
    name: string,
    options: { readonly timeoutMs: number; readonly index?: string; readonly waitMs?: number },
    signal: AbortSignal,
  ): Promise<KeyAnswer> {
    const { index, waitMs, timeoutMs } = options;
    const blocking = index === undefined || waitMs === undefined ? undefined : { index, waitMs };
    const answer = await this.send(
      {
        method: 'GET',
        path: `kv/${keyPath(name)}`,
        query: {
          consistent: '',
          ...(blocking ? { index: blocking.index, wait: `${String(blocking.waitMs)}ms` } : {}),
        },
        timeoutMs,
      },
      signal,
    );
    if (answer.status === 404 && answer.index !== undefined) {
      return { index: answer.index };
    }
    if (answer.status !== 200) {
      throw new LockFailure(answerError(answer, readOf(name), this.access));
    }
    const list = parseConsul(answer.text);
    const entry = entryOf(Array.isArray(list) ? list[0] : undefined);
    if (entry.key !== name) {
      throw new LockFailure({ reason: 'malformed', detail: 'the answer is about another key' });
    }
    return { entry, index: answer.index };
  }

  /** One transaction: everything or nothing. */
  async transact(
    operations: readonly KeyOperation[],
    asked: Asked,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<TransactionOutcome> {
    const readOnly = operations.every(({ verb }) => verb === 'get-or-empty');
    const answer = await this.send(
      {
        method: 'PUT',
        path: 'txn',
        ...(readOnly ? { query: { consistent: '' } } : {}),
        body: encodeOperations(operations),
        timeoutMs,
      },
      signal,
    );
    if (answer.status === 409) {
      return rolledBack(parseConsul(answer.text));
    }
    if (answer.status === 400 || answer.status === 404 || answer.status === 405) {
      return { kind: 'unknown' };
    }
    if (answer.status !== 200) {
      throw new LockFailure(answerError(answer, asked, this.access));
    }
    const { Results: results } = parseConsul(answer.text) as { readonly Results?: unknown };
    const list = Array.isArray(results) ? (results as readonly { readonly KV?: unknown }[]) : [];
    return { kind: 'done', entries: list.map(({ KV: entry }) => entryOf(entry)) };
  }
}

function rolledBack(value: unknown): TransactionOutcome {
  const { Errors: errors } = (value ?? {}) as { readonly Errors?: unknown };
  const list = Array.isArray(errors) ? (errors as readonly { readonly What?: unknown }[]) : [];
  const words = list.map(({ What: what }) => (typeof what === 'string' ? what : ''));
  return words.some((what) => /unknown (KV )?(verb|operation)/i.test(what))
    ? { kind: 'unknown' }
    : { kind: 'rolledBack', errors: words };
}

export function readOf(key: string): Asked {
  return { action: 'key:read', resource: `key "${key}"` };
}

export function writeOf(key: string): Asked {
  return { action: 'key:write', resource: `key "${key}"` };
}

/** Each part encoded, the slashes kept, as Consul's own client does. */
function keyPath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
