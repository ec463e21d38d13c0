import type { AuditEntry, AuditLog } from '../../src/core/audit';
import type { Disposable } from '../../src/core/lifecycle';
import type { LockErrorReason } from '../../src/core/lockError';
import type {
  AcquireOutcome,
  CreateTableOutcome,
  LockGateway,
  PrepareOutcome,
  ReadOptions,
  ReleaseOutcome,
  RenewOutcome,
  WatchAnswer,
  WatchOptions,
} from '../../src/core/lockGateway';
import { encodeLockInfo, decodeLockInfo, type LockInfo } from '../../src/core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../../src/core/lockPlace';
import type { OwnLock, OwnLockStore } from '../../src/core/ownLocks';
import type { Clock, Log } from '../../src/core/ports';
import type { RequiredPermissions } from '../../src/core/permissions';
import type { Problem } from '../../src/core/problems';
import type { Resolution } from '../../src/core/resolution';
import type { BackupOutcome, StateInfo } from '../../src/core/stateBackup';
import type { Fact, StateRef } from '../../src/core/stateRef';

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits, in real time, until `condition` holds. */
export async function until(
  condition: () => boolean,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A promise and the means to end it. */
export function deferred<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolvePromise: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    resolvePromise = resolve;
  });
  return { promise, resolve: (value) => resolvePromise(value) };
}

/** The only element; anything else fails the test. */
export function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) {
    throw new Error(`Expected one element, not ${String(items.length)}.`);
  }
  return item;
}

/** Time that stands still until it is moved. */
export class FakeClock implements Clock {
  private timers: { readonly at: number; readonly task: () => void }[] = [];

  constructor(private time = Date.parse('2026-03-01T12:00:00Z')) {}

  now(): number {
    return this.time;
  }

  after(delayMs: number, task: () => void): Disposable {
    const timer = { at: this.time + delayMs, task };
    this.timers.push(timer);
    return { dispose: () => (this.timers = this.timers.filter((other) => other !== timer)) };
  }

  /** How far away each timer is, nearest first. */
  get delays(): readonly number[] {
    return this.timers.map((timer) => timer.at - this.time).sort((a, b) => a - b);
  }

  /** Moves time on, runs what falls due in its order, and lets it settle. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settled();
      const [next] = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.task();
    }
    this.time = end;
    await settled();
  }

  /** Somebody sets the clock: timers do not notice. */
  set(time: number): void {
    const by = time - this.time;
    this.timers = this.timers.map(({ at, task }) => ({ at: at + by, task }));
    this.time = time;
  }
}

/** A log to look at. */
export class MemoryLog implements Log {
  readonly lines: string[] = [];
  readonly debug = (message: string): number => this.lines.push(`debug ${message}`);
  readonly info = (message: string): number => this.lines.push(`info ${message}`);
  readonly warn = (message: string): number => this.lines.push(`warn ${message}`);
  readonly error = (message: string): number => this.lines.push(`error ${message}`);
}

export function placeOf(name: string, batchKey = 'table'): LockPlace {
  return { backend: 's3', id: name, batchKey, label: `place ${name}`, facts: [], config: { name } };
}

export function stateOf(name: string, places: readonly LockPlace[] = [placeOf(name)]): StateRef {
  const key = `${name}.tfstate`;
  const path = `bucket/${key}`;
  return { id: name, backend: 's3', key, path, workspace: 'default', facts: [], places };
}

export function infoOf(parts: Partial<LockInfo> = {}): LockInfo {
  return {
    id: 'a7d40559-1145-efc8-e155-9d1a71046434',
    operation: 'OperationTypeApply',
    info: '',
    who: 'alice@build-07',
    version: '1.11.4',
    created: '2026-03-01T11:48:00Z',
    path: 'bucket/a.tfstate',
    ...parts,
  };
}

export function recordOf(parts: Partial<LockInfo> = {}): LockRecord {
  const raw = encodeLockInfo(infoOf(parts));
  return { ...decodeLockInfo(raw), raw, guard: raw };
}

