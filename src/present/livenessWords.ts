import type { HeldLock } from '../core/lockPlace';
import type { LockStatus } from '../core/lockStatus';
import { leftoversOf } from '../core/lockStatus';
import { lockWords } from './lockWords';
import { sentenceCase } from './wording';

/** What the store knows of a lock's holder, as labelled words. Untrusted text, not yet escaped. */
export function livenessDetails(lock: HeldLock, sinceReadingMs: number): [string, string][] {
  const { liveness } = lock.record;
  if (liveness === undefined) {
    return [];
  }
  const { kind, by, endsInMs, facts } = liveness;
  const left = endsInMs === undefined ? undefined : Math.max(0, endsInMs - sinceReadingMs);
  const ends =
    left === undefined ? '' : `, ends in ${String(Math.ceil(left / 1000))} s unless it is renewed`;
  const words = {
    alive: `alive${ends}`,
    gone: 'ended: its holder cannot write any more',
    unknown: 'not known to be alive or ended',
  } as const;
  return [
    [sentenceCase(by), words[kind]],
    ...facts.map(({ label, value }): [string, string] => [label, value]),
  ];
}

/** For a dialog: what the proof means for whoever is about to break the lock; nothing where there is none. */
export function livenessWarning(lock: HeldLock): string | undefined {
  const { liveness } = lock.record;
  switch (liveness?.kind) {
    case 'alive':
      return `THE HOLDER IS ALIVE: its ${liveness.by} proves it. Whoever unlocks now lets two writers at the state.`;
    case 'gone':
      return `The holder is gone: its ${liveness.by} has ended.`;
    case 'unknown':
    case undefined:
      return undefined;
  }
}

/** What was left behind at a state that is free, and that it locks nobody out. Not yet escaped. */
export function leftoverWords(status: LockStatus, now: number): string | undefined {
  const [leftover] = leftoversOf(status);
  return leftover === undefined ? undefined : `left over: ${lockWords(leftover, now).holder}`;
}

export const leftoverAdvice =
  'An earlier holder left its record behind. It is no lock and keeps nobody out; it can be cleaned up.';
