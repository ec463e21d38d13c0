import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { OwnLock, OwnLockStore } from '../core/ownLocks';
import type { Log } from '../core/ports';

/**
 * Own locks as one small file each, named by the lock ID. Files, because several
 * windows share them: each is written whole or not at all, and windows never rewrite each other's.
 */
export class OwnLockFiles implements OwnLockStore {
  private locks: ReadonlyMap<string, OwnLock> = new Map();
  /** Counts what this window wrote, so that a look at the files knows whether it saw all of it. */
  private writes = 0;

  constructor(
    private readonly directory: string,
    private readonly log: Log,
  ) {}

  has(lockId: string, statePath: string): boolean {
    return this.locks.get(lockId)?.path === statePath;
  }

  find(lockId: string): OwnLock | undefined {
    return this.locks.get(lockId);
  }

  async remember(lock: OwnLock): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const file = this.fileOf(lock.lockId);
    const draft = `${file}.${String(process.pid)}.tmp`;
    await writeFile(draft, JSON.stringify(lock), { mode: 0o600 });
    await rename(draft, file);
    this.writes += 1;
    this.locks = new Map(this.locks).set(lock.lockId, lock);
  }

  async forget(lockId: string): Promise<void> {
    await rm(this.fileOf(lockId), { force: true });
    this.writes += 1;
    const rest = new Map(this.locks);
    rest.delete(lockId);
    this.locks = rest;
  }

  /** Looks at the files again; another window may have taken or released a lock. Returns whether it had. */
  async reload(): Promise<boolean> {
    let locks: ReadonlyMap<string, OwnLock>;
    let writes: number;
    do {
      writes = this.writes;
      locks = await this.loadAll();
    } while (writes !== this.writes);
    const before = markOf(this.locks);
    this.locks = locks;
    return before !== markOf(locks);
  }

  private async loadAll(): Promise<ReadonlyMap<string, OwnLock>> {
    const locks = new Map<string, OwnLock>();
    for (const name of await this.names()) {
      const lock = await this.load(name);
      if (lock !== undefined) {
        locks.set(lock.lockId, lock);
      }
    }
    return locks;
  }

  private async names(): Promise<string[]> {
    try {
      return (await readdir(this.directory)).filter((name) => name.endsWith('.json'));
    } catch {
      // Nothing was ever taken here.
      return [];
    }
  }

  private async load(name: string): Promise<OwnLock | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(path.join(this.directory, name), 'utf8'));
      if (isOwnLock(value)) {
        return value;
      }
      this.log.warn(`${name} among the own locks is not one`);
    } catch (error) {
      // Released by another window between listing and reading, or damaged: either way not known as ours.
      this.log.debug(`Own lock ${name} could not be read: ${String(error)}`);
    }
    return undefined;
  }

  private fileOf(lockId: string): string {
    return path.join(this.directory, `${encodeURIComponent(lockId)}.json`);
  }
}

/** Equal for the same locks with the same time limits. */
function markOf(locks: ReadonlyMap<string, OwnLock>): string {
  return [...locks.values()]
    .map(({ lockId, until }) => `${lockId} ${until ?? ''}`)
    .sort()
    .join();
}

function isOwnLock(value: unknown): value is OwnLock {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['lockId', 'path', 'takenAt'].every(
      (name) => typeof (value as Record<string, unknown>)[name] === 'string',
    )
  );
}
