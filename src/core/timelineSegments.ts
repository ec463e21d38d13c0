import type { HoldTable } from './holdTable';

/** Holds of one state that are drawn as one bar: one hold, or several that lie closer than can be seen. */
export interface Segment {
  /** Locked at least from and until. */
  readonly from: number;
  readonly until: number;
  /** Locked at most from and until. */
  readonly maybeFrom: number;
  readonly maybeUntil: number;
  readonly holds: number;
  /** Row of the longest hold: what the bar is coloured by. */
  readonly row: number;
}

interface OpenSegment {
  from: number;
  until: number;
  maybeFrom: number;
  maybeUntil: number;
  holds: number;
  row: number;
  longest: number;
}

/** Rows of each state, in the order of their starts. */
export function rowsByState(table: HoldTable): readonly Uint32Array[] {
  const counts = new Uint32Array(table.states.length);
  for (const state of table.state) {
    counts[state] = (counts[state] ?? 0) + 1;
  }
  const rows = table.states.map((_path, state) => new Uint32Array(counts[state] ?? 0));
  const filled = new Uint32Array(table.states.length);
  for (let row = 0; row < table.count; row++) {
    const state = table.state[row] ?? 0;
    const at = filled[state] ?? 0;
    const list = rows[state];
    if (list !== undefined) {
      list[at] = row;
    }
    filled[state] = at + 1;
  }
  return rows;
}

/** The bars of one state in a range. `resolutionMs`: holds closer to each other than this become one bar. */
export function segmentsOf(
  table: HoldTable,
  rows: Uint32Array,
  range: { readonly from: number; readonly to: number },
  resolutionMs: number,
): readonly Segment[] {
  const segments: Segment[] = [];
  let open: OpenSegment | undefined;
  for (const row of rows) {
    const from = table.startTo[row] ?? 0;
    if (from >= range.to) {
      break;
    }
    const until = table.lastSeen[row] ?? 0;
    const gone = table.gone[row] ?? NaN;
    const maybeUntil = Number.isNaN(gone) ? until : gone;
    if (maybeUntil < range.from) {
      continue;
    }
    const start = table.startFrom[row] ?? NaN;
    const maybeFrom = Number.isNaN(start) ? from : start;
    if (open !== undefined && from - open.maybeUntil < resolutionMs) {
      open.until = Math.max(open.until, until);
      open.maybeUntil = Math.max(open.maybeUntil, maybeUntil);
      open.holds += 1;
      if (until - from > open.longest) {
        open.longest = until - from;
        open.row = row;
      }
      continue;
    }
    if (open !== undefined) {
      segments.push(open);
    }
    open = { from, until, maybeFrom, maybeUntil, holds: 1, row, longest: until - from };
  }
  if (open !== undefined) {
    segments.push(open);
  }
  return segments;
}

/** Times for the marks of an axis, no more than `most`, at whole hours and days of this time zone. */
export function timeMarks(
  range: { readonly from: number; readonly to: number },
  most: number,
  offsetMs: number,
): { readonly stepMs: number; readonly at: readonly number[] } {
  const minute = 60_000;
  const hour = 60 * minute;
  const day = 24 * hour;
  const minutes = [1, 5, 15, 30].map((count) => count * minute);
  const hours = [1, 3, 6, 12].map((count) => count * hour);
  const days = [1, 2, 7, 14, 28, 56].map((count) => count * day);
  const steps = [...minutes, ...hours, ...days];
  const stepMs =
    steps.find((step) => (range.to - range.from) / step <= most) ??
    Math.ceil((range.to - range.from) / most / day) * day;
  const at: number[] = [];
  const first = Math.ceil((range.from + offsetMs) / stepMs) * stepMs - offsetMs;
  for (let time = first; time <= range.to; time += stepMs) {
    at.push(time);
  }
  return { stepMs, at };
}
