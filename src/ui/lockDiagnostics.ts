import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { LockBoard, StateView } from '../core/lockBoard';
import type { LockGateway } from '../core/lockGateway';
import type { Log } from '../core/ports';
import type { ModuleFacts, Problem } from '../core/problems';
import type { FoundBlock } from '../core/resolution';
import { TextPositions } from '../core/textPositions';
import { blockProblems, type BlockProblems, type ProblemView } from '../present/problemsView';
import { terraformFiles } from './contributions';
import type { DocumentTracker } from './documentTracker';
import { readModuleFacts, textOf } from './moduleFacts';
import { isTerraformFile } from './terraformFile';

/** The source that VS Code shows beside each of our diagnostics. */
export const diagnosticSource = 'Terraform State Lock';

/** Files change in bursts, and so do statuses. */
const pauseMs = 100;
/** Typing in any file of a module has to rest for so long before the module's files are read again. */
const factsPauseMs = 400;

const severities: Record<ProblemView['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

interface DiagnosticsDeps {
  readonly board: LockBoard;
  readonly tracker: Pick<DocumentTracker, 'onDidFind'>;
  readonly gateway: Pick<LockGateway, 'inspect'>;
  readonly log: Log;
}

/** Diagnostics on backend blocks: from their text at once, and from what polling has learned. */
export class LockDiagnostics implements Disposable {
  private readonly store = new DisposableStore();
  private readonly collection = this.store.add(
    vscode.languages.createDiagnosticCollection('stateLock'),
  );
  private readonly files = new Map<string, readonly FoundBlock[]>();
  private readonly written = new WeakMap<FoundBlock, Promise<readonly Problem[]>>();
  private readonly facts = new Map<string, Promise<ModuleFacts>>();
  private readonly shown = new Map<
    string,
    { readonly key: string; readonly of: BlockProblems[] }
  >();
  private readonly waiting = new Set<string>();
  private readonly changedDirs = new Set<string>();
  private pause: NodeJS.Timeout | undefined;
  private factsPause: NodeJS.Timeout | undefined;

  constructor(private readonly deps: DiagnosticsDeps) {
    this.store.add(
      deps.tracker.onDidFind(({ file, blocks }) => {
        if (blocks.length === 0) {
          this.files.delete(file);
        } else {
          this.files.set(file, blocks);
        }
        this.updateSoon([file]);
      }),
    );
    this.store.add(deps.board.onDidChange(() => this.updateSoon(this.files.keys())));
    this.watchFacts();
  }

  /** What is shown in a file, for the quick fixes. */
  problemsOf(file: string): readonly BlockProblems[] {
    return this.shown.get(file)?.of ?? [];
  }

  dispose(): void {
    clearTimeout(this.pause);
    clearTimeout(this.factsPause);
    this.store.dispose();
  }

  /** Another file of a module may say which versions it is for. */
  private watchFacts(): void {
    const changed = (uri: vscode.Uri): void => {
      this.changedDirs.add(vscode.Uri.joinPath(uri, '..').toString());
      clearTimeout(this.factsPause);
      this.factsPause = setTimeout(() => this.lookAtFactsAgain(), factsPauseMs);
    };
    const watcher = this.store.add(vscode.workspace.createFileSystemWatcher(terraformFiles));
    this.store.add(watcher.onDidCreate(changed));
    this.store.add(watcher.onDidChange(changed));
    this.store.add(watcher.onDidDelete(changed));
    this.store.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && isTerraformFile(document.uri)) {
          changed(document.uri);
        }
      }),
    );
  }

  private lookAtFactsAgain(): void {
    for (const dir of this.changedDirs) {
      this.facts.delete(dir);
    }
    for (const [file, blocks] of this.files) {
      if (blocks.some(({ dir }) => this.changedDirs.has(dir))) {
        blocks.forEach((block) => this.written.delete(block));
        this.updateSoon([file]);
      }
    }
    this.changedDirs.clear();
  }

  private updateSoon(files: Iterable<string>): void {
    for (const file of files) {
      this.waiting.add(file);
    }
    this.pause ??= setTimeout(() => {
      this.pause = undefined;
      const now = [...this.waiting];
      this.waiting.clear();
      const views = this.deps.board.views();
      const ofModules = views.flatMap((view) =>
        view.modules.map((module) => [module, view] as const),
      );
      const byDir = new Map(
        ofModules
          .filter(([module]) => module.watched === undefined)
          .map(([m, view]) => [m.dir, view]),
      );
      for (const file of now) {
        void this.update(file, views, byDir).catch((error: unknown) => {
          this.deps.log.error(`Diagnostics of a file could not be made: ${String(error)}`);
        });
      }
    }, pauseMs);
  }

  private async update(
    file: string,
    views: readonly StateView[],
    byDir: ReadonlyMap<string, StateView>,
  ): Promise<void> {
    const blocks = this.files.get(file);
    const written = await Promise.all((blocks ?? []).map((block) => this.writtenProblems(block)));
    const all = (blocks ?? []).map((found, at) =>
      blockProblems(found, written[at] ?? [], byDir.get(found.dir), views),
    );
    const key = JSON.stringify(all);
    if (this.files.get(file) !== blocks || this.shown.get(file)?.key === key) {
      return;
    }
    const uri = vscode.Uri.parse(file, true);
    if (all.every(({ problems }) => problems.length === 0)) {
      this.shown.delete(file);
      this.collection.delete(uri);
      return;
    }
    const text = await textOf(uri);
    if (this.files.get(file) === blocks) {
      const positions = new TextPositions(text);
      this.shown.set(file, { key, of: all });
      this.collection.set(
        uri,
        all.flatMap(({ problems }) => problems.map((problem) => diagnostic(problem, positions))),
      );
    }
  }

  private writtenProblems(found: FoundBlock): Promise<readonly Problem[]> {
    let problems = this.written.get(found);
    if (problems === undefined) {
      problems = this.inspect(found);
      problems.catch(() => this.written.delete(found));
      this.written.set(found, problems);
    }
    return problems;
  }

  private async inspect(found: FoundBlock): Promise<readonly Problem[]> {
    let facts = this.facts.get(found.dir);
    if (facts === undefined) {
      facts = readModuleFacts(found.dir);
      this.facts.set(found.dir, facts);
    }
    const { requiredVersions, openTofu } = await facts;
    const own = found.requiredVersions ?? [];
    return this.deps.gateway.inspect(found.block, {
      requiredVersions: [...new Set([...own, ...requiredVersions])],
      openTofu,
    });
  }
}

function diagnostic(problem: ProblemView, positions: TextPositions): vscode.Diagnostic {
  const start = positions.at(problem.range.start);
  const end = positions.at(problem.range.end);
  const shown = new vscode.Diagnostic(
    new vscode.Range(start.line, start.character, end.line, end.character),
    problem.message,
    severities[problem.severity],
  );
  shown.source = diagnosticSource;
  shown.code = problem.code;
  if (problem.code === 'dynamodb-table-deprecated') {
    shown.tags = [vscode.DiagnosticTag.Deprecated];
  }
  return shown;
}
