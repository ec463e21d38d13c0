import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HistoryEvent, Hold } from '../../../src/core/holdHistory';
import { historyBounds } from '../../../src/core/historyMerge';
import {
  clearHistory,
  compactHistory,
  readHistory,
  type CompactOptions,
} from '../../../src/storage/holdHistoryFiles';
import { HoldHistoryStore } from '../../../src/storage/holdHistoryStore';
import { HoldHistoryWriter } from '../../../src/storage/holdHistoryWriter';
import { FakeClock, MemoryLog } from '../../support/fakes';
import { writeLongHistory } from '../../support/longHistory';
import { projectRoot } from '../../support/projectRoot';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

const now = Date.parse('2026-03-01T12:00:00Z');
const day = 86_400_000;

const holdOf = (id: string, at: number, parts: Partial<Hold> = {}): HistoryEvent => ({
  kind: 'hold',
  hold: {
    path: 'bucket/a.tfstate',
    lockId: id,
    who: 'alice@build-07',
    operation: 'apply',
    mine: false,
    createdAt: at,
    absentAt: at - 15_000,
    firstSeenAt: at,
    lastSeenAt: at + 60_000,
    ...parts,
  },
});

describe('the files of the lock history', () => {
  let folder: TempFolder;
  let directory: string;
  let log: MemoryLog;
  let clock: FakeClock;

  beforeEach(() => {
    folder = createTempFolder('history');
    directory = path.join(folder.path, 'history');
    log = new MemoryLog();
    clock = new FakeClock(now);
  });
  afterEach(() => folder.remove());

  const writerOf = (session: string): HoldHistoryWriter =>
    new HoldHistoryWriter({ directory, session, clock, log });
  const write = async (session: string, ...events: readonly HistoryEvent[]): Promise<void> => {
    const writer = writerOf(session);
    writer.append(events);
    await writer.flush();
  };
  const read = async () => (await readHistory(directory, now)).history;
  const ids = async (): Promise<string[]> => (await read()).holds.map(({ lockId }) => lockId);
  const compact = (options: Partial<CompactOptions> = {}): Promise<number> =>
    compactHistory(directory, { now, idleMs: -Infinity, leastFiles: 2, settleMs: 10, ...options });

  it('are nothing where nothing was ever written', async () => {
    assert.deepEqual(await readHistory(directory, now), {
      history: { holds: [], refusals: [], watched: [] },
      report: { files: 0, bytes: 0, damaged: 0 },
    });
    await clearHistory(directory);
  });

  it('hold what was appended, a little later, in one write', async () => {
    const writer = writerOf('one');
    writer.append([holdOf('x', now - 1000)]);
    writer.append([
      {
        kind: 'refusal',
        refusal: {
          at: now,
          path: 'bucket/a.tfstate',
          source: 'terminal',
          lockId: 'x',
          holder: 'h',
        },
      },
    ]);
    await clock.advance(1_999);
    assert.deepEqual(await ids(), []);
    await clock.advance(1);
    await writer.flush();
    const history = await read();
    assert.deepEqual(
      history.holds.map(({ lockId, absentAt }) => [lockId, absentAt]),
      [['x', now - 16_000]],
    );
    assert.deepEqual(
      history.refusals.map(({ source, holder }) => [source, holder]),
      [['terminal', 'h']],
    );
  });

  it('hold what was not yet written when the window closes', async () => {
    const writer = writerOf('one');
    writer.append([holdOf('x', now - 1000)]);
    writer.dispose();
    assert.deepEqual(await ids(), ['x']);
  });

  it('join what several windows saw of one hold', async () => {
    await write('one', holdOf('x', now - 60_000));
    await write(
      'two',
      holdOf('x', now - 60_000, {
        absentAt: now - 61_000,
        lastSeenAt: now - 5_000,
        goneAt: now,
        end: 'releasedHere',
      }),
    );
    const [hold, ...others] = (await read()).holds;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [hold?.absentAt, hold?.lastSeenAt, hold?.goneAt, hold?.end],
      [now - 61_000, now, now, 'releasedHere'],
    );
  });

  it('lose one line to a crash, and no other', async () => {
    await write('one', holdOf('a', now - 3000), holdOf('b', now - 2000));
    const file = path.join(directory, 'one-0.jsonl');
    appendFileSync(file, '["hold","bucket/a.tfst');
    await write('two', holdOf('c', now - 1000));
    const { history, report } = await readHistory(directory, now);
    assert.deepEqual(
      history.holds.map(({ lockId }) => lockId),
      ['a', 'b', 'c'],
    );
    assert.equal(report.damaged, 1);
  });

  it('say of hostile lines that they are damaged', async () => {
    await write('one', holdOf('a', now - 3000));
    const lines = [
      '{}',
      'null',
      '[]',
      '["hold"]',
      '["hold",1,2,3]',
      '["set","x",[1]]',
      '["watched",2,1,"x"]',
      '["refusal",-1,"a","terminal","",""]',
      '["refusal",1,"a","constructor","",""]',
      '\u0000\u0000',
      '["hold","p","i","w","o",0,null,null,9,1,null,null]',
    ];
    writeFileSync(path.join(directory, 'other-0.jsonl'), `${lines.join('\n')}\n`);
    const { history, report } = await readHistory(directory, now);
    assert.deepEqual([history.holds.length, report.damaged], [1, lines.length]);
  });

  it('are whole when three processes write at once and a fourth puts them together', async function () {
    this.timeout(60_000);
    const count = 300;
    const program = path.join(projectRoot, 'out', 'test', 'support', 'historyWriterProcess.js');
    const children = ['p1', 'p2', 'p3'].map((session) =>
      spawn(process.execPath, [program, directory, session, String(count)], { stdio: 'inherit' }),
    );
    const ended = Promise.all(children.map((child) => once(child, 'exit')));
    let compacted = 0;
    while (children.some(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      // As two windows would at once; what is renamed while it is written is not idle in truth.
      const times = await Promise.all([compact(), compact()]);
      compacted += times[0] + times[1];
    }
    for (const [code] of await ended) assert.equal(code, 0);
    assert.ok(compacted > 0, 'nothing was put together meanwhile');
    await compact();
    const { history, report } = await readHistory(directory, now);
    assert.equal(report.damaged, 0);
    // Half of all are seen by all three, the others by one each.
    assert.equal(history.holds.length, count / 2 + (3 * count) / 2);
    assert.deepEqual(
      history.watched.map(({ spans }) => spans),
      [[1_770_000_000_000, 1_770_000_000_000 + count * 60_000]],
    );
  });

  it('of closed windows are put together by month, once they are many', async () => {
    await write('old', holdOf('a', now - 60 * day), {
      kind: 'watched',
      span: { from: now - 60 * day, until: now - 60 * day + 60_000, paths: ['p'] },
    });
    await write('new', holdOf('b', now - 3 * day), {
      kind: 'watched',
      span: { from: now - 3 * day, until: now - 3 * day + 60_000, paths: ['p'] },
    });
    assert.equal(await compact({ leastFiles: 3 }), 0);
    const before = await read();
    assert.equal(await compact(), 2);
    assert.deepEqual(
      readdirSync(directory)
        .map((name) => name.slice(0, 14))
        .sort(),
      ['merged-2025-12', 'merged-2026-02'],
    );
    assert.deepEqual(await read(), before);
    const month = await readHistory(directory, now, { ...historyBounds, maxAgeMs: 30 * day });
    assert.deepEqual(
      [month.report.files, month.history.holds.map(({ lockId }) => lockId)],
      [1, ['b']],
    );
    assert.equal(month.history.watched.length, 1);
  });

  it('of open windows are left alone', async () => {
    await write('one', holdOf('a', now - 3000));
    await write('two', holdOf('b', now - 3000));
    assert.equal(
      await compactHistory(directory, { now: Date.now(), leastFiles: 2, settleMs: 0 }),
      0,
    );
  });

  it('that were last written before what is wanted are not opened', async () => {
    await write('old', holdOf('a', now - 60 * day));
    await write('new', holdOf('b', now - day));
    const old = new Date(now - 59 * day);
    utimesSync(path.join(directory, 'old-0.jsonl'), old, old);
    const { report } = await readHistory(directory, now, { ...historyBounds, maxAgeMs: 30 * day });
    assert.equal(report.files, 1);
  });

  it('keep no more than the bounds say: the latest', async () => {
    await write(
      'one',
      ...[200, 3, 2, 1].map((days) => holdOf(`d${String(days)}`, now - days * day)),
    );
    assert.deepEqual(await ids(), ['d3', 'd2', 'd1']);
    const bounds = { ...historyBounds, maxHolds: 2 };
    const { history } = await readHistory(directory, now, bounds);
    assert.deepEqual(
      history.holds.map(({ lockId }) => lockId),
      ['d2', 'd1'],
    );
  });

  it('are gone after a clear, and a window that is open goes on', async () => {
    const writer = writerOf('one');
    const seen: HistoryEvent = {
      kind: 'watched',
      span: { from: now - 60_000, until: now, paths: ['p'] },
    };
    writer.append([holdOf('a', now - 3000), seen]);
    await writer.flush();
    await clearHistory(directory);
    assert.deepEqual(await ids(), []);
    writer.append([holdOf('b', now - 1000), seen]);
    await writer.flush();
    assert.deepEqual(await ids(), ['b']);
    assert.equal((await read()).watched.length, 1, 'the set of states must be written anew');
  });

  it('that cannot be written are told of in the log, and written once they can be', async () => {
    writeFileSync(directory, 'a file where the folder should be');
    const writer = writerOf('one');
    writer.append([holdOf('a', now - 3000)]);
    await writer.flush();
    assert.match(log.lines.join('\n'), /warn The lock history could not be written/);
    folder.remove();
    writer.append([holdOf('b', now - 1000)]);
    await writer.flush();
    assert.deepEqual(await ids(), ['a', 'b']);
  });

  it('hold names, times and nothing else', async () => {
    await write('one', holdOf('a', now - 3000));
    assert.equal(
      readFileSync(path.join(directory, 'one-0.jsonl'), 'utf8'),
      `["hold","bucket/a.tfstate","a","alice@build-07","apply",0,${String(now - 3000)},${String(now - 18_000)},${String(now - 3000)},${String(now + 57_000)},null,null]\n`,
    );
  });
});

