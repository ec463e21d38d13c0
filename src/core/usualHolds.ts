import { percentile } from './activityStats';
import { holdLength, type Hold } from './holdHistory';

/** How long an operation usually holds the lock of a state, in ms, from holds whose ends were seen. */
export interface SeenHolds {
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

/** More would only dilute what has become usual. */
const keptLengths = 200;

/** Plain data: it crosses from the thread that reads the files. */
export type UsualLengths = ReadonlyMap<string, readonly number[]>;

/** The lengths of the latest holds by state and operation. */
export class UsualHolds {
  private readonly lengths: Map<string, number[]>;

  constructor(lengths: UsualLengths = new Map()) {
    this.lengths = new Map([...lengths].map(([key, list]) => [key, [...list]]));
  }

  /** Holds in the order in which they ended. Those whose beginning or end nobody saw tell nothing. */
  add(hold: Hold): void {
    const { most } = holdLength(hold);
    if (most === undefined || hold.end === undefined || hold.end === 'unknown') {
      return;
    }
    const key = keyOf(hold.path, hold.operation);
    const list = this.lengths.get(key) ?? [];
    list.push(most);
    if (list.length > keptLengths) {
      list.shift();
    }
    this.lengths.set(key, list);
  }

  /** Lengths are the longest that fit what was seen: who is called unusual then is. */
  usual(path: string, operation: string): SeenHolds | undefined {
    const list = this.lengths.get(keyOf(path, operation));
    if (list === undefined) {
      return undefined;
    }
    const sorted = Float64Array.from(list).sort();
    return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), count: list.length };
  }

  get data(): UsualLengths {
    return this.lengths;
  }
}

function keyOf(path: string, operation: string): string {
  return `${path}\n${operation}`;
}
