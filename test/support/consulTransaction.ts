import type { ConsulStore, StoredKey } from './consulStore';

/** An operation of a transaction, as it comes over the wire. */
export interface WireOperation {
  readonly Verb: string;
  readonly Key: string;
  readonly Value?: string;
  /** As digits: 64 bits. */
  readonly Flags?: string;
  readonly Index?: string;
  readonly Session?: string;
}

export interface TransactionError {
  readonly OpIndex: number;
  readonly What: string;
}

export type TransactionAnswer =
  | { readonly kind: 'done'; readonly results: readonly StoredKey[] }
  | { readonly kind: 'errors'; readonly errors: readonly TransactionError[] };

/** Verbs that change nothing. */
export const readingVerbs: ReadonlySet<string> = new Set([
  'get',
  'get-or-empty',
  'get-tree',
  'check-index',
  'check-session',
  'check-not-exists',
]);

/** Carries out a transaction: all of it, or nothing (agent/consul/state/txn.go). */
export function transact(
  store: ConsulStore,
  operations: readonly WireOperation[],
): TransactionAnswer {
  store.expire();
  const delayed = operations.flatMap(({ Verb: verb, Key: key }, index) =>
    verb === 'lock' && store.isDelayed(key)
      ? [{ OpIndex: index, What: `failed to lock key ${JSON.stringify(key)} due to lock delay` }]
      : [],
  );
  if (delayed.length > 0) return { kind: 'errors', errors: delayed };
  return store.atomically<TransactionAnswer>(() => {
    const results: StoredKey[] = [];
    const errors: TransactionError[] = [];
    operations.forEach((operation, index) => {
      const outcome = perform(store, operation);
      if (typeof outcome === 'string') errors.push({ OpIndex: index, What: outcome });
      else results.push(...outcome);
    });
    return errors.length > 0
      ? { ok: false, value: { kind: 'errors', errors } as const }
      : { ok: true, value: { kind: 'done', results } as const };
  });
}

/** What an operation answers with, or what is wrong with it. */
function perform(store: ConsulStore, operation: WireOperation): readonly StoredKey[] | string {
  const { Verb: verb, Key: key, Session: session = '', Index: index = '0' } = operation;
  const write = {
    value: Buffer.from(operation.Value ?? '', 'base64'),
    flags: BigInt(operation.Flags ?? '0'),
  };
  const entry = store.get(key);
  const name = JSON.stringify(key);
  switch (verb) {
    case 'get':
      return entry === undefined ? `key ${name} doesn't exist` : [entry];
    case 'get-or-empty':
      return [entry ?? emptyKey(key)];
    case 'get-tree':
      return store.under(key);
    case 'set':
      return [withoutValue(store.set(key, write))];
    case 'cas':
      if ((entry?.modifyIndex ?? 0n) !== BigInt(index)) {
        return `failed to set key ${name}, index is stale`;
      }
      return [withoutValue(store.set(key, write))];
    case 'delete':
      store.delete(key);
      return [];
    case 'delete-cas':
      if (entry?.modifyIndex !== BigInt(index)) {
        return `failed to delete key ${name}, index is stale`;
      }
      store.delete(key);
      return [];
    case 'lock': {
      if (store.session(session) === undefined) return `invalid session ${JSON.stringify(session)}`;
      const locked = store.lock(key, session, write);
      return locked === undefined
        ? `failed to lock key ${name}, lock is already held`
        : [withoutValue(locked)];
    }
    case 'unlock':
      return store.unlock(key, session, write)
        ? []
        : `failed to unlock key ${name}, lock isn't held, or is held by another session`;
    case 'check-session':
      if (entry === undefined) return `failed to check session, key ${name} doesn't exist`;
      return entry.session === session
        ? [withoutValue(entry)]
        : `failed session check for key ${name}, current session ${JSON.stringify(entry.session ?? '')} != ${JSON.stringify(session)}`;
    case 'check-index':
      if (entry === undefined) return `failed to check index, key ${name} doesn't exist`;
      return entry.modifyIndex === BigInt(index)
        ? [withoutValue(entry)]
        : `failed index check for key ${name}, current modify index ${String(entry.modifyIndex)} != ${index}`;
    case 'check-not-exists':
      return entry === undefined ? [] : `key ${name} exists`;
    default:
      return `unknown KV verb ${JSON.stringify(verb)}`;
  }
}

function emptyKey(key: string): StoredKey {
  const none = { lockIndex: 0n, createIndex: 0n, modifyIndex: 0n };
  return { key, value: Buffer.alloc(0), flags: 0n, ...none };
}

/** Consul leaves the value out of what it answers to anything but a read. */
function withoutValue(entry: StoredKey): StoredKey {
  return { ...entry, value: Buffer.alloc(0) };
}
