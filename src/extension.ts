import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { StateLockApi } from './api';
import { dataDirectory } from './backends/dataDirectory';
import { WorkerGateway } from './backends/workerGateway';
import { DeniedMemory } from './core/deniedMemory';
import { WorkerExplorer } from './backends/workerExplorer';
import { WorkerLister } from './backends/workerLister';
import { readWorkspace } from './backends/workspace';
import { DisposableStore } from './core/lifecycle';
import { LockBoard } from './core/lockBoard';
import { LockListings } from './core/lockListingBoard';
import { formatCreated } from './core/lockInfo';
import { LockPoller } from './core/lockPoller';
import { LockService } from './core/lockService';
import { LockWaits } from './core/lockWaits';
import { ModuleResolver } from './core/moduleResolver';
import { isMine } from './core/ownLocks';
import { WatchedWorkspaces } from './core/watchedWorkspaces';
import { AuditFile } from './storage/auditFile';
import { BackupFiles } from './storage/backupFiles';
import { OwnLockFiles } from './storage/ownLockFiles';
import { whoAmI } from './storage/who';
import { SystemProcessFinder } from './system/processFinder';
import { openLockHistory } from './ui/activity/lockHistory';
import { BackendCodeLens } from './ui/backendCodeLens';
import { registerBackendHover } from './ui/backendHover';
import { registerBackendQuickFixes } from './ui/backendQuickFixes';
import { registerCommands } from './ui/commands/register';
import { LockDiagnostics } from './ui/lockDiagnostics';
import { LockDecorations } from './ui/lockDecorations';
import { LockListingBranch } from './ui/lockListingBranch';
import { LocksTree } from './ui/locksTree';
import { LockStatusBar } from './ui/lockStatusBar';
import { LogChannel } from './ui/logChannel';
import { Notices } from './ui/notices';
import { openEvidence } from './ui/openEvidence';
import { PublicApi } from './ui/publicApi';
import { Settings } from './ui/settings';
import { registerStatusTool } from './ui/statusTool';
import { systemClock, yieldToOthers } from './ui/systemPorts';
import { LockedTerminals } from './ui/terminals/lockedTerminals';
import { registerLockIdLinks } from './ui/terminals/lockIdLinks';
import { ShellWatch } from './ui/terminals/shellWatch';
import { TerminalStatusBar } from './ui/terminals/terminalStatusBar';
import { trackModules } from './ui/trackModules';
import { WaitNotices, waitStore } from './ui/waitNotices';
import { watchedMemory } from './ui/watchedMemory';
import { watchOwnLocks } from './ui/watchOwnLocks';
import { watchSurroundings } from './ui/watchSurroundings';

