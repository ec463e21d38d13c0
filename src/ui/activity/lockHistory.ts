import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Uri } from 'vscode';
import { HoldRecorder, watchGapMs } from '../../core/holdRecorder';
import { DisposableStore, type Disposable } from '../../core/lifecycle';
import type { LockBoard } from '../../core/lockBoard';
import type { Clock, Log } from '../../core/ports';
import { HoldHistoryStore } from '../../storage/holdHistoryStore';
import type { Settings } from '../settings';
import { yieldToOthers } from '../systemPorts';
import { ActivityView } from './activityView';

interface HistoryDeps {
  readonly board: LockBoard;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** The extension's folder for files. */
  readonly storage: string;
  /** The extension's folder of programs. */
  readonly dist: string;
  readonly extensionUri: Uri;
}

/** What is remembered of locks, and who writes it down. Reads and starts nothing until it is asked. */
export interface LockHistory extends Disposable {
  readonly store: HoldHistoryStore;
  readonly recorder: HoldRecorder;
  readonly activity: ActivityView;
}

export function openLockHistory(deps: HistoryDeps): LockHistory {
  const { board, settings, clock, log, storage, dist, extensionUri } = deps;
  const store = new HoldHistoryStore({
    directory: path.join(storage, 'history'),
    session: `${String(process.pid)}-${randomUUID().slice(0, 13)}`,
    workerFile: path.join(dist, 'holdHistoryWorker.js'),
    clock,
    log,
  });
  const recorder = new HoldRecorder({
    clock,
    board,
    history: store,
    isEnabled: () => settings.value.history,
    gapMs: () => watchGapMs(settings.value.polling),
  });
  const disposables = new DisposableStore();
  // In this order: the recorder has a last word for the store.
  disposables.add(recorder);
  disposables.add(store);
  const activity = disposables.add(
    new ActivityView({
      history: store,
      settings,
      clock,
      log,
      extensionUri,
      yieldNow: yieldToOthers,
    }),
  );
  return {
    store,
    recorder,
    activity,
    dispose: () => {
      disposables.dispose();
    },
  };
}
