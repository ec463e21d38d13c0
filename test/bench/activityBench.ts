import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { tableMessages } from '../../src/core/activityMessages';
import { activityStats } from '../../src/core/activityStats';
import { HoldHistoryStore } from '../../src/storage/holdHistoryStore';
import { systemClock } from '../../src/ui/systemPorts';
import { MemoryLog } from '../support/fakes';
import { writeLongHistory } from '../support/longHistory';
import { projectRoot } from '../support/projectRoot';
import { createTempFolder } from '../support/tempFolder';
import { ms } from './benchWords';

const events = 100_000;
const dayMs = 86_400_000;

/** What a long history costs: its thread, the extension host's thread, and the view's page. */
export async function benchActivity(): Promise<readonly (readonly [string, string])[]> {
  const temp = createTempFolder('bench');
  const now = Date.now();
  writeLongHistory(temp.path, { events, until: now, days: 120 });
  const plain = timed(() => parseAll(temp.path));
  const store = new HoldHistoryStore({
    directory: temp.path,
    session: 'bench',
    workerFile: path.join(projectRoot, 'dist', 'holdHistoryWorker.js'),
    clock: systemClock,
    log: new MemoryLog(),
  });
  try {
    const hold = monitorEventLoopDelay({ resolution: 1 });
    await delay(100);
    hold.enable();
    const month = await timedAsync(() => store.load(30 * dayMs));
    const all = await timedAsync(() => store.load());
    hold.disable();
    const { table } = all.result;
    const facts = { now, pollMs: 15_000, unfocusedMs: 60_000, isEnabled: true, damaged: 0 };
    const slices: number[] = [];
    const messages = tableMessages(table, facts);
    for (let next = step(); next.done !== true; next = step());
    function step(): IteratorResult<unknown> {
      const started = performance.now();
      const result = messages.next();
      if (result.done !== true) structuredClone(result.value);
      slices.push(performance.now() - started);
      return result;
    }
    const stats = timed(() => activityStats(table, { from: now - 120 * dayMs, to: now }));
    return [
      ['JSON.parse of every line, and nothing else', ms(plain.ms)],
      ['read in its thread, the last 30 days', ms(month.ms)],
      ['read in its thread, all of it', ms(all.ms)],
      ['  as a multiple of the parsing alone', (all.ms / plain.ms).toFixed(1)],
      ['event loop delay of the extension host meanwhile (at most)', ms(hold.max / 1e6)],
      ['longest part of handing it to the page', ms(Math.max(...slices))],
      ['figures of all holds, in the page', ms(stats.ms)],
    ];
  } finally {
    store.dispose();
    temp.remove();
  }
}

function parseAll(folder: string): number {
  let lines = 0;
  for (const name of readdirSync(folder)) {
    for (const line of readFileSync(path.join(folder, name), 'utf8').split('\n')) {
      if (line !== '') {
        JSON.parse(line);
        lines += 1;
      }
    }
  }
  return lines;
}

function timed<T>(task: () => T): { readonly ms: number; readonly result: T } {
  const started = performance.now();
  const result = task();
  return { ms: performance.now() - started, result };
}

async function timedAsync<T>(
  task: () => Promise<T>,
): Promise<{ readonly ms: number; readonly result: T }> {
  const started = performance.now();
  const result = await task();
  return { ms: performance.now() - started, result };
}
