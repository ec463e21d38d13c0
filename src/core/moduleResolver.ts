import type { Disposable } from './lifecycle';
import type { LockBoard } from './lockBoard';
import { toLockError } from './lockError';
import type { LockGateway } from './lockGateway';
import { effectiveBlocks, type Candidate } from './effectiveBlocks';
import { isTofuFile, tofuTwin } from './moduleFiles';
import type { Log } from './ports';
import type { FoundBlock, ModuleBackend, Resolution } from './resolution';
import type { WatchedWorkspaces } from './watchedWorkspaces';

interface ResolverDeps {
  readonly gateway: Pick<LockGateway, 'resolve'>;
  readonly board: LockBoard;
  readonly log: Log;
  readonly watched: Pick<WatchedWorkspaces, 'of'>;
  /** Lets others use the thread between portions of a large workspace. */
  yieldNow(): Promise<void>;
  /** Called after the board has new modules. */
  onResolved(): void;
}

/** Turns the backend blocks that were found in files into modules with states, and puts them on the board. */
export class ModuleResolver implements Disposable {
  private readonly files = new Map<string, readonly FoundBlock[]>();
  /** Of each block, by watched workspace; the empty name is the selected one. */
  private resolutions = new WeakMap<FoundBlock, Map<string, Promise<Resolution>>>();
  private running: Promise<void> | undefined;
  private requests = 0;
  private disposed = false;
  /** What the board was last given, to tell a real change from a look that found nothing new. */
  private published: readonly string[] = [];

  constructor(private readonly deps: ResolverDeps) {}

  /**
   * Replaces what was found in one file; an empty list removes the file.
   * @param exists whether the file is there though it has no blocks: a `.tofu` file hides its `.tf` twin.
   */
  setFile(file: string, blocks: readonly FoundBlock[], exists = false): void {
    const counts = blocks.length > 0 || (exists && isTofuFile(file));
    if (!counts && !this.files.has(file)) {
      return;
    }
    if (counts) {
      this.files.set(file, blocks);
    } else {
      this.files.delete(file);
    }
    void this.update();
  }

  /** Looks again at what resolving depends on beside the blocks: the selected workspace, and the watched ones. */
  invalidate(): void {
    this.resolutions = new WeakMap();
    void this.update();
  }

  dispose(): void {
    this.disposed = true;
  }

  /** One run at a time; what changes meanwhile is taken in by one more. Resolves when nothing is left to do. */
  private update(): Promise<void> {
    if (this.disposed) {
      return Promise.resolve();
    }
    this.requests += 1;
    this.running ??= this.run();
    return this.running;
  }

  private async run(): Promise<void> {
    // Changes of the same moment are taken in together.
    await Promise.resolve();
    try {
      let seen: number;
      do {
        seen = this.requests;
        await this.resolveAll();
      } while (seen !== this.requests);
    } finally {
      // In the same step as the last look at `requests`: a request in between would be lost.
      this.running = undefined;
    }
  }

  private async resolveAll(): Promise<void> {
    const found = [...this.files].filter(([file]) => !this.isHidden(file)).flatMap(([, b]) => b);
    const modules: ModuleBackend[] = [];
    const marks: string[] = [];
    for (const portion of portionsOf(effectiveBlocks(found))) {
      const resolved = (await Promise.all(portion.map((block) => this.resolve(block)))).flat();
      modules.push(...resolved);
      marks.push(JSON.stringify(resolved));
      await this.deps.yieldNow();
      if (this.disposed) {
        return;
      }
    }
    if (!this.disposed && !sameMarks(marks, this.published)) {
      this.published = marks;
      this.deps.board.setModules(modules);
      this.deps.onResolved();
    }
  }

  /** Whether OpenTofu reads another file instead. Who has `.tofu` files uses OpenTofu. */
  private isHidden(file: string): boolean {
    const twin = tofuTwin(file);
    return twin !== undefined && this.files.has(twin);
  }

  /** The module in its selected workspace, then in each that is watched beside it. */
  private async resolve(candidate: Candidate): Promise<ModuleBackend[]> {
    const { found, conflict } = candidate;
    const { dir, file, block } = found;
    if (conflict !== undefined) {
      const error = { reason: 'unresolved', detail: conflict } as const;
      return [{ dir, file, block, resolution: { kind: 'unresolved', error } }];
    }
    const watched = this.deps.watched.of(dir);
    const [selected, ...others] = await Promise.all([
      this.resolutionOf(found),
      ...watched.map((workspace) => this.resolutionOf(found, workspace)),
    ]);
    return [
      { dir, file, block, resolution: selected },
      ...others.map((resolution, index) => ({
        dir,
        file,
        block,
        resolution,
        watched: watched[index] ?? '',
      })),
    ];
  }

  private resolutionOf(found: FoundBlock, workspace?: string): Promise<Resolution> {
    const known = this.resolutions.get(found) ?? new Map<string, Promise<Resolution>>();
    this.resolutions.set(found, known);
    const name = workspace ?? '';
    let resolution = known.get(name);
    if (resolution === undefined) {
      const context = {
        ...(found.dirPath === undefined ? {} : { dirPath: found.dirPath }),
        ...(workspace === undefined ? {} : { workspace }),
      };
      resolution = this.deps.gateway
        .resolve(found.block, context)
        .catch((error: unknown): Resolution => {
          this.deps.log.error(`A backend block could not be resolved: ${String(error)}`);
          // Not an answer, so not kept as one: the next run asks again.
          known.delete(name);
          return { kind: 'unresolved', error: toLockError(error) };
        });
      known.set(name, resolution);
    }
    return resolution;
  }
}

/** Modules that are resolved together: thousands at once would hold the thread for too long. */
const portionSize = 50;

function portionsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / portionSize);
  return Array.from({ length: count }, (_each, index) =>
    all.slice(index * portionSize, (index + 1) * portionSize),
  );
}

function sameMarks(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((mark, index) => mark === other[index]);
}
