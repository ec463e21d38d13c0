import { rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { BackupNote } from '../../core/dossier';
import type { StateInfo } from '../../core/stateBackup';
import type { StateRef } from '../../core/stateRef';
import {
  backupFailed,
  backupItems,
  isBackupImpossible,
  noBackupConfirm,
  noBackupNote,
  type BackupChoice,
} from '../../present/backupView';
import { label } from '../../present/untrusted';
import type { CommandDeps } from '../commands/commandDeps';
import { settingKeys, settingsSection } from '../contributions';
import { confirmed } from '../confirm';
import { showResult, withProgress } from '../progress';
import { showStep } from './step';

/** A backup, and how to leave no trace of it where the flow is left after all. */
export interface TakenBackup {
  readonly note: BackupNote;
  discard(): Promise<void>;
}

/** Has something to go back to. `undefined`: the flow was left. */
export async function backupStep(
  deps: CommandDeps,
  state: StateRef,
  info: StateInfo,
  title: string,
): Promise<TakenBackup | 'back' | undefined> {
  const isRequired = deps.settings.value.requireBackup;
  const choice = await showStep<BackupChoice>({
    title,
    step: 2,
    totalSteps: 3,
    placeholder: 'What is there to go back to, if the holder stopped half-way?',
    items: backupItems(info, isRequired),
    canGoBack: true,
  });
  switch (choice) {
    case 'version': {
      const versionId = info.kind === 'found' ? (info.versionId ?? '') : '';
      return { note: { kind: 'version', versionId }, discard: () => Promise.resolve() };
    }
    case 'save':
      return save(deps, state);
    case 'without':
      return isRequired && isBackupImpossible(info) && !(await agreed(state))
        ? undefined
        : { note: noBackupNote(info), discard: () => Promise.resolve() };
    case 'setting':
      await vscode.commands.executeCommand(
        'workbench.action.openSettings',
        `${settingsSection}.${settingKeys.requireBackup}`,
      );
      return undefined;
    case 'again':
      // The first step looks.
      return 'back';
    case 'back':
      return 'back';
    case undefined:
      return undefined;
  }
}

/** An answer of its own, where a backup is required and none can be had. */
async function agreed(state: StateRef): Promise<boolean> {
  return confirmed(noBackupConfirm(state), 'Go On Without a Backup');
}

async function save(deps: CommandDeps, state: StateRef): Promise<TakenBackup | undefined> {
  const options = {
    userStarted: true,
    timeoutMs: deps.settings.value.polling.requestTimeoutMs,
  };
  const file = await deps.backups.newFile(state.key);
  const outcome = await withProgress(`Saving the state ${label(state.key)}`, (signal) =>
    deps.gateway.downloadState(state, file, options, signal),
  );
  switch (outcome.kind) {
    case 'saved': {
      const { bytes, sha256, versionId } = outcome;
      deps.log.info(`The state ${label(state.key)} was saved to ${file}`);
      return {
        note: {
          kind: 'file',
          file,
          bytes,
          sha256,
          ...(versionId === undefined ? {} : { versionId }),
        },
        discard: () => rm(file, { force: true }),
      };
    }
    case 'missing':
      return { note: { kind: 'nothing' }, discard: () => Promise.resolve() };
    case 'failed':
      if (outcome.error.reason !== 'cancelled') {
        showResult(backupFailed(state, outcome.error), deps.log);
      }
      return undefined;
  }
}
