import { toleratedSkewMs } from './lockAge';

/**
 * How a hold came to its end, as far as can be told from looking now and then.
 *
 * - `released`: found free afterwards: given back, or removed elsewhere by somebody; no store tells which
 * - `replaced`: another lock was found in its place
 * - `releasedHere`, `brokenHere`: released, or force unlocked, from an editor of this machine
 * - `brokenByOther`: taken here and gone without a release from here
 * - `unknown`: nobody looked when it ended
 */
export type HoldEnd =
  'released' | 'replaced' | 'releasedHere' | 'brokenHere' | 'brokenByOther' | 'unknown';

/**
 * One lock, from when it was taken to when it was gone, as several looks together bound it. Times are in
 * ms since the epoch by this machine's clock. Holds what names people and places, never secrets.
 */
export interface Hold {
  /** `Path` of the state: `<bucket>/<key>`. */
  readonly path: string;
  readonly lockId: string;
  readonly who: string;
  /** The short word: `apply`. */
  readonly operation: string;
  /** Taken from an editor of this machine. */
  readonly mine: boolean;
  /** What the record says, if it says it readably. By the holder's clock. */
  readonly createdAt?: number;
  /** The last look that did not find it yet. */
  readonly absentAt?: number;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** The first look that did not find it any more. */
  readonly goneAt?: number;
  readonly end?: HoldEnd;
}

/** An attempt that was refused because somebody held the lock. */
export interface Refusal {
  readonly at: number;
  readonly path: string;
  /** Where it was seen: an acquire in this editor, or Terraform's message in a terminal. */
  readonly source: 'acquire' | 'terminal';
  /** Of the lock that was in the way; `''` where it is not known. */
  readonly lockId: string;
  readonly holder: string;
}

/** A stretch of time in which these states were looked at as often as polling says. */
export interface WatchedSpan {
  readonly from: number;
  readonly until: number;
  readonly paths: readonly string[];
}

/** One thing to remember. What is noted twice, by two windows or after a crash, counts once. */
export type HistoryEvent =
  | { readonly kind: 'hold'; readonly hold: Hold }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'watched'; readonly span: WatchedSpan };

/** When something happened: not before `from`, not after `to`; a bound that is not known is missing. */
export interface Bounds {
  readonly from?: number;
  readonly to?: number;
}

/** Equal for two observations of the same hold, whichever windows made them. */
export function holdKey(hold: Pick<Hold, 'path' | 'lockId' | 'createdAt'>): string {
  return `${hold.path}\n${hold.lockId}\n${String(hold.createdAt ?? '')}`;
}

/** Two windows may both see the refusal that a terminal shows; a person does not try twice in a second. */
export function refusalKey(refusal: Refusal): string {
  return `${refusal.path}\n${refusal.source}\n${String(Math.floor(refusal.at / 1000))}`;
}

/** The more somebody must have known to say it, the more it counts. */
const ranks: Readonly<Record<HoldEnd, number>> = {
  brokenHere: 5,
  releasedHere: 4,
  brokenByOther: 3,
  replaced: 2,
  released: 1,
  unknown: 0,
};

/**
 * Two observations of one hold as one. The order does not matter and neither does repetition, so no window
 * needs to know what another has written.
 */
export function joinHolds(a: Hold, b: Hold): Hold {
  const firstSeenAt = Math.min(a.firstSeenAt, b.firstSeenAt);
  const lastSeenAt = Math.max(a.lastSeenAt, b.lastSeenAt);
  const absentAt = latest(a.absentAt, b.absentAt, (at) => at <= firstSeenAt);
  const goneAt = earliest(a.goneAt, b.goneAt, (at) => at >= lastSeenAt);
  const end = surer(a.end, b.end);
  const { path, lockId, who, operation, createdAt } = a;
  return {
    path,
    lockId,
    who,
    operation,
    mine: a.mine || b.mine,
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(absentAt === undefined ? {} : { absentAt }),
    firstSeenAt,
    lastSeenAt,
    ...(goneAt === undefined ? {} : { goneAt }),
    ...(end === undefined ? {} : { end }),
  };
}

/**
 * When a hold began. The record's own time counts where it fits what was seen; a holder's clock that is
 * wrong shows in a time before the last look that found nothing, or after the first that found the lock.
 */
export function holdStart(hold: Hold): Bounds {
  const { createdAt, absentAt, firstSeenAt } = hold;
  const fits =
    createdAt !== undefined &&
    createdAt <= firstSeenAt + toleratedSkewMs &&
    createdAt >= (absentAt ?? -Infinity) - toleratedSkewMs;
  if (fits) {
    const at = Math.max(Math.min(createdAt, firstSeenAt), absentAt ?? -Infinity);
    return { from: at, to: at };
  }
  return absentAt === undefined ? { to: firstSeenAt } : { from: absentAt, to: firstSeenAt };
}

/** Records can be long, and names are all that is kept of them. */
const maxNameChars = 300;

/** What is kept of a name that a record holds. */
export function keptName(text: string): string {
  return text.slice(0, maxNameChars);
}

/** How long a hold lasted: at least, and at most where that is known. */
export function holdLength(hold: Hold): { readonly least: number; readonly most?: number } {
  const start = holdStart(hold);
  const least = Math.max(0, hold.lastSeenAt - (start.to ?? hold.firstSeenAt));
  return hold.goneAt === undefined || start.from === undefined
    ? { least }
    : { least, most: Math.max(least, hold.goneAt - start.from) };
}

function latest(
  a: number | undefined,
  b: number | undefined,
  fits: (at: number) => boolean,
): number | undefined {
  const found = [a, b].filter((at) => at !== undefined).filter(fits);
  return found.length === 0 ? undefined : Math.max(...found);
}

function earliest(
  a: number | undefined,
  b: number | undefined,
  fits: (at: number) => boolean,
): number | undefined {
  const found = [a, b].filter((at) => at !== undefined).filter(fits);
  return found.length === 0 ? undefined : Math.min(...found);
}

function surer(a: HoldEnd | undefined, b: HoldEnd | undefined): HoldEnd | undefined {
  if (a === undefined || b === undefined) {
    return a ?? b;
  }
  return ranks[a] >= ranks[b] ? a : b;
}