export const free = (at: number): LockReading => ({ ok: true, at });
export const held = (at: number, record = recordOf()): LockReading => ({ ok: true, at, record });
export const failed = (at: number, reason: LockErrorReason = 'network'): LockReading => ({
  ok: false,
  at,
  error: { reason },
});

/** A gateway that answers what the test says, and notes what it was asked. */
export class FakeGateway implements LockGateway {
  readonly reads: { readonly places: readonly LockPlace[]; readonly userStarted: boolean }[] = [];
  readonly writes: string[] = [];
  onRead: (places: readonly LockPlace[], signal: AbortSignal) => Promise<readonly LockReading[]>;
  onAcquire: (info: LockInfo) => Promise<AcquireOutcome> = (info) =>
    Promise.resolve({ kind: 'acquired', record: recordOf(info) });
  onRelease: (record: LockRecord) => Promise<ReleaseOutcome> = () =>
    Promise.resolve({ kind: 'released' });

  readonly watches: (readonly LockPlace[])[] = [];
  onWatch: (places: readonly LockPlace[], signal: AbortSignal) => Promise<WatchAnswer> = () =>
    Promise.resolve({ kind: 'unsupported' });
  onRestore: (record: LockRecord) => Promise<AcquireOutcome> = (record) =>
    Promise.resolve({ kind: 'acquired', record });
  onPrepare: () => Promise<PrepareOutcome> = () => Promise.resolve({ kind: 'ready' });
  onRenew: () => Promise<RenewOutcome> = () => Promise.resolve({ kind: 'renewed' });

  constructor(clock: Clock) {
    this.onRead = (places) => Promise.resolve(places.map(() => free(clock.now())));
  }

  resolve(): Promise<Resolution> {
    return Promise.reject(new Error('not asked for in these tests'));
  }

  identify(): Promise<readonly Fact[]> {
    return Promise.resolve([]);
  }

  readMany(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]> {
    this.reads.push({ places, userStarted: options.userStarted });
    return this.onRead(places, signal);
  }

  inspect(): Promise<readonly Problem[]> {
    return Promise.resolve([]);
  }

  permissions(): Promise<RequiredPermissions | undefined> {
    return Promise.resolve(undefined);
  }

  createLockTable(): Promise<CreateTableOutcome> {
    return Promise.reject(new Error('not asked for in these tests'));
  }

  awaitChange(
    places: readonly LockPlace[],
    _options: WatchOptions,
    signal: AbortSignal,
  ): Promise<WatchAnswer> {
    this.watches.push(places);
    return this.onWatch(places, signal);
  }

  prepare(): Promise<PrepareOutcome> {
    return this.onPrepare();
  }

  renew(place: LockPlace): Promise<RenewOutcome> {
    this.writes.push(`renew ${place.id}`);
    return this.onRenew();
  }

  acquire(place: LockPlace, info: LockInfo): Promise<AcquireOutcome> {
    this.writes.push(`acquire ${place.id}`);
    return this.onAcquire(info);
  }

  restore(place: LockPlace, record: LockRecord): Promise<AcquireOutcome> {
    this.writes.push(`restore ${place.id}`);
    return this.onRestore(record);
  }

  readStateInfo(): Promise<StateInfo> {
    return Promise.reject(new Error('not asked for in these tests'));
  }

  downloadState(): Promise<BackupOutcome> {
    return Promise.reject(new Error('not asked for in these tests'));
  }

  release(place: LockPlace, record: LockRecord): Promise<ReleaseOutcome> {
    this.writes.push(`release ${place.id}`);
    return this.onRelease(record);
  }
}

export class MemoryOwnLocks implements OwnLockStore {
  readonly locks = new Map<string, OwnLock>();

  has(lockId: string, path: string): boolean {
    return this.locks.get(lockId)?.path === path;
  }

  find(lockId: string): OwnLock | undefined {
    return this.locks.get(lockId);
  }

  remember(lock: OwnLock): Promise<void> {
    this.locks.set(lock.lockId, lock);
    return Promise.resolve();
  }

  forget(lockId: string): Promise<void> {
    this.locks.delete(lockId);
    return Promise.resolve();
  }
}

export class MemoryAudit implements AuditLog {
  readonly entries: AuditEntry[] = [];

  append(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
    return Promise.resolve();
  }
}
