import * as vscode from 'vscode';
import type { WorkerGateway } from '../backends/workerGateway';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { LockBoard } from '../core/lockBoard';
import type { LockPoller } from '../core/lockPoller';
import type { ModuleResolver } from '../core/moduleResolver';
import type { WatchedWorkspaces } from '../core/watchedWorkspaces';
import type { OwnLockFiles } from '../storage/ownLockFiles';
import type { ModuleTracker } from './moduleTracker';
import type { LocksTree } from './locksTree';
import { activeView } from './lockStatusBar';
import type { Settings } from './settings';
import { isTerraformFile } from './terraformFile';
import { isTerragruntFile } from './terragruntFiles';

interface Surroundings {
  readonly board: LockBoard;
  readonly poller: LockPoller;
  readonly gateway: WorkerGateway;
  readonly settings: Settings;
  readonly ownLocks: OwnLockFiles;
  readonly resolver: ModuleResolver;
  readonly tracker: ModuleTracker;
  readonly watched: WatchedWorkspaces;
  readonly tree: LocksTree;
  /** The extension's folder for files. */
  readonly storage: string;
}

/** Where `terraform workspace select` and `terraform init` write; both change which state a module means. */
const dataFolder = process.env['TF_DATA_DIR']?.replace(/^.*[\\/](?=[^\\/])|[\\/]+$/g, '') ?? '';
const terraformData = `**/${dataFolder === '' || /[[\]{}*?]/.test(dataFolder) ? '.terraform' : dataFolder}/{environment,terraform.tfstate}`;

const recheckMs = 10_000;
/** Coming back to the window, the workspace is searched again after at least this long. */
const researchMs = 30_000;

/** Connects what happens around the extension (files, focus, settings, trust) to the parts it concerns. */
export function watchSurroundings(parts: Surroundings): Disposable {
  const { board, poller, gateway, settings, ownLocks, resolver, tracker, tree } = parts;
  const store = new DisposableStore();

  store.add(
    tracker.onDidFind(({ file, blocks, exists }) => {
      resolver.setFile(file, blocks, exists);
    }),
  );
  store.add(
    tracker.onDidSearch((outcome) => {
      tree.setSearchFailed(outcome === 'failed');
    }),
  );
  store.add(
    parts.watched.onDidChange(() => {
      resolver.invalidate();
    }),
  );
  let searchedAt = Date.now();
  void tracker.search();

  const selected = store.add(vscode.workspace.createFileSystemWatcher(terraformData));
  for (const event of [selected.onDidCreate, selected.onDidChange, selected.onDidDelete]) {
    store.add(
      event(() => {
        resolver.invalidate();
      }),
    );
  }

  // Watchers miss events now and then (new directories, network drives). A missed workspace selection would
  // show another state's lock, so the selection is looked at again as often as locks are read.
  let lookedAt = Date.now();
  store.add(
    board.onDidChange(() => {
      if (Date.now() - lookedAt >= recheckMs) {
        lookedAt = Date.now();
        resolver.invalidate();
      }
    }),
  );

  const readActive = (): void => {
    const places = activeView(board)?.state?.places;
    if (places !== undefined) {
      void poller.refresh({ userStarted: false, places });
    }
  };
  store.add(vscode.window.onDidChangeActiveTextEditor(readActive));
  store.add(
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (isTerraformFile(uri) || isTerragruntFile(uri)) {
        readActive();
      }
    }),
  );
  store.add(
    vscode.window.onDidChangeWindowState(({ focused }) => {
      poller.setFocused(focused);
      board.refreshRules();
      if (focused && Date.now() - searchedAt >= researchMs) {
        searchedAt = Date.now();
        void tracker.search();
      }
    }),
  );
  poller.setFocused(vscode.window.state.focused);

  store.add(
    settings.onDidChange((value) => {
      poller.applySettings(value.polling);
      gateway.updateSettings(value.backend);
      // Another profile is another identity.
      resolver.invalidate();
      board.refreshRules();
    }),
  );
  store.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      void poller.refresh({ userStarted: false });
    }),
  );

  // Another window may take or release a lock; its files say so.
  const reloadOwn = (): void => {
    void ownLocks.reload().then((changed) => {
      if (changed) {
        board.refreshRules();
      }
    });
  };
  const own = store.add(
    vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(parts.storage), 'own-locks/*.json'),
    ),
  );
  for (const event of [own.onDidCreate, own.onDidDelete]) {
    store.add(event(reloadOwn));
  }
  reloadOwn();
  return store;
}
