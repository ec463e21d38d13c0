import type { BackupNote, Dossier } from '../core/dossier';
import type { LockInfo } from '../core/lockInfo';
import type { HeldLock } from '../core/lockPlace';
import type { StateRef } from '../core/stateRef';
import type { ResultView } from './actionView';
import { summaryWords } from './evidenceView';
import { lockSummary, lockWords } from './lockWords';
import { markdown, plain } from './untrusted';

/** What there is to go back to, in words. Escaped as plain text. */
export function backupWords(backup: BackupNote): string {
  switch (backup.kind) {
    case 'file':
      return `saved to ${plain(backup.file, 500)} (${String(backup.bytes)} bytes, SHA-256 ${backup.sha256})`;
    case 'version':
      return `version ${plain(backup.versionId, 300)} of the state object, kept by its bucket`;
    case 'nothing':
      return 'there was no state to save';
    case 'none':
      return `none: ${plain(backup.why, 300)}`;
  }
}

/** A force unlock for an incident's ticket. Everything from outside in it is escaped. */
export function dossierMarkdown(
  state: StateRef,
  locks: readonly HeldLock[],
  dossier: Dossier,
  result: ResultView,
): string {
  const fact = (name: string, value: string): string =>
    `- ${name}: ${value.trim() === '' ? '(empty)' : markdown(value, 1000)}`;
  const record = ({ place, record: { info } }: HeldLock): string[] => [
    fact('Held in', place.label),
    fact('Lock ID', info.id),
    fact('Who', info.who),
    fact('Operation', info.operation),
    fact('Created', info.created),
    fact('Info', info.info),
  ];
  return [
    `## Force unlock of ${markdown(state.key, 1000)}`,
    '',
    fact('State', state.path),
    ...locks.flatMap(record),
    '',
    '### Evidence',
    '',
    markdown(summaryWords(dossier.summary)),
    '',
    ...dossier.evidence.map(
      ({ points, strength, text, source, at }) =>
        `- ${points === 'unknown' ? 'unknown' : `${strength === 'proof' ? 'proves' : 'points to'} ${points}`}: ` +
        `${markdown(text, 500)} (${markdown(source)}, ${at})`,
    ),
    '',
    '### Done',
    '',
    fact('Backup of the state', backupWords(dossier.backup)),
    fact('Message for the holder copied', dossier.messageCopied ? 'yes' : 'no'),
    fact('Asked once more, because of signs of life', dossier.confirmedAlive ? 'yes' : 'no'),
    fact('Confirmed by', dossier.confirmedBy),
    fact('Result', result.message),
    '',
  ].join('\n');
}

/** What is sent to the holder, by a person, wherever the two talk. Plain text. */
export function holderMessage(
  state: StateRef,
  lock: HeldLock,
  now: number,
  contact: string | undefined,
): string {
  const { info } = lock.record;
  return [
    `${contact === undefined ? '' : `${plain(contact)}: `}The Terraform state ${plain(state.key, 300)} is locked by ${plain(lockSummary(lockWords(lock, now)), 300)}.`,
    `Lock ID: ${plain(info.id)}. State: ${plain(state.path, 500)}.`,
    ...reasonLine(info),
    'Is this run still going? If it is not, I am going to remove its lock. Please answer before I do.',
  ].join('\n');
}

function reasonLine({ info }: LockInfo): string[] {
  return info.trim() === '' ? [] : [`Reason given: ${plain(info, 300)}.`];
}
