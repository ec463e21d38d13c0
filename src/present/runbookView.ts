import type { BackupNote, Dossier } from '../core/dossier';
import type { DeletedLock } from '../core/deletedLocks';
import type { EvidenceSummary } from '../core/evidenceSummary';
import type { Evidence } from '../core/finding';
import type { StateView } from '../core/lockBoard';
import type { LockError } from '../core/lockError';
import { locksOf, type Locks } from '../core/lockStatus';
import { shortOperation } from '../core/operations';
import type { StateInfo } from '../core/stateBackup';
import type { StateRef } from '../core/stateRef';
import type { ResultView } from './actionView';
import type { ConfirmView } from './confirmView';
import { backupWords } from './dossierView';
import { evidenceLine, summaryWords } from './evidenceView';
import { lockSummary, lockWords } from './lockWords';
import { shortAge } from './time';
import { label, plain } from './untrusted';
import { errorText } from './wording';

/** One entry of a step. All texts are ready to be shown. */
export interface StepItem<T extends string> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** What choosing it does; missing for lines that only say something. */
  readonly choice?: T;
}

/** The evidence as lines of a step: what it comes to is said in the step's placeholder. */
export function evidenceItems(evidence: readonly Evidence[]): readonly StepItem<never>[] {
  const icons = { alive: '$(pulse)', dead: '$(circle-slash)', unknown: '$(question)' } as const;
  return evidence.map(evidenceLine).map(({ points, verdict, text, source }) => ({
    label: `${icons[points]} ${verdict}`,
    description: label(source),
    detail: label(text, 400),
  }));
}

/** How a backup can be had, the best way first. */
export type BackupChoice = 'version' | 'save' | 'without';

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
      return [
        without(
          `None can be taken from here: ${label(errorText(info.error).message, 300)} ` +
            'Run "terraform state pull > backup.tfstate" first, if you can.',
        ),
      ];
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

/** Asked once more, where something points to a live holder. */
export function aliveConfirm(
  state: StateRef,
  locks: Locks,
  summary: EvidenceSummary,
  evidence: readonly Evidence[],
  now: number,
): ConfirmView {
  const signs = evidence.filter(({ points }) => points === 'alive').map(evidenceLine);
  return {
    message: `THE HOLDER OF ${plain(state.key)} SEEMS TO BE ALIVE. Break its lock all the same?`,
    detail: [
      summaryWords(summary),
      signs.map(({ verdict, text, source }) => `${verdict}: ${text} (${source})`).join('\n'),
      `Held by ${plain(lockSummary(lockWords(locks[0], now)), 300)}.`,
      'If it writes after you have removed its lock, its state and the next one overwrite each other. Stop its process first, or wait.',
    ].join('\n\n'),
  };
}

/** Everything that a force unlock is decided on, as it is kept. */
export function dossierOf(parts: {
  readonly summary: EvidenceSummary;
  readonly evidence: readonly Evidence[];
  readonly backup: BackupNote;
  readonly messageCopied: boolean;
  readonly confirmedAlive: boolean;
  readonly confirmedBy: string;
  readonly locks: Locks;
}): Dossier {
  const { locks, evidence, ...rest } = parts;
  return {
    ...rest,
    evidence: evidence.map(evidenceLine).map(({ points, strength, text, source, at }) => ({
      points,
      strength,
      text,
      source,
      at,
    })),
    restorable: locks.every(
      ({ place, record }) =>
        place.lease === undefined && place.heldByProcess !== true && record.problem === undefined,
    ),
  };
}

/** The result, with what a read right after it found, and what there is to go back to. */
export function withVerification(
  result: ResultView,
  view: StateView | undefined,
  backup: BackupNote,
  now: number,
): ResultView {
  const kept = backup.kind === 'none' ? '' : ` Backup: ${label(backupWords(backup), 600)}.`;
  if (view === undefined) {
    return result;
  }
  if (view.status.kind === 'unknown') {
    const why = label(errorText(view.status.error).short);
    return {
      severity: 'warning',
      message: `${result.message} It could not be read again just now: ${why}.${kept}`,
    };
  }
  const [lock] = locksOf(view.status);
  return lock === undefined
    ? { ...result, message: `${result.message} Read again: nobody holds it.${kept}` }
    : {
        severity: 'warning',
        message: `${result.message} Read again: it is held by ${label(lockSummary(lockWords(lock, now)))}.${kept}`,
      };
}

/** What a look for signs of life came to. */
export function gatheredResult(state: StateRef, summary: EvidenceSummary): ResultView {
  return {
    severity: 'info',
    message: `${label(state.key)}: ${summaryWords(summary)} The details in the list of locks show the evidence.`,
  };
}

/** A lock that was removed, as an entry of a list. Escaped. */
export function deletedLockWords(
  { state, at, by, info }: DeletedLock,
  now: number,
): { readonly label: string; readonly description: string; readonly detail: string } {
  const age = shortAge(Math.max(0, now - Date.parse(at)));
  return {
    label: label(state),
    description: label(`${info.who} · ${shortOperation(info.operation)}`),
    detail: label(`Removed ${age} ago by ${by}. Lock ID ${info.id}`, 300),
  };
}
