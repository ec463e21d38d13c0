import type { HistoryEvent } from './holdHistory';

/**
 * Times are rounded to this, always so that less was watched: states that are read a few ms apart then
 * share one span, and one line of the history tells of all of them.
 */
const gridMs = 15_000;

interface Span {
  readonly from: number;
  until: number;
}

/** When each state was watched without a gap. */
export class WatchedTime {
  private readonly spans = new Map<string, Span>();

  /** One more look. Tells of the span before where there was a gap. */
  look(path: string, at: number, isContinuous: boolean): readonly HistoryEvent[] {
    const span = this.spans.get(path);
    if (span !== undefined && isContinuous) {
      span.until = at;
      return [];
    }
    const before = this.leave(path);
    this.spans.set(path, { from: at, until: at });
    return before;
  }

  /** The state is watched no longer. */
  leave(path: string): readonly HistoryEvent[] {
    const span = this.spans.get(path);
    this.spans.delete(path);
    return span === undefined ? [] : eventsOf([[path, span]]);
  }

  /** Everything since the last checkpoint; the spans go on. */
  checkpoint(): readonly HistoryEvent[] {
    const events = eventsOf([...this.spans]);
    for (const [path, span] of this.spans) {
      const until = floor(span.until);
      if (until > ceil(span.from)) {
        this.spans.set(path, { from: until, until: span.until });
      }
    }
    return events;
  }
}

function eventsOf(spans: readonly (readonly [string, Span])[]): readonly HistoryEvent[] {
  const groups = new Map<string, { from: number; until: number; paths: string[] }>();
  for (const [path, span] of spans) {
    const [from, until] = [ceil(span.from), floor(span.until)];
    if (until <= from) {
      continue;
    }
    const key = `${String(from)} ${String(until)}`;
    const group = groups.get(key) ?? { from, until, paths: [] };
    group.paths.push(path);
    groups.set(key, group);
  }
  return [...groups.values()].map((span) => ({ kind: 'watched', span }));
}

function ceil(at: number): number {
  return Math.ceil(at / gridMs) * gridMs;
}

function floor(at: number): number {
  return Math.floor(at / gridMs) * gridMs;
}
