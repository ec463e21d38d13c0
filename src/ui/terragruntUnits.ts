import * as vscode from 'vscode';
import type { BackendBlock } from '../core/backendBlock';
import { DisposableStore, Emitter, type Disposable } from '../core/lifecycle';
import type { Log } from '../core/ports';
import type { FoundBlock } from '../core/resolution';
import type { BackendBlockReader } from '../hcl/backendBlocks';
import { LruCache } from '../hcl/lruCache';
import type { ParsedFiles } from '../hcl/terragrunt/knownFiles';
import { readTerragruntUnit } from '../hcl/terragrunt/terragruntUnit';
import { unitFiles } from './contributions';
import type { FileBlocks } from './documentTracker';
import { yieldToOthers } from './systemPorts';
import { withGenerated } from './terragruntCache';
import { isTerragruntFile, isUnitFile, pathOf, portFor } from './terragruntFiles';

/** Typing, and the writing of many files at once, pause this long before units are looked at. */
const pauseMs = 200;
/** Units read at once when the workspace is searched. */
const parallelReads = 8;
const excluded = '**/{.terraform,.terragrunt-cache,node_modules}/**';
/** Parsed files that are kept. */
const maxParsed = 50;
const cacheFolder = '/.terragrunt-cache/';

interface UnitsDeps {
  /** For the files that Terragrunt has written. */
  readonly reader: Pick<BackendBlockReader, 'read' | 'forget'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

interface KnownUnit {
  readonly blocks: readonly FoundBlock[];
  /** What it was made of, by path. */
  readonly lookedAt: ReadonlySet<string>;
}

/** Follows every `terragrunt.hcl` of the workspace and all files that its state depends on, saved or not. */
export class TerragruntUnits implements Disposable {
  private readonly store = new DisposableStore();
  private readonly foundEmitter = this.store.add(new Emitter<FileBlocks>());
  private readonly units = new Map<string, KnownUnit>();
  private readonly waiting = new Set<string>();
  private pause: NodeJS.Timeout | undefined;
  private readonly parsed: ParsedFiles = new LruCache(maxParsed);
  /** Units that are being read: what they look at is not known yet. */
  private readonly reading = new Set<string>();
  /** Counts the reads of a unit, so that a slow one does not overwrite what a later one found. */
  private readonly reads = new Map<string, number>();

  readonly onDidFind = this.foundEmitter.event;

