import { randomUUID } from 'node:crypto';

/** A key of Consul's store. */
export interface StoredKey {
  readonly key: string;
  readonly value: Buffer;
  readonly flags: bigint;
  readonly session?: string;
  readonly lockIndex: bigint;
  readonly createIndex: bigint;
  readonly modifyIndex: bigint;
}

export interface StoredSession {
  readonly id: string;
  readonly name: string;
  readonly ttl: string;
  readonly ttlMs: number;
  readonly lockDelayMs: number;
  readonly behavior: string;
  readonly checks: readonly string[];
  endsAt: number;
}

/** What is written with a key. */
export interface KeyWrite {
  readonly value: Buffer;
  readonly flags: bigint;
}

/** One change of the store, as it was carried out. */
export interface StoreChange {
  readonly key: string;
  readonly kind: 'set' | 'lock' | 'unlock' | 'delete';
  readonly before: StoredKey | undefined;
  readonly after: StoredKey | undefined;
  /** What caused it: a request's number, or the end of a session. */
  readonly by: string;
}

/**
 * Keys and sessions as Consul keeps them (agent/consul/state/{kvs,session}.go): indices, locks, lock-delay, and
 * what the end of a session does to its keys. Its clock is given, so that time can be moved.
 */
export class ConsulStore {
  readonly changes: StoreChange[] = [];
  /** Who writes just now. */
  by = '';
  private keys = new Map<string, StoredKey>();
  private readonly sessions = new Map<string, StoredSession>();
  private readonly delayedUntil = new Map<string, number>();
  private readonly watchers = new Set<() => void>();
  private current = 10n;

  constructor(readonly now: () => number = Date.now) {}

  /** The index of the newest change. */
  get index(): bigint {
    return this.current;
  }

  get(key: string): StoredKey | undefined {
    this.expire();
    return this.keys.get(key);
  }

  under(prefix: string): readonly StoredKey[] {
    this.expire();
    return [...this.keys.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  session(id: string): StoredSession | undefined {
    this.expire();
    return this.sessions.get(id);
  }

  allSessions(): readonly StoredSession[] {
    this.expire();
    return [...this.sessions.values()];
  }

  createSession(fields: Omit<StoredSession, 'id' | 'endsAt'>): string {
    const id = randomUUID();
    this.sessions.set(id, { ...fields, id, endsAt: this.endOf(fields.ttlMs) });
    this.current += 1n;
    return id;
  }

  renewSession(id: string): StoredSession | undefined {
    const session = this.session(id);
    if (session !== undefined) session.endsAt = this.endOf(session.ttlMs);
    return session;
  }

  /** Ends a session: its keys are unlocked or deleted, and closed for its lock-delay. */
  destroySession(id: string): void {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    this.sessions.delete(id);
    this.current += 1n;
    for (const entry of [...this.keys.values()].filter((one) => one.session === id)) {
      if (session.lockDelayMs > 0) {
        this.delayedUntil.set(entry.key, this.now() + session.lockDelayMs);
      }
      const { session: _ended, ...rest } = entry;
      this.put(
        entry.key,
        session.behavior === 'delete' ? undefined : { ...rest, modifyIndex: this.current },
        session.behavior === 'delete' ? 'delete' : 'unlock',
      );
    }
    this.wake();
  }

  /** Ends what has not been renewed in time. */
  expire(): void {
    for (const { id, endsAt } of [...this.sessions.values()]) {
      if (endsAt <= this.now()) {
        const before = this.by;
        this.by = `end of session ${id}`;
        this.destroySession(id);
        this.by = before;
      }
    }
  }

  isDelayed(key: string): boolean {
    return (this.delayedUntil.get(key) ?? 0) > this.now();
  }

  set(key: string, write: KeyWrite): StoredKey {
    const before = this.keys.get(key);
    return this.change(key, { ...write, ...sessionOf(before) }, 'set');
  }

  /** Whether the session holds the key now. */
  lock(key: string, session: string, write: KeyWrite): StoredKey | undefined {
    const before = this.keys.get(key);
    if (before?.session !== undefined && before.session !== session) return undefined;
    return this.change(key, { ...write, session }, 'lock');
  }

  unlock(key: string, session: string, write: KeyWrite): boolean {
    if (this.keys.get(key)?.session !== session) return false;
    this.change(key, write, 'unlock');
    return true;
  }

  delete(key: string): void {
    if (!this.keys.has(key)) return;
    this.current += 1n;
    this.put(key, undefined, 'delete');
    this.wake();
  }

  /** Everything that `task` does, or nothing of it. */
  atomically<T>(task: () => { readonly ok: boolean; readonly value: T }): T {
    const [keys, index, changes] = [new Map(this.keys), this.current, this.changes.length];
    const { ok, value } = task();
    if (!ok) {
      this.keys = keys;
      this.current = index;
      this.changes.length = changes;
    }
    return value;
  }

  /** Calls back at every change until it is taken back. */
  onChange(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** The cluster is restored from an old snapshot: its indices begin anew. */
  resetIndex(): void {
    this.current = 5n;
    for (const [key, entry] of this.keys) this.keys.set(key, { ...entry, modifyIndex: 4n });
    this.wake();
  }

  private change(
    key: string,
    write: KeyWrite & { readonly session?: string },
    kind: StoreChange['kind'],
  ): StoredKey {
    const before = this.keys.get(key);
    this.current += 1n;
    const isTaken = write.session !== undefined && before?.session !== write.session;
    const entry: StoredKey = {
      ...write,
      key,
      lockIndex: (before?.lockIndex ?? 0n) + (isTaken ? 1n : 0n),
      createIndex: before?.createIndex ?? this.current,
      modifyIndex: this.current,
    };
    this.put(key, entry, kind);
    this.wake();
    return entry;
  }

  private put(key: string, after: StoredKey | undefined, kind: StoreChange['kind']): void {
    this.changes.push({ key, kind, before: this.keys.get(key), after, by: this.by });
    if (after === undefined) this.keys.delete(key);
    else this.keys.set(key, after);
  }

  private endOf(ttlMs: number): number {
    return ttlMs === 0 ? Infinity : this.now() + ttlMs;
  }

  private wake(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

function sessionOf(entry: StoredKey | undefined): { readonly session?: string } {
  return entry?.session === undefined ? {} : { session: entry.session };
}
