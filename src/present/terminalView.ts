import type { StateView } from '../core/lockBoard';
import type { StrayReason } from '../core/lockedTerminal';
import { locksOf } from '../core/lockStatus';
import type { StateRef } from '../core/stateRef';
import type { TerraformCommand } from '../core/terraformCommand';
import type { ConfirmView } from './confirmView';
import { lockSummary, lockWords, viewTitle } from './lockWords';
import type { NoticeView } from './noticeView';
import type { StatusBarView } from './statusBarView';
import { label, plain } from './untrusted';

/** An open terminal that works under a lock of this extension. */
export interface TerminalHold {
  readonly state: StateRef;
  /** Its lock is not there any more. */
  readonly lost: boolean;
}

export function terminalName(state: StateRef): string {
  return `Locked: ${label(state.key, 60)}`;
}

/**
 * What stands at the top of a locked terminal. Plain text, no word of a lock record in it.
 * @param pinned whether Terraform itself refuses every other module here.
 */
export function terminalBanner(state: StateRef, pinned: boolean): string {
  const lines = [
    `This terminal works under your lock of ${plain(state.key)} (workspace ${plain(state.workspace)}).`,
    'The lock is held by Terraform State Lock: terraform and tofu do not lock by themselves here (-lock=false).',
    pinned
      ? 'Stay in this module: Terraform refuses to run in others here.'
      : 'Stay in this module: in any other one, NOBODY holds the lock of what you change.',
    'Close this terminal to release the lock.',
  ];
  return lines.join('\r\n');
}

/** The status bar item beside that of the states: what locked terminals there are. */
export function terminalStatusBar(holds: readonly TerminalHold[]): StatusBarView | undefined {
  const lost = holds.filter((hold) => hold.lost);
  const names = (of: readonly TerminalHold[]): string =>
    of.map(({ state }) => label(state.key, 80)).join(', ');
  if (lost.length > 0) {
    return {
      text: '$(warning) Terminal without its lock',
      tooltip: `The lock of ${names(lost)} is gone, and terraform does not lock by itself in the terminal that worked under it.\nClose that terminal.`,
      accessibleLabel: `A terminal has lost its lock of ${names(lost)}. Close it.`,
      severity: 'warning',
    };
  }
  if (holds.length === 0) {
    return undefined;
  }
  return {
    text: `$(terminal) Locked by you · terminal${holds.length === 1 ? '' : `s: ${String(holds.length)}`}`,
    tooltip: `A terminal works under your lock of ${names(holds)}.\nThe lock is held by Terraform State Lock; terraform does not lock by itself in there.\nClosing the terminal releases the lock.`,
    accessibleLabel: `Locked by you for a terminal: ${names(holds)}`,
    severity: 'normal',
  };
}

/** The lock of a locked terminal was removed, and not from here. Escaped. */
export function lostWarning(
  state: StateRef,
  view: StateView | undefined,
  now: number,
): NoticeView & { readonly detail: string } {
  const [found] = view === undefined ? [] : locksOf(view.status);
  const after =
    found === undefined
      ? 'Nobody holds it now.'
      : `It is held by ${label(lockSummary(lockWords(found, now)))} now.`;
  return {
    severity: 'warning',
    message: `The lock of your locked terminal is gone: ${label(state.key)}`,
    detail: `It was removed, and not by closing the terminal. ${after} Terraform does not lock by itself in that terminal: whatever runs there runs without any lock. Stop it, close the terminal, and run "terraform plan" before anything else.`,
  };
}

/** A command in a locked terminal that its lock does not cover. Escaped. */
export function strayWarning(state: StateRef, reason: StrayReason): NoticeView {
  const rest = `This terminal holds the lock of ${label(state.key)} only, and Terraform does not lock by itself in it.`;
  const what: Record<StrayReason['kind'], string> = {
    elsewhere: `Terraform runs in ${reason.kind === 'elsewhere' ? label(reason.folder) : ''} without a lock.`,
    untold: 'Terraform may be running in another module, without a lock.',
    environment: 'The command changes the variables that keep this terminal at its state.',
  };
  return { severity: 'warning', message: `${what[reason.kind]} ${rest}` };
}

/** The state on which a command works that has just been started is locked. Escaped. */
export function refusalWarning(
  view: StateView,
  { tool, name, lock }: TerraformCommand,
  now: number,
): NoticeView {
  const [held] = locksOf(view.status);
  const who =
    view.status.kind === 'mine'
      ? 'you, in this editor'
      : held === undefined
        ? 'somebody'
        : label(lockSummary(lockWords(held, now, view.unchangedSince)));
  const command = label(`${tool} ${name}`, 60);
  const outcome: Record<TerraformCommand['lock'], string> = {
    refused: `${command} will be refused.`,
    waits: `${command} waits for it.`,
    off: `${command} runs WITHOUT a lock beside it (-lock=false).`,
    none: '',
  };
  return {
    severity: 'warning',
    message: `${label(viewTitle(view))} is locked by ${who}. ${outcome[lock]}`,
  };
}

/**
 * Before a locked terminal is closed for its lock. Escaped.
 * @param isRunning whether Terraform is known to run in it: then nobody may have the lock yet.
 */
export function closeTerminalConfirm(state: StateRef, isRunning: boolean): ConfirmView {
  return {
    message: `A locked terminal works under the lock of ${label(state.key)}.`,
    detail: isRunning
      ? 'Terraform is running in it. Closing the terminal ends that run, which may still be writing the state: you keep the lock, and release it once Terraform has ended. Better wait for the run to end.'
      : 'Closing the terminal ends what runs in it and releases the lock.',
  };
}

/** A locked terminal was closed while Terraform was running in it. Escaped. */
export function keptWarning(state: StateRef): NoticeView {
  return {
    severity: 'warning',
    message: `The locked terminal was closed while Terraform was running in it, so you still hold the lock of ${label(state.key)}. Make sure that Terraform has ended, then release the lock.`,
  };
}

/** The time limit of a terminal's lock has passed, and something may be running in it. Escaped. */
export function overdueWarning(state: StateRef): NoticeView {
  return {
    severity: 'warning',
    message: `The time limit of your lock of ${label(state.key)} has passed, but Terraform may be running in its locked terminal. The lock is kept until you close the terminal.`,
  };
}

/** Where a lock is that a terminal names and that is not shown here. Escaped. */
export function unknownLockWords(path: string | undefined): string {
  const where =
    path === undefined || path === '' ? '' : ` Terraform named its path: ${label(path)}.`;
  return `None of the locks shown here has this ID just now.${where} It may have been released, or be that of a state outside this workspace.`;
}
