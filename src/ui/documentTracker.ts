import * as vscode from 'vscode';
import type { BackendBlock, TextRange } from '../core/backendBlock';
import { DisposableStore, Emitter, type Disposable, type Event } from '../core/lifecycle';
import type { Log } from '../core/ports';
import type { FoundBlock } from '../core/resolution';
import { isTofuFile } from '../core/moduleFiles';
import type { BackendBlockReader } from '../hcl/backendBlocks';
import { versionText } from '../hcl/blockScanner';
import { terraformFiles } from './contributions';
import { isTerraformFile } from './terraformFile';
import { yieldToOthers } from './systemPorts';

/** Typing pauses this long before the text is looked at. */
const typingPauseMs = 150;
/** Files read at once when the workspace is searched. */
const parallelReads = 8;
const excluded = '**/{.terraform,.terragrunt-cache,node_modules}/**';

/** What was found in one file; no blocks where it has none (any more). */
export interface FileBlocks {
  readonly file: string;
  readonly blocks: readonly FoundBlock[];
  /** The file is there, with or without blocks. */
  readonly exists: boolean;
}

interface TrackerDeps {
  readonly reader: Pick<BackendBlockReader, 'read' | 'forget'>;
  /** Whether bytes can hold a backend block at all. */
  mentionsBackend(bytes: Uint8Array): boolean;
  /** Gives values to what is not written out in the blocks, where they are known. */
  readonly values: {
    complete(
      blocks: readonly BackendBlock[],
      dir: string,
      dirPath?: string,
    ): Promise<readonly BackendBlock[]>;
    /** The values of the blocks in a directory may have changed. */
    readonly onDidChange: Event<string>;
  };
  readonly log: Log;
}

/**
 * Follows every Terraform file of the workspace and every one that is open: unsaved text where it is open,
 * the file on disk where it is not.
 */
export class DocumentTracker implements Disposable {
  private readonly store = new DisposableStore();
  private readonly foundEmitter = this.store.add(new Emitter<FileBlocks>());
  private readonly searchEmitter = this.store.add(new Emitter<'done' | 'failed'>());
  private readonly pauses = new Map<string, NodeJS.Timeout>();
  private readonly found = new Map<string, readonly FoundBlock[]>();
  /** Counts the reads of a file, so that a slow one does not overwrite what a later one found. */
  private readonly reads = new Map<string, number>();

  readonly onDidFind = this.foundEmitter.event;
  /** The search of the whole workspace has ended. */
  readonly onDidSearch = this.searchEmitter.event;

