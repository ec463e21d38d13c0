import type { HoldEvent } from '../core/holdKeeper';
import type { OwnLockEvent } from '../core/ownLockWatch';
import type { LockWait } from '../core/lockWaits';
import type { StateView } from '../core/lockBoard';
import { locksOf } from '../core/lockStatus';
import { parseCreated } from '../core/lockInfo';
import { lockSummary, lockWords } from './lockWords';
import { longAge } from './time';
import { label } from './untrusted';
import { errorText } from './wording';

/** Something that a person should hear of though nothing was asked. Escaped. */
export interface NoticeView {
  readonly severity: 'info' | 'warning';
  readonly message: string;
}

/** What happened to an own lock, to which state, and what to do next. */
export function ownLockNotice(event: OwnLockEvent, now: number): NoticeView {
  const name = label(event.state.key);
  const held = longAge(now - (parseCreated(event.own.takenAt) ?? now));
  switch (event.kind) {
    case 'forgotten':
      return {
        severity: 'info',
        message: `You still hold the lock of ${name}, taken ${held} ago${reasonOf(event)}. Until you release it, everybody else is refused.`,
      };
    case 'old':
      return {
        severity: 'warning',
        message: `You have held the lock of ${name} for ${held}. Everybody else is refused meanwhile.`,
      };
    case 'dueSoon':
      return {
        severity: 'warning',
        message: `Your lock of ${name} is released by itself in ${longAge(dueInMs(event, now))}.`,
      };
    case 'due':
      return {
        severity: 'info',
        message: `The time limit of your lock of ${name} has passed, and it was released.`,
      };
    case 'broken': {
      const [found] = event.found;
      const after =
        found === undefined
          ? 'Nobody holds it now'
          : `It is held by ${label(lockSummary(lockWords(found, now)))} now`;
      return {
        severity: 'warning',
        message: `Your lock of ${name} was removed, and not from here. ${after}. Stop what you are doing to this state, and run "terraform plan" before anything else.`,
      };
    }
  }
}

function dueInMs({ own }: OwnLockEvent, now: number): number {
  return Math.max(0, (parseCreated(own.until ?? '') ?? now) - now);
}

function reasonOf({ locks }: OwnLockEvent): string {
  const reason = label(locks[0]?.record.info.info ?? '');
  return reason === '' ? '' : ` (${reason})`;
}

/** What happens to a lock that lasts only while it is renewed, and what to do. Escaped. */
export function holdNotice(event: HoldEvent, now: number): NoticeView {
  const name = label(event.state.key);
  const lease = event.lock.place.lease?.name ?? 'lease';
  switch (event.kind) {
    case 'atRisk': {
      const why =
        event.error === undefined
          ? 'no answer came in time'
          : label(errorText(event.error).short, 60);
      const left = Math.max(0, (event.safeUntil ?? now) - now);
      return {
        severity: 'warning',
        message: `The lock of ${name} may be lost: its ${lease} could not be renewed (${why}). Nobody else can have it for another ${String(Math.floor(left / 1000))} s. Stop what you are doing to this state.`,
      };
    }
    case 'lost':
      return {
        severity: 'warning',
        message: `You have lost the lock of ${name}: its ${lease} has ended. Somebody else may be writing now. Stop, and run "terraform plan" before anything else.`,
      };
    case 'safe':
      return { severity: 'info', message: `The lock of ${name} is safe again.` };
  }
}

/** How a wait stands: who holds the lock, or why that is not known. Escaped. */
export function waitWords(view: StateView | undefined, now: number): string {
  if (view === undefined) {
    return 'its backend block is not known yet';
  }
  const { status } = view;
  const [lock] = locksOf(status);
  const holder =
    lock === undefined ? '' : label(lockSummary(lockWords(lock, now, view.unchangedSince)));
  if (status.kind === 'unknown') {
    const why = `unknown just now: ${label(errorText(status.error).short)}`;
    return holder === '' ? why : `${holder} (${why})`;
  }
  return holder === '' ? 'free' : holder;
}

/** A lock that was waited for is free. */
export function releasedNotice(wait: LockWait): NoticeView {
  return { severity: 'info', message: `${label(wait.title)} was released: its lock is free.` };
}
