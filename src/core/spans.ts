/** Stretches of time that do not overlap, in order: `[from, until, from, until, …]`. Flat, as there are many. */
export type Spans = readonly number[];

/** The same time as stretches that neither overlap nor touch. */
export function joinSpans(spans: readonly number[]): Spans {
  const pairs: [number, number][] = [];
  for (let index = 0; index + 1 < spans.length; index += 2) {
    pairs.push([spans[index] ?? 0, spans[index + 1] ?? 0]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  const joined: number[] = [];
  for (const [from, until] of pairs) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last) {
      joined[joined.length - 1] = Math.max(last, until);
    } else {
      joined.push(from, until);
    }
  }
  return joined;
}

/** How much of a range the stretches cover, in ms. */
export function spannedMs(spans: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let index = 0; index + 1 < spans.length; index += 2) {
    sum += Math.max(0, Math.min(to, spans[index + 1] ?? 0) - Math.max(from, spans[index] ?? 0));
  }
  return sum;
}