/** Builds the graph and hands it to VS Code. Nothing here waits: files and locks are read afterwards. */
export function activate(context: vscode.ExtensionContext): StateLockApi {
  const store = new DisposableStore();
  context.subscriptions.push(store);
  const dist = path.join(context.extensionPath, 'dist');
  const storage = context.globalStorageUri.fsPath;
  const version = String((context.extension.packageJSON as { version: unknown }).version);
  const clock = systemClock;
  const who = whoAmI();

  const log = store.add(new LogChannel());
  const settings = store.add(new Settings());
  const ownLocks = new OwnLockFiles(path.join(storage, 'own-locks'), log);
  const audit = new AuditFile(path.join(storage, 'audit.jsonl'), log);

  const gateway = store.add(
    new WorkerGateway({
      workerFile: path.join(dist, 'backends', 'worker.mjs'),
      clock,
      log,
      settings: settings.value.backend,
      isTrusted: () => vscode.workspace.isTrusted,
    }),
  );
  const board: LockBoard = store.add(
    new LockBoard(
      clock,
      {
        get freshForMs() {
          return poller.freshForMs;
        },
        staleAfterMs: (operation) => settings.staleAfterMs(operation),
        isMine: (lock, state) => isMine(ownLocks, lock, state),
      },
      (error) => {
        log.error(`A view could not be updated: ${String(error)}`);
      },
    ),
  );
  const poller: LockPoller = store.add(
    new LockPoller({ clock, random: Math.random, gateway, board, log }, settings.value.polling),
  );
  const history = store.add(
    openLockHistory({
      board,
      settings,
      clock,
      log,
      storage,
      dist,
      extensionUri: context.extensionUri,
    }),
  );
  const service = new LockService({
    clock,
    gateway,
    board,
    poller,
    ownLocks,
    audit: history.recorder.listenTo(audit),
    who,
    version,
    newLockId: randomUUID,
    requestTimeoutMs: () => settings.value.polling.requestTimeoutMs,
  });

  const notices = new Notices(context.globalState);
  const denied = new DeniedMemory();
  const requestTimeoutMs = (): number => settings.value.polling.requestTimeoutMs;
  const terminals = store.add(
    new LockedTerminals({ board, poller, service, denied, clock, log, requestTimeoutMs }),
  );
  store.add(new TerminalStatusBar(terminals));
  const shell = store.add(new ShellWatch({ board, terminals, notices, clock, log }));
  store.add(shell.onDidSeeRefusal((refusal) => history.recorder.noteTerminal(refusal)));
  store.add(
    watchOwnLocks({
      board,
      poller,
      gateway,
      service,
      ownLocks,
      notices,
      terminals,
      settings,
      clock,
      log,
    }),
  );
  const waits = store.add(
    new LockWaits({
      clock,
      board,
      poller,
      service,
      store: waitStore(context.workspaceState),
      untilOf: (limitMs) => formatCreated(clock.now() + limitMs),
    }),
  );
  store.add(new WaitNotices({ waits, board, denied, notices, clock, log }));

  const modules = store.add(
    trackModules({
      workerFile: path.join(dist, 'hclWorker.js'),
      environment: process.env,
      workspaceOf: (dirPath) => readWorkspace(process.env, { dirPath }),
      clock,
      log,
    }),
  );
  const { tracker } = modules;
  const watched = store.add(new WatchedWorkspaces(watchedMemory(context.workspaceState)));
  const resolver = store.add(
    new ModuleResolver({
      gateway,
      board,
      log,
      watched,
      yieldNow: yieldToOthers,
      onResolved: () => {
        poller.syncPlaces();
      },
    }),
  );
  const diagnostics = store.add(
    new LockDiagnostics({ board, tracker: modules.files, gateway, log }),
  );
  store.add(registerBackendQuickFixes(diagnostics));
  const listings = store.add(
    new LockListings(yieldToOthers, (error) => {
      log.error(`A view could not be updated: ${String(error)}`);
    }),
  );
  const branch = new LockListingBranch({
    listings,
    board,
    ownLocks,
    staleAfterMs: (operation) => settings.staleAfterMs(operation),
  });
  const processes = new SystemProcessFinder(() => clock.now());
  const { desk, views: evidence } = store.add(
    openEvidence({ clock, gateway, processes, history: history.store, settings, who }),
  );
  const tree = store.add(new LocksTree(board, clock, branch, evidence));
  store.add(registerLockIdLinks({ board, poller, tree, shell }));
  store.add(new LockStatusBar(board, clock));
  store.add(registerBackendHover(board, tracker, clock, evidence));
  store.add(new BackendCodeLens({ board, tracker, clock, settings }));
  store.add(new LockDecorations({ board, clock, settings }));
  store.add(registerStatusTool({ board, poller, clock, evidence }));
  store.add(
    registerCommands({
      board,
      poller,
      service,
      gateway,
      lister: new WorkerLister(gateway),
      explorer: new WorkerExplorer(gateway, clock),
      watched,
      listings,
      ownLocks,
      tracker,
      settings,
      audit,
      desk,
      evidence,
      backups: new BackupFiles(path.join(storage, 'backups'), () => clock.now()),
      history: history.store,
      activity: history.activity,
      denied,
      waits,
      terminals,
      environment: process.env,
      dataDirectory: (modulePath) => dataDirectory(process.env, modulePath),
      log,
      clock,
      who,
    }),
  );
  store.add(
    watchSurroundings({
      board,
      poller,
      gateway,
      settings,
      ownLocks,
      resolver,
      watched,
      tracker,
      tree,
      storage,
    }),
  );
  waits.resume();
  return store.add(new PublicApi(board, poller)).api;
}
