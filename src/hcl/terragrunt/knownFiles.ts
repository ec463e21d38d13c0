import type { LruCache } from '../lruCache';
import { Unresolvable } from '../static/staticValue';
import { readTerragruntFile, type TerragruntFile } from './terragruntFile';

/** The files of the workspace and around it, as they are while they are being edited; by slash-separated path. */
export interface TerragruntPort {
  /** The text of a regular file of moderate size; undefined where there is none. */
  readText(path: string): Promise<string | undefined>;
  /** Whether there is a file or a folder. */
  exists(path: string): Promise<boolean>;
  /** The names in a folder; none where it cannot be read. */
  list(folder: string): Promise<readonly string[]>;
}

/** Files by their text: the units of a workspace have their parents in common. */
export type ParsedFiles = LruCache<string, TerragruntFile>;

/** Something has to be looked at on disk before the evaluation can go on: it starts again afterwards. */
export class NotKnownYet extends Error {
  constructor(readonly load: () => Promise<void>) {
    super('a file has to be read');
  }
}

/**
 * What one evaluation knows of the files. Evaluating is synchronous and small; what it misses is thrown as
 * `NotKnownYet`, read, and the evaluation is begun anew.
 */
export class KnownFiles {
  private readonly files = new Map<string, TerragruntFile | undefined>();
  private readonly presence = new Map<string, boolean>();
  private readonly folders = new Map<string, readonly string[]>();

  constructor(
    private readonly port: TerragruntPort,
    private readonly yieldNow: () => Promise<void>,
    private readonly parsed: ParsedFiles,
  ) {}

  /** Every path that was looked at, there or not: the outcome depends on these. */
  get lookedAt(): ReadonlySet<string> {
    return new Set([...this.files.keys(), ...this.presence.keys()]);
  }

  /** A configuration file. Throws `Unresolvable` where it cannot be read. */
  file(path: string): TerragruntFile {
    const known = this.known(this.files, path, async () => {
      const text = path.endsWith('.hcl') ? await this.port.readText(path) : undefined;
      return text === undefined ? undefined : this.parse(text);
    });
    if (known === undefined) {
      throw new Unresolvable(`${path.slice(path.lastIndexOf('/') + 1)} cannot be read`);
    }
    return known;
  }

  /** The first of these that is there. */
  firstThere(paths: readonly string[]): string | undefined {
    const unknown = paths.filter((path) => !this.presence.has(path));
    if (unknown.length > 0) {
      throw new NotKnownYet(async () => {
        const answers = await Promise.all(unknown.map((path) => this.port.exists(path)));
        unknown.forEach((path, at) => this.presence.set(path, answers[at] === true));
      });
    }
    return paths.find((path) => this.presence.get(path) === true);
  }

  list(folder: string): readonly string[] {
    return this.known(this.folders, folder, () => this.port.list(folder));
  }

  private async parse(text: string): Promise<TerragruntFile> {
    const known = this.parsed.get(text) ?? (await readTerragruntFile(text, this.yieldNow));
    this.parsed.set(text, known);
    return known;
  }

  private known<T>(cache: Map<string, T>, path: string, load: () => Promise<T>): T {
    if (!cache.has(path)) {
      throw new NotKnownYet(async () => {
        cache.set(path, await load());
      });
    }
    return cache.get(path) as T;
  }
}
