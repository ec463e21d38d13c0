import type { HoldTable } from '../core/holdTable';
import type { UsualLengths } from '../core/usualHolds';
import type { ReadReport } from './holdHistoryFiles';

/** What the history's thread is asked, as its `workerData`. */
export interface HistoryRequest {
  readonly directory: string;
  readonly now: number;
  readonly task: 'table' | 'usual' | 'compact';
  /** Only what reaches into this time before `now`, in ms; missing: all that is kept. */
  readonly maxAgeMs?: number;
}

export type HistoryReply =
  | { readonly kind: 'table'; readonly table: HoldTable; readonly report: ReadReport }
  | { readonly kind: 'usual'; readonly lengths: UsualLengths }
  | { readonly kind: 'compacted'; readonly files: number };
