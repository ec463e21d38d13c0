import * as vscode from 'vscode';
import type { BackupNote, Dossier } from '../../core/dossier';
import type { EvidenceSubject } from '../../core/evidenceDesk';
import { mayBeAlive, summarize } from '../../core/evidenceSummary';
import type { Locks } from '../../core/lockStatus';
import type { StateRef } from '../../core/stateRef';
import { verificationOf, type Verification } from '../../core/verification';
import { resultView } from '../../present/actionView';
import { forceUnlockConfirm, type ConfirmView } from '../../present/confirmView';
import { dossierMarkdown } from '../../present/dossierView';
import { aliveConfirm, dossierOf, withVerification } from '../../present/runbookView';
import { withCheck } from '../../present/stateCheckView';
import { label } from '../../present/untrusted';
import { checkAfterUnlock } from '../commands/checkState';
import type { CommandDeps } from '../commands/commandDeps';
import { confirm, confirmed } from '../confirm';
import { showResult, withProgress } from '../progress';
import { guardedOrConfirmed } from '../unguardedDelete';
import { backupStep, type TakenBackup } from './backupStep';
import { evidenceStep, type Looked } from './evidenceStep';

/**
 * The runbook of a stuck lock (docs/force-unlock.md): evidence and the holder, a backup, the whole record, the
 * state's key typed, one conditional delete of exactly these locks, a read after it. Left at any step it leaves
 * no trace. True where the delete was tried.
 */
export async function unlockFlow(deps: CommandDeps, subject: EvidenceSubject): Promise<boolean> {
  const title = `Force Unlock: ${label(subject.state.key)}`;
  let looked: Looked | undefined;
  let backup: TakenBackup | 'back' | undefined = 'back';
  while (backup === 'back') {
    looked = await evidenceStep(deps, subject, title);
    if (looked === undefined) {
      return false;
    }
    backup = await backupStep(deps, subject.state, looked.info, title);
  }
  if (backup === undefined || looked === undefined) {
    return false;
  }
  let dossier: Dossier | undefined;
  try {
    dossier = await confirmAll(deps, subject, looked, backup.note, title);
  } finally {
    if (dossier === undefined) {
      await backup.discard();
    }
  }
  if (dossier === undefined) {
    return false;
  }
  await removeAndTell(deps, subject, dossier);
  return true;
}

/** The whole record, the key, and a last question where something points to a live holder. `undefined`: left. */
async function confirmAll(
  deps: CommandDeps,
  subject: EvidenceSubject,
  looked: Looked,
  backup: BackupNote,
  title: string,
): Promise<Dossier | undefined> {
  const { clock, desk, who } = deps;
  const { state, locks, unchangedSince } = subject;
  const evidence = desk.of(subject);
  const summary = summarize(evidence);
  const record = forceUnlockConfirm(state, locks, who, clock.now(), unchangedSince);
  const isAlive = mayBeAlive(summary);
  if (
    !(await confirmed(record, 'Continue…')) ||
    !(await typedKey(state.key, title)) ||
    (isAlive && !(await confirmedAgain(aliveConfirm(state, locks, summary, evidence, clock.now()))))
  ) {
    return undefined;
  }
  return dossierOf({
    summary,
    evidence,
    backup,
    messageCopied: looked.messageCopied,
    confirmedAlive: isAlive,
    confirmedBy: who,
    locks,
  });
}

/** One conditional delete of exactly these locks, a read after it, and what is next. */
async function removeAndTell(
  deps: CommandDeps,
  { state, locks }: EvidenceSubject,
  dossier: Dossier,
): Promise<void> {
  const { clock, service } = deps;
  const result = await guardedOrConfirmed(state, (consent) =>
    withProgress(`Force unlocking ${label(state.key)}`, (signal) =>
      service.forceUnlock(state, locks, signal, { ...consent, dossier }),
    ),
  );
  deps.denied.noteResult(state.places, result);
  const check = result.kind === 'done' ? await checkAfterUnlock(deps, state) : undefined;
  const found = result.kind === 'done' ? await readAgain(deps, state) : undefined;
  const now = clock.now();
  const shown = resultView('forceUnlock', state, result, now);
  const final = withVerification(withCheck(shown, check), found, dossier.backup, now);
  const copy = async (): Promise<void> => {
    await vscode.env.clipboard.writeText(dossierMarkdown(state, locks, dossier, final));
    vscode.window.setStatusBarMessage('Dossier copied', 3000);
  };
  showResult(final, deps.log, [{ title: 'Copy Dossier', run: copy }]);
}

/** Not what the board remembers: a state that is only listed is not on it. */
async function readAgain(deps: CommandDeps, { places }: StateRef): Promise<Verification> {
  const timeoutMs = deps.settings.value.polling.requestTimeoutMs;
  const options = { userStarted: true, timeoutMs };
  const signal = AbortSignal.timeout(timeoutMs);
  return verificationOf(places, await deps.gateway.readMany(places, options, signal));
}

/** The first button is the one that Enter presses: what is asked once more must not be answered by habit. */
async function confirmedAgain(view: ConfirmView): Promise<boolean> {
  const proceed = 'Break the Lock All the Same';
  return (await confirm(view, 'Keep the Lock', proceed)) === proceed;
}

function typedKey(key: string, title: string): Promise<boolean> {
  const input = vscode.window.createInputBox();
  input.title = title;
  input.step = 3;
  input.totalSteps = 3;
  input.prompt = `Type the state's key to remove the lock: ${label(key, 1000)}`;
  input.ignoreFocusOut = true;
  return new Promise((resolve) => {
    input.onDidChangeValue((text) => {
      input.validationMessage = text === '' || text === key ? '' : "This is not the state's key.";
    });
    input.onDidAccept(() => {
      if (input.value === key) {
        resolve(true);
        input.hide();
      } else {
        input.validationMessage = "This is not the state's key.";
      }
    });
    input.onDidHide(() => {
      resolve(false);
      input.dispose();
    });
    input.show();
  });
}

/** Locks of a state that is not in this workspace: nothing is known around them. */
export function bareSubject(state: StateRef, locks: Locks, readAt: number): EvidenceSubject {
  return { state, locks, readAt, directories: [] };
}