  constructor(private readonly deps: TrackerDeps) {
    const watcher = this.store.add(vscode.workspace.createFileSystemWatcher(terraformFiles));
    const reread = (uri: vscode.Uri): void => {
      void this.readUri(uri);
    };
    this.store.add(watcher.onDidCreate(reread));
    this.store.add(watcher.onDidChange(reread));
    this.store.add(watcher.onDidDelete(reread));
    this.store.add(
      vscode.workspace.onDidOpenTextDocument((document) => void this.readDocument(document)),
    );
    this.store.add(
      vscode.workspace.onDidSaveTextDocument((document) => void this.readDocument(document)),
    );
    this.store.add(
      vscode.workspace.onDidCloseTextDocument((document) => void this.readUri(document.uri)),
    );
    this.store.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) {
          this.readAfterPause(document);
        }
      }),
    );
    this.store.add(vscode.workspace.onDidChangeWorkspaceFolders(() => void this.search()));
    this.store.add(
      deps.values.onDidChange((dir) => {
        const files = [...this.found].filter(([, [first]]) => first?.dir === dir);
        files.forEach(([file]) => void this.readUri(vscode.Uri.parse(file)));
      }),
    );
  }

  /** Looks through the workspace; open documents first, because somebody is looking at them. */
  async search(): Promise<void> {
    try {
      await Promise.all(
        vscode.workspace.textDocuments.map((document) => this.readDocument(document)),
      );
      const files = await vscode.workspace.findFiles(terraformFiles, excluded);
      const present = new Set(files.map((uri) => uri.toString()));
      for (const file of this.found.keys()) {
        if (!present.has(file) && openDocument(file) === undefined) {
          this.publish(file, [], false);
        }
      }
      const queue = [...files];
      const work = async (): Promise<void> => {
        for (let uri = queue.shift(); uri !== undefined; uri = queue.shift()) {
          await this.readUri(uri);
          await yieldToOthers();
        }
      };
      await Promise.all(Array.from({ length: parallelReads }, work));
      this.searchEmitter.fire('done');
    } catch (error) {
      this.deps.log.error(`The workspace could not be searched: ${String(error)}`);
      this.searchEmitter.fire('failed');
    }
  }

  /** The blocks of a document, as they were last read. */
  blocksOf(document: vscode.TextDocument): readonly FoundBlock[] {
    return this.found.get(document.uri.toString()) ?? [];
  }

  dispose(): void {
    for (const pause of this.pauses.values()) {
      clearTimeout(pause);
    }
    this.pauses.clear();
    this.store.dispose();
  }

  private readAfterPause(document: vscode.TextDocument): void {
    const file = document.uri.toString();
    clearTimeout(this.pauses.get(file));
    const pause = setTimeout(() => void this.readDocument(document), typingPauseMs);
    this.pauses.set(file, pause);
  }

  private async readDocument(document: vscode.TextDocument): Promise<void> {
    if (!document.isClosed && isTerraformFile(document.uri)) {
      this.pauses.delete(document.uri.toString());
      await this.readText(document.uri, document.getText());
    }
  }

  /** Reads a file that may be open, on disk or gone. */
  private async readUri(uri: vscode.Uri): Promise<void> {
    if (!isTerraformFile(uri)) {
      return;
    }
    const document = openDocument(uri.toString());
    if (document !== undefined) {
      await this.readDocument(document);
      return;
    }
    const inWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    const bytes = inWorkspace ? await this.load(uri) : undefined;
    if (bytes === undefined || !this.deps.mentionsBackend(bytes)) {
      this.publish(uri.toString(), [], bytes !== undefined);
      return;
    }
    await this.readText(uri, new TextDecoder().decode(bytes));
  }

  private async load(uri: vscode.Uri): Promise<Uint8Array | undefined> {
    try {
      return await vscode.workspace.fs.readFile(uri);
    } catch (error) {
      // Deleted, or not readable for us; either way it has no block that we know of.
      this.deps.log.debug(`${uri.path} was not read: ${String(error)}`);
      return undefined;
    }
  }

  private async readText(uri: vscode.Uri, text: string): Promise<void> {
    const file = uri.toString();
    const dir = vscode.Uri.joinPath(uri, '..');
    const read = (this.reads.get(file) ?? 0) + 1;
    this.reads.set(file, read);
    try {
      const dirPath = dir.scheme === 'file' ? dir.fsPath : undefined;
      const { blocks: written, cloud, requiredVersions } = await this.deps.reader.read(file, text);
      const blocks = await this.deps.values.complete(written, dir.toString(), dirPath);
      if (this.reads.get(file) !== read) {
        return;
      }
      this.publish(
        file,
        [...blocks, ...cloud.map(cloudBlock)].map((block) => ({
          dir: dir.toString(),
          file,
          block,
          requiredVersions: requiredVersions.flatMap((written) => versionText(written.text)),
          ...(dir.scheme === 'file' ? { dirPath: dir.fsPath } : {}),
        })),
      );
    } catch (error) {
      this.deps.log.error(`${uri.path} could not be parsed: ${String(error)}`);
    }
  }

  private publish(file: string, blocks: readonly FoundBlock[], exists = true): void {
    const before = this.found.get(file);
    // A `.tofu` file counts by being there, even without a block.
    const counts = blocks.length > 0 || (exists && isTofuFile(file));
    if (JSON.stringify(before) === JSON.stringify(counts ? blocks : undefined)) {
      return;
    }
    if (blocks.length === 0) {
      this.deps.reader.forget(file);
    }
    if (counts) {
      this.found.set(file, blocks);
    } else {
      this.found.delete(file);
    }
    this.foundEmitter.fire({ file, blocks, exists });
  }
}

/** A `cloud` block takes the place of a backend; it is recognised, so that its module is not called free. */
function cloudBlock(range: TextRange): BackendBlock {
  return { type: 'cloud', range, attributes: [], parse: 'current' };
}

function openDocument(file: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => !document.isClosed && document.uri.toString() === file,
  );
}