  constructor(private readonly deps: UnitsDeps) {
    this.watch('**/*.hcl', (uri) => this.changed(uri));
    // Whether there are any of Terraform's files makes a directory a unit; those in the cache are written.
    this.watch('**/*.{tf,tofu,tf.json,tofu.json}', (uri) => this.changedBeside(uri), true);
    this.watch(`**/.terragrunt-cache/**/*.tf`, (uri) => this.changedBeside(uri));
    this.store.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) {
          this.changed(document.uri);
        }
      }),
    );
    for (const event of [
      vscode.workspace.onDidOpenTextDocument,
      vscode.workspace.onDidCloseTextDocument,
    ]) {
      this.store.add(event(({ uri }) => this.changed(uri)));
    }
  }

  /** Looks through the workspace. Rejects where it cannot be searched. */
  async search(): Promise<void> {
    const files = await vscode.workspace.findFiles(unitFiles, excluded);
    const open = vscode.workspace.textDocuments.map(({ uri }) => uri).filter(isUnitFile);
    const all = new Map([...open, ...files].map((uri) => [uri.toString(), uri]));
    for (const file of this.units.keys()) {
      if (!all.has(file)) {
        this.publish(file, undefined);
      }
    }
    const queue = [...all.values()];
    const work = async (): Promise<void> => {
      for (let uri = queue.shift(); uri !== undefined; uri = queue.shift()) {
        await this.read(uri);
        await yieldToOthers();
      }
    };
    await Promise.all(Array.from({ length: parallelReads }, work));
  }

  /** What a file of units means, as it was last read. */
  blocksOf(document: vscode.TextDocument): readonly FoundBlock[] {
    return this.units.get(document.uri.toString())?.blocks ?? [];
  }

  dispose(): void {
    clearTimeout(this.pause);
    this.store.dispose();
  }

  private watch(pattern: string, listener: (uri: vscode.Uri) => void, ignoreChange = false): void {
    const watcher = this.store.add(
      vscode.workspace.createFileSystemWatcher(pattern, false, ignoreChange, false),
    );
    this.store.add(watcher.onDidCreate(listener));
    this.store.add(watcher.onDidChange(listener));
    this.store.add(watcher.onDidDelete(listener));
  }

  /** A configuration file changed: its own unit, and all that looked at it or for it. */
  private changed(uri: vscode.Uri): void {
    if (!isTerragruntFile(uri)) {
      return;
    }
    const path = pathOf(uri);
    const using = [...this.units].filter(([, { lookedAt }]) => lookedAt.has(path));
    const own = isUnitFile(uri) ? [uri.toString()] : [];
    this.readSoon([...own, ...using.map(([file]) => file), ...this.reading]);
  }

  private changedBeside(uri: vscode.Uri): void {
    const cache = uri.path.indexOf(cacheFolder);
    const folder =
      cache < 0 ? vscode.Uri.joinPath(uri, '..') : uri.with({ path: uri.path.slice(0, cache) });
    const file = vscode.Uri.joinPath(folder, 'terragrunt.hcl').toString();
    const isWritten = this.units
      .get(file)
      ?.blocks.some(({ block }) => block.unknown !== undefined || hasExpressions(block));
    if (cache < 0 ? this.units.has(file) : isWritten === true) {
      this.readSoon([file]);
    }
  }

  private readSoon(files: readonly string[]): void {
    files.forEach((file) => this.waiting.add(file));
    if (files.length > 0) {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => void this.readWaiting(), pauseMs);
    }
  }

  private async readWaiting(): Promise<void> {
    const files = [...this.waiting];
    this.waiting.clear();
    for (const file of files) {
      await this.read(vscode.Uri.parse(file, true));
      await yieldToOthers();
    }
  }

  private async read(uri: vscode.Uri): Promise<void> {
    const file = uri.toString();
    const read = (this.reads.get(file) ?? 0) + 1;
    this.reads.set(file, read);
    this.reading.add(file);
    try {
      const unit = isUnitFile(uri) ? await this.unitOf(uri) : undefined;
      if (this.reads.get(file) === read) {
        this.publish(file, unit);
      }
    } catch (error) {
      this.deps.log.error(`${uri.path} could not be evaluated: ${String(error)}`);
    } finally {
      if (this.reads.get(file) === read) {
        this.reading.delete(file);
      }
    }
  }

  private async unitOf(uri: vscode.Uri): Promise<KnownUnit> {
    const { environment, reader } = this.deps;
    const { block, generates, notFollowed, givesVariables, lookedAt } = await readTerragruntUnit(
      pathOf(uri),
      { port: portFor(uri), environment, yieldNow: yieldToOthers, parsed: this.parsed },
    );
    const accompanies = block === undefined;
    if (accompanies && notFollowed === undefined && givesVariables === undefined) {
      return { blocks: [], lookedAt };
    }
    const dir = vscode.Uri.joinPath(uri, '..');
    const found: FoundBlock = {
      dir: dir.toString(),
      file: uri.toString(),
      block: accompanies ? noBackend : await withGenerated(block, generates, dir, reader),
      ...(dir.scheme === 'file' ? { dirPath: dir.fsPath } : {}),
      ...(accompanies ? { accompanies } : {}),
      ...(generates === undefined ? {} : { generates }),
      ...(notFollowed === undefined ? {} : { notFollowed }),
      ...(givesVariables === undefined ? {} : { givesVariables }),
    };
    return { blocks: [found], lookedAt };
  }

  private publish(file: string, unit: KnownUnit | undefined): void {
    const before = this.units.get(file)?.blocks ?? [];
    const blocks = unit?.blocks ?? [];
    const isSame = JSON.stringify(before) === JSON.stringify(blocks);
    if (unit === undefined) {
      this.units.delete(file);
    } else {
      this.units.set(file, isSame ? { ...unit, blocks: before } : unit);
    }
    if (!isSame) {
      this.foundEmitter.fire({ file, blocks, exists: unit !== undefined });
    }
  }
}

/** Terragrunt leaves the backend to the module. */
const noBackend: BackendBlock = {
  type: '',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
  evaluatedBy: 'Terragrunt',
};

function hasExpressions({ attributes }: FoundBlock['block']): boolean {
  return attributes.some(({ value }) => value.kind === 'expression');
}
