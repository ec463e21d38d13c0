import type { BackupNote } from '../core/dossier';
import type { LockError } from '../core/lockError';
import type { StateInfo } from '../core/stateBackup';
import type { StateRef } from '../core/stateRef';
import type { ResultView } from './actionView';
import type { ConfirmView } from './confirmView';
import type { StepItem } from './runbookView';
import { label, plain } from './untrusted';
import { errorText } from './wording';

/** How a backup can be had, the best way first. */
export type BackupChoice = 'version' | 'save' | 'without' | 'again' | 'setting';

/** The setting that lets a force unlock go on without a backup. */
const requireBackupSetting = 'stateLock.forceUnlock.requireBackup';

/**
 * @param info what the store says of the state's object
 * @param isRequired whether going on without one takes that none can be had
 */
export function backupItems(
  info: StateInfo,
  isRequired: boolean,
): readonly StepItem<BackupChoice>[] {
  const without = (detail: string): StepItem<BackupChoice> => ({
    label: '$(warning) Continue without a backup',
    detail,
    choice: 'without',
  });
  switch (info.kind) {
    case 'missing':
      return [
        {
          label: '$(arrow-right) Continue',
          detail: 'There is no state yet, so there is nothing to save.',
          choice: 'without',
        },
      ];
    case 'failed':
      return failedItems(info.error, isRequired, without);
    case 'found':
      return [
        ...(info.versionId === undefined
          ? []
          : [
              {
                label: '$(versions) Note the present version',
                description: label(info.versionId),
                detail: 'The bucket keeps versions: this one can be brought back from there.',
                choice: 'version' as const,
              },
            ]),
        {
          label: '$(save) Save a copy of the state',
          detail:
            'To a file of this machine that only you can read. It holds what the state holds, secrets too.',
          choice: 'save',
        },
        ...(isRequired ? [] : [without('If the holder stopped half-way there is no way back.')]),
      ];
  }
}

/** A backend whose states cannot be read is no reason to stop; a state that could be read another time is. */
function failedItems(
  error: LockError,
  isRequired: boolean,
  without: (detail: string) => StepItem<BackupChoice>,
): readonly StepItem<BackupChoice>[] {
  const why = label(errorText(error).message, 300);
  if (error.reason === 'unsupported') {
    const advice = 'Run "terraform state pull > backup.tfstate" first, if you can.';
    return [without(`None can be taken from here. ${advice}`)];
  }
  return [
    {
      label: '$(refresh) Look again',
      detail: `The state could not be looked at: ${why}`,
      choice: 'again',
    },
    isRequired
      ? {
          label: '$(gear) Open the setting that requires a backup',
          description: requireBackupSetting,
          detail: 'Leaves Force Unlock. Nothing is changed.',
          choice: 'setting',
        }
      : without('If the holder stopped half-way there is no way back.'),
  ];
}

/** Whether going on without a backup, though one is required, takes a confirmation of its own. */
export function isBackupImpossible(info: StateInfo): boolean {
  return info.kind === 'failed' && info.error.reason === 'unsupported';
}

/** Asked where a backup is required and none can be taken. */
export function noBackupConfirm(state: StateRef): ConfirmView {
  return {
    message: `Go on without a backup of ${plain(state.key)}?`,
    detail: [
      `No backup can be taken here: the states of the backend "${plain(state.backend)}" cannot be read by this extension.`,
      'If the holder stopped half-way, or is still writing, there is nothing to go back to, unless the store ' +
        'itself keeps something. "terraform state pull > backup.tfstate" takes one without the lock.',
      'Nothing is changed by this answer: the record of the lock is shown next.',
    ].join('\n\n'),
  };
}

/** What going on without a backup is for, in the dossier. */
export function noBackupNote(info: StateInfo): BackupNote {
  switch (info.kind) {
    case 'missing':
      return { kind: 'nothing' };
    case 'failed':
      return { kind: 'none', why: errorText(info.error).short };
    case 'found':
      return { kind: 'none', why: 'not wanted' };
  }
}

/** A backup that was tried and failed. */
export function backupFailed(state: StateRef, error: LockError): ResultView {
  const { message, nextStep } = errorText(error);
  return {
    severity: 'error',
    message: `The state ${label(state.key)} could not be saved, and nothing was deleted. ${label(message, 400)} ${label(nextStep)}`,
  };
}
