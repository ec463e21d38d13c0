import type * as vscode from 'vscode';
import { DisposableStore, Emitter, type Disposable } from '../core/lifecycle';
import type { Log } from '../core/ports';
import type { FoundBlock } from '../core/resolution';
import type { DocumentTracker, FileBlocks } from './documentTracker';
import type { TerragruntUnits } from './terragruntUnits';

/** Everything that says where states are: the blocks of Terraform's files and Terragrunt's units, as one. */
export class ModuleTracker implements Disposable {
  private readonly store = new DisposableStore();
  private readonly foundEmitter = this.store.add(new Emitter<FileBlocks>());
  private readonly searchEmitter = this.store.add(new Emitter<'done' | 'failed'>());
  private filesFailed = false;
  private unitsFailed = false;
  private unitSearch = Promise.resolve();

  readonly onDidFind = this.foundEmitter.event;
  /** A search of the whole workspace has ended. */
  readonly onDidSearch = this.searchEmitter.event;

  constructor(
    private readonly files: DocumentTracker,
    private readonly units: TerragruntUnits,
    private readonly log: Log,
  ) {
    for (const tracker of [files, units]) {
      this.store.add(tracker.onDidFind((found) => this.foundEmitter.fire(found)));
    }
    // Files are also searched when folders are added; units then, too.
    this.store.add(
      files.onDidSearch((outcome) => {
        this.filesFailed = outcome === 'failed';
        this.unitSearch = this.searchUnits();
      }),
    );
  }

  /** Looks through the workspace again. */
  async search(): Promise<void> {
    await this.files.search();
    await this.unitSearch;
  }

  /** The blocks of a document, as they were last read. */
  blocksOf(document: vscode.TextDocument): readonly FoundBlock[] {
    return [...this.files.blocksOf(document), ...this.units.blocksOf(document)];
  }

  /** The block at this place of a document, as it was last read. */
  blockAt(document: vscode.TextDocument, position: vscode.Position): FoundBlock | undefined {
    const offset = document.offsetAt(position);
    return this.blocksOf(document).find(
      ({ block }) => block.range.start <= offset && offset <= block.range.end,
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private async searchUnits(): Promise<void> {
    try {
      await this.units.search();
      this.unitsFailed = false;
    } catch (error) {
      this.unitsFailed = true;
      this.log.error(`The workspace could not be searched: ${String(error)}`);
    }
    this.searchEmitter.fire(this.filesFailed || this.unitsFailed ? 'failed' : 'done');
  }
}
