import type { Advice } from '../core/activityAdvice';
import type { ActivityFacts } from '../core/activityMessages';
import type { ActivityStats, LengthBounds } from '../core/activityStats';
import { holdEnds, type HoldTable } from '../core/holdTable';
import type { HoldEnd } from '../core/holdHistory';
import { plain } from './untrusted';

const endWords: Readonly<Record<HoldEnd, string>> = {
  released: 'gone at a later look',
  replaced: 'another lock followed',
  releasedHere: 'released from here',
  brokenHere: 'force unlocked from here',
  brokenByOther: 'taken here, removed elsewhere',
  unknown: 'ended while nobody was watching',
};

/** `1h 12m`, `45s`, `3d 4h`: two units where the second says something. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) {
    return 'unknown';
  }
  const seconds = Math.round(Math.max(0, ms) / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) {
    return '0s';
  }
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${String(count)}${unit}`)
    .join(' ');
}

/** `11m 45s to 12m`, or one length where both bounds read alike. */
export function lengthText({ least, most }: LengthBounds): string {
  const [low, high] = [duration(least), duration(most)];
  return low === high ? low : `${low} to ${high}`;
}

export function hoursText(ms: number): string {
  return (ms / 3_600_000).toFixed(1);
}

export function percentText(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 1 ? 'less than 1%' : `${percent.toFixed(0)}%`;
}

/** `3 holds`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** How a hold of the table ended. */
export function endText(table: HoldTable, row: number): string {
  const end = holdEnds[table.end[row] ?? 0];
  return end === undefined ? 'not seen to end' : endWords[end];
}

/** What states are called where they are shown: without the bucket that all of them share. */
export function stateNames(states: readonly string[]): readonly string[] {
  const bucket = /^[^/]+\//.exec(states[0] ?? '')?.[0] ?? '';
  const isShared = bucket !== '' && states.every((path) => path.startsWith(bucket));
  return states.map((path) => nameOf(isShared ? path.slice(bucket.length) : path));
}

/** A name from outside; a missing one is said to be. */
export function nameOf(text: string): string {
  return text === '' ? '(not given)' : plain(text);
}

/** What was counted, and how much of the truth that can be. */
export function samplingText(stats: ActivityStats, facts: ActivityFacts): readonly string[] {
  const { pollMs, unfocusedMs } = facts;
  const unfocused =
    unfocusedMs === 0
      ? 'not at all while the window is not focused'
      : `every ${duration(unfocusedMs)} while the window is not focused`;
  const watched =
    `The states were watched for ${percentText(stats.watchedShare)} of this time: ` +
    `only while an editor with this workspace was open. What happened at other times is missing here.`;
  const looks =
    `Locks are looked at every ${duration(pollMs)}, ${unfocused}. Shorter holds may be missed, and where two ` +
    `times are given, the truth lies between them.`;
  return [
    watched,
    looks,
    ...(facts.damaged > 0
      ? [`${counted(facts.damaged, 'damaged line')} of the history could not be read.`]
      : []),
    ...(facts.isEnabled
      ? []
      : ['Nothing new is recorded: the setting stateLock.history.enabled is off.']),
  ];
}

/** The advice in a sentence, with its reason. */
export function adviceText(
  advice: Advice,
  table: HoldTable,
  names: readonly string[],
): { readonly title: string; readonly reason: string } {
  const state = names[advice.state] ?? '';
  switch (advice.kind) {
    case 'splitState':
      return {
        title: `Consider splitting ${state}`,
        reason:
          `It was locked for at least ${percentText(advice.lockedShare)} of the time in which it was watched, by ` +
          `${counted(advice.holders, 'holder')}, and ${counted(advice.refusals, 'attempt')} on it were refused.`,
      };
    case 'shortenJob': {
      const who = nameOf(table.people[advice.who] ?? '');
      const operation = nameOf(table.operations[advice.operation] ?? '');
      return {
        title: `Shorten what ${who} does to ${state}`,
        reason:
          `${counted(advice.holds, 'hold')} for ${operation} make up ${percentText(advice.shareOfLocked)} of the ` +
          `time in which this state was locked; half of them lasted at least ${duration(advice.usualMs)}.`,
      };
    }
    case 'raiseLockTimeout':
      return {
        title: `Wait for ${state} with -lock-timeout=${String(advice.minutes)}m`,
        reason:
          `${String(advice.waitedOut)} of ${counted(advice.refusals, 'refused attempt')} would have found the lock ` +
          `gone within ${counted(advice.minutes, 'minute')}.`,
      };
  }
}
