import { randomUUID } from 'node:crypto';

/** One key, with numbers as they are: `Flags` has 64 bits. */
export interface StoredKey {
  readonly key: string;
  readonly value: Buffer;
  readonly flags: bigint;
  readonly session?: string;
  readonly lockIndex: number;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export interface StoredSession {
  readonly id: string;
  readonly name: string;
  readonly ttlMs: number;
  readonly lockDelayMs: number;
  readonly behavior: 'release' | 'delete';
  readonly createIndex: number;
}

/** A refused part of a transaction, in Consul's words. */
export class TransactionError extends Error {
  constructor(
    readonly index: number,
    readonly what: string,
  ) {
    super(what);
  }
}

export interface Operation {
  readonly verb: string;
  readonly key: string;
  readonly value: Buffer;
  readonly flags: bigint;
  readonly index: number;
  readonly session: string;
}

/**
 * Consul's key/value store and sessions, from its HTTP API documentation (kv, session, txn) and the semantics
 * that agent/consul/state gives them: sessions with time to live, lock-delay and behaviour; transactions that
 * are carried out whole or not at all; one index that grows with every change.
 */
export class ConsulStore {
  index = 1;
  private keys = new Map<string, StoredKey>();
  private readonly sessions = new Map<string, StoredSession>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly delayedUntil = new Map<string, number>();
  private readonly waiting = new Set<() => void>();

  get(key: string): StoredKey | undefined {
    return this.keys.get(key);
  }

