import * as vscode from 'vscode';
import type { BackendBlock } from '../core/backendBlock';
import { DisposableStore, Emitter, type Disposable } from '../core/lifecycle';
import { needsValues, ModuleValues, type ModuleFiles } from '../hcl/static/moduleValues';
import { yieldToOthers } from './systemPorts';

/** Everything that early evaluation reads in a module directory, and the selected workspace. */
const inputPatterns = [
  '**/*.{tf,tofu,tf.json,tofu.json,tfvars,tfvars.json}',
  '**/.terraform/environment',
];
const inputName = /\.(?:tf|tofu|tfvars)(?:\.json)?$/;
/** Typing pauses this long before blocks elsewhere are looked at again. */
const typingPauseMs = 300;

interface ModuleInputsDeps {
  /** The workspace that is selected in the directory with this file system path. */
  workspace(dirPath: string): Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The values of module directories, and when they may have changed. Only directories whose blocks were found
 * to need values are followed: in all others nothing depends on them.
 */
export class ModuleInputs implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changeEmitter = this.store.add(new Emitter<string>());
  private readonly followed = new Set<string>();
  private readonly pauses = new Map<string, NodeJS.Timeout>();
  private readonly values: ModuleValues;

  /** Fires with the URI of a module directory. */
  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly deps: ModuleInputsDeps) {
    this.values = new ModuleValues({
      files: this.files(),
      environment: deps.environment,
      yieldNow: yieldToOthers,
    });
    for (const pattern of inputPatterns) {
      const watcher = this.store.add(vscode.workspace.createFileSystemWatcher(pattern));
      for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) {
        this.store.add(event((uri) => this.changed(uri)));
      }
    }
    this.store.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) {
          this.changed(document.uri);
        }
      }),
    );
  }

  /** See `ModuleValues.complete`. */
  complete(
    blocks: readonly BackendBlock[],
    dir: string,
    dirPath?: string,
  ): Promise<readonly BackendBlock[]> {
    if (blocks.some(needsValues)) {
      this.followed.add(dir);
    }
    return this.values.complete(blocks, dir, dirPath);
  }

  dispose(): void {
    for (const pause of this.pauses.values()) {
      clearTimeout(pause);
    }
    this.pauses.clear();
    this.store.dispose();
  }

  private changed(uri: vscode.Uri): void {
    const isSelection = uri.path.endsWith('/.terraform/environment');
    const dir = vscode.Uri.joinPath(uri, isSelection ? '../..' : '..').toString();
    if (!this.followed.has(dir) || !(isSelection || inputName.test(uri.path))) {
      return;
    }
    clearTimeout(this.pauses.get(dir));
    const fire = (): void => {
      this.pauses.delete(dir);
      this.changeEmitter.fire(dir);
    };
    this.pauses.set(dir, setTimeout(fire, typingPauseMs));
  }

  private files(): ModuleFiles {
    return {
      list: async (dir) => {
        const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.parse(dir));
        return entries.filter(([, type]) => type & vscode.FileType.File).map(([name]) => name);
      },
      readText: (dir, name) => readText(vscode.Uri.joinPath(vscode.Uri.parse(dir), name)),
      workspace: async (dir) => {
        const uri = vscode.Uri.parse(dir);
        return uri.scheme === 'file' ? this.deps.workspace(uri.fsPath) : undefined;
      },
    };
  }
}

/** The text of a file, unsaved where it is open; undefined where it cannot be read. */
async function readText(uri: vscode.Uri): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find(
    (document) => !document.isClosed && document.uri.toString() === uri.toString(),
  );
  if (open !== undefined) {
    return open.getText();
  }
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    // Gone since the directory was listed, or not readable for us: whoever asked says so.
    return undefined;
  }
}
