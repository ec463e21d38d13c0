import { linesOf, type HistoryLine, type StateSet } from './historyLines';
import {
  holdKey,
  holdStart,
  joinHolds,
  refusalKey,
  type HistoryEvent,
  type Hold,
  type Refusal,
} from './holdHistory';
import { joinSpans, type Spans } from './spans';

/** What is kept at most; the oldest goes first. */
export interface HistoryBounds {
  readonly maxAgeMs: number;
  readonly maxHolds: number;
  readonly maxRefusals: number;
}

export const historyBounds: HistoryBounds = {
  maxAgeMs: 180 * 24 * 3_600_000,
  maxHolds: 150_000,
  maxRefusals: 50_000,
};

/** A set of states and when all of it was watched. */
export interface WatchedSet {
  readonly set: StateSet;
  readonly spans: Spans;
}

/** Everything that the files say together, within bounds. Holds and refusals in the order of time. */
export interface MergedHistory {
  readonly holds: readonly Hold[];
  readonly refusals: readonly Refusal[];
  readonly watched: readonly WatchedSet[];
}

/**
 * Puts the lines of all files together. Taking in a line twice, or lines in another order, changes nothing,
 * so windows write without knowing of each other and files can be merged while others read them.
 */
export class HistoryMerge {
  private readonly holds = new Map<string, Hold>();
  private readonly refusals = new Map<string, Refusal>();
  private readonly sets = new Map<string, StateSet>();
  private readonly spans = new Map<string, number[]>();

  add(line: HistoryLine): void {
    switch (line.kind) {
      case 'hold': {
        const key = holdKey(line.hold);
        const known = this.holds.get(key);
        this.holds.set(key, known === undefined ? line.hold : joinHolds(known, line.hold));
        return;
      }
      case 'refusal': {
        const key = refusalKey(line.refusal);
        if (!this.refusals.has(key)) {
          this.refusals.set(key, line.refusal);
        }
        return;
      }
      case 'set':
        this.sets.set(line.set.id, line.set);
        return;
      case 'watched': {
        const spans = this.spans.get(line.setId) ?? [];
        spans.push(line.from, line.until);
        this.spans.set(line.setId, spans);
        return;
      }
    }
  }

  result(now: number, bounds: HistoryBounds = historyBounds): MergedHistory {
    const oldest = now - bounds.maxAgeMs;
    const holds = [...this.holds.values()]
      .filter((hold) => hold.lastSeenAt >= oldest)
      .map((hold) => ({ hold, start: startOf(hold) }))
      .sort((a, b) => a.start - b.start)
      .slice(-bounds.maxHolds)
      .map(({ hold }) => hold);
    const refusals = [...this.refusals.values()]
      .filter(({ at }) => at >= oldest)
      .sort((a, b) => a.at - b.at)
      .slice(-bounds.maxRefusals);
    const watched = [...this.spans].flatMap(([id, spans]) => {
      const set = this.sets.get(id);
      const kept = joinSpans(spans).filter((_at, index, all) => (all[index | 1] ?? 0) >= oldest);
      return set === undefined || kept.length === 0 ? [] : [{ set, spans: kept }];
    });
    return { holds, refusals, watched };
  }
}

/** The lines that say the same as a merged history, and nothing twice. */
export function* mergedLines(history: MergedHistory): Generator<HistoryLine> {
  for (const { set, spans } of history.watched) {
    for (let index = 0; index < spans.length; index += 2) {
      const [from = 0, until = 0] = [spans[index], spans[index + 1]];
      const event: HistoryEvent = { kind: 'watched', span: { from, until, paths: set.paths } };
      yield* linesOf(event, () => index > 0);
    }
  }
  for (const refusal of history.refusals) {
    yield { kind: 'refusal', refusal };
  }
  for (const hold of history.holds) {
    yield { kind: 'hold', hold };
  }
}

function startOf(hold: Hold): number {
  const { from, to } = holdStart(hold);
  return to ?? from ?? hold.firstSeenAt;
}
