import { parentPort, workerData } from 'node:worker_threads';
import { historyBounds } from '../core/historyMerge';
import { tableOf, type HoldTable } from '../core/holdTable';
import { UsualHolds } from '../core/usualHolds';
import { compactHistory, readHistory } from './holdHistoryFiles';
import type { HistoryReply, HistoryRequest } from './holdHistoryMessages';

// Reading 100,000 lines takes a good part of a second: it has a thread of its own, for as long as it takes.

async function answer({ directory, now, task, maxAgeMs }: HistoryRequest): Promise<void> {
  if (task === 'compact') {
    reply({ kind: 'compacted', files: await compactHistory(directory, { now }) });
    return;
  }
  const bounds = { ...historyBounds, ...(maxAgeMs === undefined ? {} : { maxAgeMs }) };
  const { history, report } = await readHistory(directory, now, bounds);
  if (task === 'table') {
    const table = tableOf(history);
    reply({ kind: 'table', table, report }, buffersOf(table));
    return;
  }
  const usual = new UsualHolds();
  for (const hold of [...history.holds].sort((a, b) => a.lastSeenAt - b.lastSeenAt)) {
    usual.add(hold);
  }
  reply({ kind: 'usual', lengths: usual.data });
}

function reply(message: HistoryReply, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

/** Handed over, not copied. */
function buffersOf(table: HoldTable): readonly ArrayBuffer[] {
  const { state, who, operation, mine, startFrom, startTo, lastSeen, gone, end } = table;
  const columns = [state, who, operation, mine, startFrom, startTo, lastSeen, gone, end];
  return columns.map(({ buffer }) => buffer as ArrayBuffer);
}

void answer(workerData as HistoryRequest);
