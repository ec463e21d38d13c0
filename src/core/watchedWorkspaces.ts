import { Emitter, type Disposable } from './lifecycle';

/** Where the choice is kept between two sessions. */
export interface WatchedStore {
  load(): unknown;
  save(watched: Readonly<Record<string, readonly string[]>>): Promise<void>;
}

/** More than anybody chooses by hand: what is stored may be damaged, and each of them is read in every round. */
const maxPerModule = 1000;

/**
 * The workspaces that a person watches beside the selected one, module by module. They are states like any
 * other on the board, but never what the editor shows as a module's own state.
 */
export class WatchedWorkspaces implements Disposable {
  private readonly watched: Map<string, readonly string[]>;
  private readonly changeEmitter = new Emitter<void>();

  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly store: WatchedStore) {
    this.watched = readStored(store.load());
  }

  /** Of a module's directory, in order of name. */
  of(dir: string): readonly string[] {
    return this.watched.get(dir) ?? [];
  }

  /** Replaces what is watched of a module. */
  async set(dir: string, workspaces: readonly string[]): Promise<void> {
    const names = [...new Set(workspaces)].sort().slice(0, maxPerModule);
    if (names.join('\n') === this.of(dir).join('\n')) {
      return;
    }
    if (names.length === 0) {
      this.watched.delete(dir);
    } else {
      this.watched.set(dir, names);
    }
    this.changeEmitter.fire();
    await this.store.save(Object.fromEntries(this.watched));
  }

  async remove(dir: string, workspace: string): Promise<void> {
    await this.set(
      dir,
      this.of(dir).filter((name) => name !== workspace),
    );
  }

  dispose(): void {
    this.changeEmitter.dispose();
  }
}

/** What can be understood of what was stored. */
function readStored(stored: unknown): Map<string, readonly string[]> {
  const entries = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
  return new Map(
    entries.flatMap(([dir, names]: [string, unknown]) => {
      const texts = Array.isArray(names)
        ? names.filter((name): name is string => typeof name === 'string').slice(0, maxPerModule)
        : [];
      return texts.length === 0 ? [] : [[dir, texts] as const];
    }),
  );
}
