import type { ActionResult, PlaceOutcome } from '../core/actionResults';
import type { AuditAction } from '../core/audit';
import type { LockError, LockErrorReason } from '../core/lockError';
import type { HeldLock } from '../core/lockPlace';
import type { StateRef } from '../core/stateRef';
import { lockSummary, lockWords } from './lockWords';
import { label } from './untrusted';
import { errorText } from './wording';

/** A message for a person, and how grave it is. Escaped. */
export interface ResultView {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
}

const doneWords: Record<AuditAction, string> = {
  acquire: 'You hold the lock of',
  release: 'You have released the lock of',
  forceUnlock: 'The lock was removed from',
  cleanUp: 'What an earlier holder left behind was removed from',
};

/** What came of an action, to which state, and what to do next. */
export function resultView(
  action: AuditAction,
  state: StateRef,
  result: ActionResult,
  now: number,
): ResultView {
  const name = label(state.key);
  switch (result.kind) {
    case 'done':
      return {
        severity: 'info',
        message:
          `${doneWords[action]} ${name}.` +
          (action === 'forceUnlock'
            ? ' Run "terraform plan" before anything else: the holder may have stopped half-way.'
            : ''),
      };
    case 'held':
      return {
        severity: 'warning',
        message: `${name} is locked by ${holderWords(result.holder, now)}. Nothing was changed.`,
      };
    case 'changed':
      return {
        severity: 'warning',
        message:
          `The lock of ${name} is no longer the one you were shown: it is held by ` +
          `${holderWords(result.holder, now)}. Nothing was deleted.`,
      };
    case 'gone':
      return {
        severity: 'info',
        message: `The lock of ${name} is already gone. Nothing was deleted.`,
      };
    case 'failed':
      return { severity: 'error', message: `${name}: ${failureWords(result.error)}` };
    case 'partial':
      return {
        severity: 'error',
        message:
          `${name} is only partly done. ` +
          result.places.map((outcome) => placeWords(action, outcome, now)).join(' ') +
          ' The list of locks shows what is left, and its actions apply to exactly that.',
      };
  }
}

/** What came of an action at one of several places. Escaped. */
function placeWords(action: AuditAction, { place, result }: PlaceOutcome, now: number): string {
  const where = label(place.label);
  switch (result.kind) {
    case 'done':
      return action === 'acquire'
        ? `${where}: taken by you, and could not be given back.`
        : `${where}: removed.`;
    case 'gone':
      return `${where}: already gone.`;
    case 'held':
    case 'changed':
      return `${where}: not touched, held by ${holderWords(result.holder, now)}.`;
    case 'failed':
      return `${where}: ${failureWords(result.error)}`;
  }
}

/** Errors whose own text says what became of the write. */
const tellsOutcome: readonly LockErrorReason[] = ['uncertain', 'cancelled', 'auditFailed'];

function failureWords(error: LockError): string {
  const { message, nextStep } = errorText(error);
  const outcome = tellsOutcome.includes(error.reason) ? '' : ' Nothing was changed.';
  return `${label(message, 400)}${outcome} ${label(nextStep)}`;
}

function holderWords(holder: HeldLock | undefined, now: number): string {
  return holder === undefined
    ? 'a holder that could not be read'
    : label(lockSummary(lockWords(holder, now)));
}
