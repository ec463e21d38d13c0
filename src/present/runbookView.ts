import type { BackupNote, Dossier } from '../core/dossier';
import type { DeletedLock } from '../core/deletedLocks';
import type { EvidenceSummary } from '../core/evidenceSummary';
import type { Evidence } from '../core/finding';
import type { Locks } from '../core/lockStatus';
import { shortOperation } from '../core/operations';
import type { StateRef } from '../core/stateRef';
import type { Verification } from '../core/verification';
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
  return evidence.map(evidenceLine).map(({ points, verdict, text, source, minute }) => ({
    label: `${icons[points]} ${verdict}`,
    description: label(`${source}, ${minute}`),
    detail: label(text, 400),
  }));
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
  found: Verification | undefined,
  backup: BackupNote,
  now: number,
): ResultView {
  const kept = backup.kind === 'none' ? '' : ` Backup: ${label(backupNotice(backup))}.`;
  switch (found?.kind) {
    case undefined:
      return result;
    case 'free':
      return { ...result, message: `${result.message} Read again: nobody holds it.${kept}` };
    case 'held': {
      const holder = label(lockSummary(lockWords(found.holder, now)));
      const message = `${result.message} Read again: it is held by ${holder}.${kept}`;
      return { severity: 'warning', message };
    }
    case 'unknown': {
      const why = label(errorText(found.error).short);
      const message = `${result.message} It could not be read again just now: ${why}.${kept}`;
      return { severity: 'warning', message };
    }
  }
}

/**
 * Without folder and digest, which are in the dossier: VS Code hides a notification that is too tall for the
 * window, and this one must be seen.
 */
function backupNotice(backup: BackupNote): string {
  return backup.kind === 'file'
    ? `saved to ${backup.file.replace(/^.*[\\/]/, '')}`
    : backupWords(backup);
}

/** What a look for signs of life came to. */
export function gatheredResult(state: StateRef, summaries: readonly EvidenceSummary[]): ResultView {
  const words = [...new Set(summaries.map(summaryWords))].join(' ');
  return {
    severity: 'info',
    message: `${label(state.key)}: ${words} The details in the list of locks show the evidence.`,
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
