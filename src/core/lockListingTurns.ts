/** Lets whatever else waits for the thread run first. */
export type Turn = () => Promise<void>;

/** Elements between two turns: some milliseconds of the cheap work that is done here. */
const perTurn = 512;

/** Sorts a copy, a piece at a time: 100,000 elements in one go would hold the thread for a tenth of a second. */
export async function sortInTurns<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  turn: Turn,
): Promise<readonly T[]> {
  let runs: T[][] = [];
  for (let start = 0; start < items.length; start += perTurn) {
    runs.push(items.slice(start, start + perTurn).sort(compare));
    await turn();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      const [left = [], right = []] = [runs[index], runs[index + 1]];
      merged.push(right.length === 0 ? left : await merge(left, right, compare, turn));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  turn: Turn,
): Promise<T[]> {
  const merged: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const [a, b] = [left[l], right[r]];
    if (a !== undefined && (b === undefined || compare(a, b) <= 0)) {
      merged.push(a);
      l += 1;
    } else if (b !== undefined) {
      merged.push(b);
      r += 1;
    }
    if (merged.length % perTurn === 0) {
      await turn();
    }
  }
  return merged;
}

/** The elements that fit, in their order. */
export async function filterInTurns<T>(
  items: readonly T[],
  fits: (item: T) => boolean,
  turn: Turn,
): Promise<readonly T[]> {
  const found = await mapInTurns(items, (part) => part.filter(fits), turn);
  return found.flat();
}

/** Works on one piece after the other, with a turn after each. `atOnce`: fewer where the work is dearer. */
export async function mapInTurns<T, R>(
  items: readonly T[],
  work: (part: readonly T[], start: number) => R,
  turn: Turn,
  atOnce = perTurn,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    results.push(work(items.slice(start, start + atOnce), start));
    await turn();
  }
  return results;
}
