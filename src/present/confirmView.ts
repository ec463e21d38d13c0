import type { DeletedLock } from '../core/deletedLocks';
import type { LockError } from '../core/lockError';
import type { HeldLock } from '../core/lockPlace';
import type { Fact, StateRef } from '../core/stateRef';
import { leftoverAdvice, livenessDetails, livenessWarning } from './livenessWords';
import { sinceWords } from './lockWords';
import { longAge } from './time';
import { plain } from './untrusted';
import { errorText, problemTexts } from './wording';

/** Long enough for any reason that a person types; a dialog must not outgrow the screen. */
const maxFactChars = 500;

/** The text of a modal dialog, which renders no icons and no links. */
export interface ConfirmView {
  readonly message: string;
  readonly detail: string;
}

/** Before a lock is taken: what, where, as whom. */
export function acquireConfirm(
  state: StateRef,
  identity: readonly Fact[],
  who: string,
  reason: string,
): ConfirmView {
  return {
    message: `Acquire the lock of ${plain(state.key)}?`,
    detail: facts([
      ...state.facts,
      ...state.places.flatMap((place) => place.facts),
      ...identity,
      { label: 'As', value: who },
      { label: 'Reason', value: reason },
    ]).concat(
      `\n\nUntil you release it, every plan and apply of this state is refused. ${lifetimeWords(state)}`,
    ),
  };
}

/** How long a lock stays that nobody gives back. */
function lifetimeWords(state: StateRef): string {
  const lease = state.places.find((place) => place.lease !== undefined)?.lease;
  if (state.places.some((place) => place.heldByProcess === true)) {
    return 'It lasts while this window is open: a process of this window holds it, and it ends with it.';
  }
  if (lease === undefined) {
    return 'It does not expire.';
  }
  const { name, ttlMs, endsWithinMs } = lease;
  const end = endsWithinMs === undefined ? '' : ` to ${longAge(endsWithinMs)}`;
  return (
    `It lasts while this window is open and connected: its ${name} ends by itself ` +
    `${longAge(ttlMs)}${end} after the last renewal.`
  );
}

/** Before what was left behind is removed: what it says, and that it is no lock. */
export function cleanUpConfirm(
  state: StateRef,
  leftovers: readonly HeldLock[],
  now: number,
): ConfirmView {
  return {
    message: `Clean up what was left behind at ${plain(state.key)}?`,
    detail: [
      leftoverAdvice,
      ...leftovers.flatMap((leftover) => {
        const { info } = leftover.record;
        return facts([
          { label: 'Left by', value: info.who },
          { label: 'Operation', value: info.operation },
          { label: 'Since', value: sinceWords(leftover, now) },
          { label: 'Info', value: info.info },
          { label: 'ID', value: info.id },
          ...livenessDetails(leftover, 0).map(([name, value]) => ({ label: name, value })),
        ]);
      }),
      facts([...state.facts, ...leftovers.flatMap(({ place }) => place.facts)]),
      'It is removed only if nobody has taken the lock meanwhile and the record is still exactly this one.',
    ].join('\n\n'),
  };
}

/** Before a lock that was removed is put back. */
export function restoreConfirm(
  state: StateRef,
  deleted: DeletedLock,
  locks: readonly HeldLock[],
): ConfirmView {
  const { info, at, by } = deleted;
  return {
    message: `Put back the lock of ${plain(state.key)}?`,
    detail: [
      facts([
        { label: 'Who', value: info.who },
        { label: 'Operation', value: info.operation },
        { label: 'Created', value: info.created },
        { label: 'Info', value: info.info },
        { label: 'ID', value: info.id },
        { label: 'Removed', value: `${at}, by ${by}` },
      ]),
      facts([...state.facts, ...locks.flatMap(({ place }) => place.facts)]),
      'It becomes the lock of that holder again, byte for byte, and keeps everybody else out. ' +
        'It is put back only if nobody holds the lock now. If the holder has ended meanwhile, it will have to be removed once more.',
    ].join('\n\n'),
  };
}

/** Before another's locks are broken: every record in whole, and what is at stake. */
export function forceUnlockConfirm(
  state: StateRef,
  locks: readonly HeldLock[],
  who: string,
  now: number,
  unchangedSince?: number,
): ConfirmView {
  const one = locks.length === 1;
  return {
    message: `Force unlock ${plain(state.key)}?`,
    detail: [
      ...locks.flatMap((lock) => [
        ...(one ? [] : [facts([{ label: 'Held in', value: lock.place.label }])]),
        ...recordParagraphs(lock, who, now, unchangedSince),
      ]),
      facts([...state.facts, ...locks.flatMap((lock) => lock.place.facts)]),
      'If the holder is still running, it goes on writing: removing the lock does not stop it, and ' +
        'two writers can destroy the state. Make sure that the process has ended first.',
      one
        ? 'The lock is removed only if its record is still exactly this one.'
        : 'Each of the locks is removed only if its record is still exactly the one above.',
    ].join('\n\n'),
  };
}

function recordParagraphs(
  lock: HeldLock,
  who: string,
  now: number,
  unchangedSince?: number,
): readonly string[] {
  const { info, problem, raw } = lock.record;
  const record: Fact[] = [
    { label: 'Who', value: info.who },
    // A line of its own, so that no name can be long enough to hide it or claim it for itself.
    { label: 'Is that you', value: looksLikeYou(info.who, who) },
    { label: 'Operation', value: info.operation },
    { label: 'Since', value: sinceWords(lock, now, unchangedSince) },
    { label: 'Info', value: info.info },
    { label: 'Version', value: info.version },
    { label: 'ID', value: info.id },
    { label: 'Path', value: info.path },
    ...livenessDetails(lock, 0).map(([name, value]) => ({ label: name, value })),
  ];
  const warning = livenessWarning(lock);
  return [
    ...(warning === undefined ? [] : [plain(warning, maxFactChars)]),
    facts(record),
    ...(problem === undefined
      ? []
      : [problemTexts[problem], facts([{ label: 'Record', value: raw }])]),
  ];
}

/**
 * Before a delete that the store cannot guard: asked only after the guarded one was refused for that reason,
 * and never answered for the person.
 */
export function unconditionalConfirm(state: StateRef, error: LockError): ConfirmView {
  return {
    message: `Delete the lock of ${plain(state.key)} without a guard?`,
    detail: [
      plain(errorText(error).message, maxFactChars),
      'The lock can still be read and compared, and deleted right after that. But if somebody takes the ' +
        'lock in that very moment, their lock is deleted instead of the one you were shown, and nothing ' +
        'can prevent or undo that.',
      'Nothing has been deleted so far.',
    ].join('\n\n'),
  };
}

/** Whether the holder looks like the person at this editor. A hint, never a guard. */
function looksLikeYou(holder: string, who: string): string {
  if (holder.trim() === '') {
    return 'cannot be told';
  }
  return holder === who ? 'looks like you on this machine' : 'no, not you on this machine';
}

function facts(list: readonly Fact[]): string {
  return list
    .map(
      (fact) =>
        `${fact.label}: ${fact.value.trim() === '' ? '(empty)' : plain(fact.value, maxFactChars)}`,
    )
    .join('\n');
}

/** The whole record, for the clipboard. */
export function lockInfoJson(lock: HeldLock): string {
  const { raw, problem, info } = lock.record;
  if (problem !== undefined) {
    return raw;
  }
  try {
    return JSON.stringify(JSON.parse(raw), undefined, 2);
  } catch {
    // It was readable when it was decoded, so this cannot be; the decoded fields are still true.
    return JSON.stringify(info, undefined, 2);
  }
}