describe('the store of the lock history', () => {
  let folder: TempFolder;
  let store: HoldHistoryStore;
  let log: MemoryLog;

  beforeEach(() => {
    folder = createTempFolder('history-store');
    log = new MemoryLog();
    store = new HoldHistoryStore({
      directory: folder.path,
      session: 'this',
      workerFile: path.join(projectRoot, 'dist', 'holdHistoryWorker.js'),
      clock: new FakeClock(now),
      log,
    });
  });
  afterEach(() => {
    store.dispose();
    folder.remove();
  });

  const ended = (id: string, at: number, minutes: number): HistoryEvent =>
    holdOf(id, at, {
      lastSeenAt: at + minutes * 60_000,
      goneAt: at + minutes * 60_000,
      end: 'released',
    });
  const usualLoaded = (): Promise<void> =>
    new Promise((resolve) => {
      const subscription = store.onDidLoadUsual(() => {
        subscription.dispose();
        resolve();
      });
    });

  it('reads in its thread what was appended a moment ago', async () => {
    store.append([ended('a', now - 3_600_000, 5)]);
    const { table, report } = await store.load();
    assert.deepEqual([table.count, table.people, report.damaged], [1, ['alice@build-07'], 0]);
  });

  it('reads 100,000 events, or the last month of them', async function () {
    this.timeout(60_000);
    writeLongHistory(folder.path, { events: 100_000, until: now, days: 120 });
    const started = performance.now();
    const month = await store.load(30 * day);
    const monthMs = performance.now() - started;
    const all = await store.load();
    const allMs = performance.now() - started - monthMs;
    console.log(
      `      the last month: ${monthMs.toFixed(0)} ms; everything: ${allMs.toFixed(0)} ms`,
    );
    assert.ok(all.table.count > 94_000 && month.table.count < all.table.count / 3);
    assert.ok(month.table.count > 20_000);
    const since = now - 30 * day;
    const recent = all.table.lastSeen.filter((at) => at >= since).length;
    assert.equal(month.table.count, recent, 'of the last month nothing may be missing');
  });

  it('knows what is usual once it was asked, and learns on', async () => {
    for (const [index, minutes] of [10, 20, 30].entries()) {
      store.append([ended(`h${String(index)}`, now - (5 - index) * 3_600_000, minutes)]);
    }
    await store.load();
    assert.equal(store.usualHoldMs('bucket/a.tfstate', 'apply'), undefined);
    await usualLoaded();
    const { p50, count } = store.usualHoldMs('bucket/a.tfstate', 'apply') ?? { p50: 0, count: 0 };
    assert.deepEqual([p50, count], [20 * 60_000 + 0, 3]);
    store.append([ended('later', now - 60_000 * 40, 40)]);
    assert.equal(store.usualHoldMs('bucket/a.tfstate', 'apply')?.count, 4);
    assert.equal(store.usualHoldMs('bucket/a.tfstate', 'plan'), undefined);
  });

  it('forgets everything when it is cleared', async () => {
    store.append([ended('a', now - 3_600_000, 5)]);
    await store.clear();
    assert.equal((await store.load()).table.count, 0);
  });

  it('says so when its thread dies', async () => {
    const broken = new HoldHistoryStore({
      directory: folder.path,
      session: 'broken',
      workerFile: path.join(folder.path, 'missing.js'),
      clock: new FakeClock(now),
      log,
    });
    await assert.rejects(broken.load());
    assert.equal(broken.usualHoldMs('a', 'apply'), undefined);
    broken.dispose();
  });
});