  under(prefix: string): readonly StoredKey[] {
    return [...this.keys.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Resolves when something changes, or after this time. */
  changed(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  set(key: string, value: Buffer, flags: bigint, session?: string): StoredKey {
    const before = this.keys.get(key);
    const isLocked = session !== undefined && before?.session !== session;
    const holder = session ?? before?.session;
    return this.put({
      key,
      value,
      flags,
      ...(holder === undefined ? {} : { session: holder }),
      lockIndex: (before?.lockIndex ?? 0) + (isLocked ? 1 : 0),
      createIndex: before?.createIndex ?? this.index + 1,
      modifyIndex: this.index + 1,
    });
  }

  /** `undefined`: there is no such session. */
  lock(
    key: string,
    value: Buffer,
    flags: bigint,
    session: string,
  ): boolean | 'delayed' | undefined {
    if (!this.sessions.has(session)) return undefined;
    if ((this.delayedUntil.get(key) ?? 0) > Date.now()) return 'delayed';
    const before = this.keys.get(key);
    if (before?.session !== undefined && before.session !== session) return false;
    this.set(key, value, flags, session);
    return true;
  }

  unlock(key: string, value: Buffer, flags: bigint, session: string): boolean {
    const before = this.keys.get(key);
    if (before?.session === undefined || before.session !== session) return false;
    const { lockIndex, createIndex } = before;
    this.put({ key, value, flags, lockIndex, createIndex, modifyIndex: this.index + 1 });
    return true;
  }

  delete(key: string): void {
    const before = this.keys.get(key);
    if (before === undefined) return;
    this.keys.delete(key);
    this.changedNow();
  }

  createSession(request: {
    readonly name: string;
    readonly ttlMs: number;
    readonly lockDelayMs: number;
    readonly behavior: 'release' | 'delete';
  }): StoredSession {
    const session = { ...request, id: randomUUID(), createIndex: ++this.index };
    this.sessions.set(session.id, session);
    this.renewSession(session.id);
    return session;
  }

  session(id: string): StoredSession | undefined {
    return this.sessions.get(id);
  }

  renewSession(id: string): StoredSession | undefined {
    const session = this.sessions.get(id);
    clearTimeout(this.timers.get(id));
    if (session !== undefined && session.ttlMs > 0) {
      this.timers.set(
        id,
        setTimeout(() => {
          this.endSession(id);
        }, session.ttlMs),
      );
    }
    return session;
  }

  /** Ends a session: what it holds is released or deleted in the same step, and stays closed for the lock-delay. */
  endSession(id: string): void {
    const session = this.sessions.get(id);
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    if (session === undefined) return;
    this.sessions.delete(id);
    for (const entry of [...this.keys.values()].filter((one) => one.session === id)) {
      this.delayedUntil.set(entry.key, Date.now() + session.lockDelayMs);
      if (session.behavior === 'delete') {
        this.delete(entry.key);
      } else {
        this.unlock(entry.key, entry.value, entry.flags, id);
      }
    }
  }

  /** Everything or nothing. @throws TransactionError */
  transact(operations: readonly Operation[]): readonly StoredKey[] {
    const [keys, index] = [new Map(this.keys), this.index];
    try {
      return operations.flatMap((operation, at) => this.operate(operation, at));
    } catch (error) {
      [this.keys, this.index] = [keys, index];
      throw error;
    }
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const done of [...this.waiting]) done();
  }

  private operate(operation: Operation, at: number): readonly StoredKey[] {
    const { verb, key, value, flags, index, session } = operation;
    const refuse = (what: string): never => {
      throw new TransactionError(at, what);
    };
    const entry = this.keys.get(key);
    const now = (): readonly StoredKey[] => {
      const found = this.keys.get(key);
      return found === undefined ? [] : [found];
    };
    switch (verb) {
      case 'get':
        return entry === undefined ? refuse(`key "${key}" doesn't exist`) : [entry];
      case 'get-or-empty':
        return [entry ?? emptyKey(key)];
      case 'get-tree':
        return this.under(key);
      case 'set':
        return [this.set(key, value, flags)];
      case 'cas':
        if ((entry?.modifyIndex ?? 0) !== index)
          refuse(`failed to set key "${key}", index is stale`);
        return [this.set(key, value, flags)];
      case 'lock': {
        const locked = this.lock(key, value, flags, session);
        if (locked === undefined) refuse('invalid session');
        if (locked === 'delayed') refuse(`failed to lock key "${key}" due to lock delay`);
        if (locked === false) refuse(`failed to lock key "${key}", lock is already held`);
        return now();
      }
      case 'unlock':
        if (!this.unlock(key, value, flags, session)) {
          refuse(`failed to unlock key "${key}", lock isn't held, or is held by another session`);
        }
        return now();
      case 'check-session':
        if (entry === undefined) refuse(`failed to check session, key "${key}" doesn't exist`);
        if (entry?.session !== session) {
          refuse(
            `failed session check for key "${key}", current session "${entry?.session ?? ''}" != "${session}"`,
          );
        }
        return now();
      case 'check-index':
        if (entry === undefined) refuse(`failed to check index, key "${key}" doesn't exist`);
        if (entry?.modifyIndex !== index) {
          refuse(
            `failed index check for key "${key}", current modify index ${String(entry?.modifyIndex)} != ${String(index)}`,
          );
        }
        return now();
      case 'check-not-exists':
        return entry === undefined ? [] : refuse(`key "${key}" exists`);
      case 'delete':
        this.delete(key);
        return [];
      case 'delete-cas':
        if ((entry?.modifyIndex ?? 0) !== index)
          refuse(`failed to delete key "${key}", index is stale`);
        this.delete(key);
        return [];
      case 'delete-tree':
        this.under(key).forEach((one) => {
          this.delete(one.key);
        });
        return [];
      default:
        return refuse(`unknown KV verb "${verb}"`);
    }
  }

  private put(entry: StoredKey): StoredKey {
    this.keys.set(entry.key, entry);
    this.changedNow();
    return entry;
  }

  private changedNow(): void {
    this.index += 1;
    // Whoever waits looks again once this step is over, and sees the whole of a transaction.
    setImmediate(() => {
      for (const done of [...this.waiting]) done();
    });
  }
}

function emptyKey(key: string): StoredKey {
  return {
    key,
    value: Buffer.alloc(0),
    flags: 0n,
    lockIndex: 0,
    createIndex: 0,
    modifyIndex: 0,
  };
}
