// Measures what parsing costs, and prints it. Asserts nothing: machines differ.
import { benchActivity } from './activityBench';
import { ms } from './benchWords';
import { benchBoard } from './boardBench';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { BackendBlockReader } from '../../src/hcl/backendBlocks';
import { scanBlocks } from '../../src/hcl/blockScanner';
import { HclWorkerClient } from '../../src/hcl/hclWorkerClient';
import { systemClock, yieldToOthers } from '../../src/ui/systemPorts';
import { benchFile } from './benchFile';
import type { ColdScan } from './coldScan';
import type { WholeParse } from './wholeParse';

const coldRuns = 7;
const warmRuns = 50;
const budgetMs = 15;
const frameMs = 16;

const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const row = (name: string, value: string): void => print(`  ${name.padEnd(58)} ${value}`);
const sibling = (name: string): string => path.join(__dirname, `${name}.js`);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** In processes of their own: what it costs before the JIT has seen anything. */
function cold(resources: number, blockAt: 'start' | 'end'): ColdScan {
  const runs = Array.from({ length: coldRuns }, (): ColdScan => {
    const output = execFileSync(process.execPath, [
      sibling('coldScan'),
      String(resources),
      blockAt,
    ]);
    return JSON.parse(output.toString()) as ColdScan;
  });
  return {
    plainLoopMs: median(runs.map((run) => run.plainLoopMs)),
    scanMs: median(runs.map((run) => run.scanMs)),
    longestSliceMs: median(runs.map((run) => run.longestSliceMs)),
    blocks: runs[0]?.blocks ?? 0,
  };
}

function warm(text: string): number {
  return median(
    Array.from({ length: warmRuns }, () => {
      const started = performance.now();
      scanBlocks(text);
      return performance.now() - started;
    }),
  );
}

/** The longest time that the event loop was held up during `work`, by its histogram (1 ms steps). */
async function longestDelay(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.enable();
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.reset();
  await work();
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.disable();
  return delay.max / 1e6;
}

async function benchReader(text: string): Promise<void> {
  const client = new HclWorkerClient(path.resolve('dist', 'hclWorker.js'), { clock: systemClock });
  const reader = new BackendBlockReader((slice) => client.evaluate(slice), yieldToOthers);
  const read = async (key: string, content: string): Promise<number> => {
    const started = performance.now();
    const { blocks } = await reader.read(key, content);
    if (blocks[0]?.parse !== 'current') {
      throw new Error('The benchmark file was not read.');
    }
    return performance.now() - started;
  };
  const idle = await longestDelay(() => new Promise((resolve) => setTimeout(resolve, 500)));
  let first = 0;
  const firstDelay = await longestDelay(async () => (first = await read('a.tf', text)));
  // Flat strings made beforehand, as an editor hands them over: making them is not our work.
  const texts = Array.from({ length: 20 }, (_, i) =>
    Buffer.from(text.replace('acme-state', `acme-state-${i}`)).toString(),
  );
  const edits: number[] = [];
  const editDelay = await longestDelay(async () => {
    for (const edited of texts) {
      edits.push(await read('a.tf', edited));
      await yieldToOthers();
    }
  });
  client.dispose();
  row('event loop delay, nothing to do (at most)', ms(idle));
  row('BackendBlockReader, first read, starts the worker', ms(first));
  row('  event loop delay meanwhile (at most)', ms(firstDelay));
  row('BackendBlockReader, after an edit of the block (median)', ms(median(edits)));
  row('  event loop delay meanwhile (at most)', ms(editDelay));
}

function parseInWorker(text: string): Promise<WholeParse> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(sibling('wholeParse'), { workerData: { text } });
    worker.once('message', resolve).once('error', reject);
  });
}

async function benchFileOf(
  name: string,
  resources: number,
): Promise<{ first: ColdScan; last: ColdScan }> {
  const text = benchFile(resources, 'start');
  const first = cold(resources, 'start');
  const last = cold(resources, 'end');
  print(`${name}: ${text.length} characters, ${resources} resources`);
  row('plain loop over the characters, cold', ms(first.plainLoopMs));
  row('scan, block first, cold (median of new processes)', ms(first.scanMs));
  row('scan, block last, cold', ms(last.scanMs));
  row('  as a multiple of the plain loop', (last.scanMs / first.plainLoopMs).toFixed(1));
  row('scan, block first, warm', ms(warm(text)));
  row('scan, block last, warm', ms(warm(benchFile(resources, 'end'))));
  row(
    'longest slice on the thread, cold (median)',
    ms(Math.max(first.longestSliceMs, last.longestSliceMs)),
  );
  await benchReader(benchFile(resources, 'end'));
  print();
  return { first, last };
}

async function main(): Promise<void> {
  const { first, last } = await benchFileOf('328 KB file', 5_000);
  const large = await benchFileOf('5 MB file', 77_000);

  const text = benchFile(5_000, 'start');
  const block = scanBlocks(text).blocks[0];
  const slice = text.slice(block?.range.start, block?.range.end);
  const ofSlice = await parseInWorker(slice);
  print('hcl2-parser, in a worker');
  row('require', ms(ofSlice.requireMs));
  row(`the block's ${slice.length} characters, first`, ms(ofSlice.firstMs));
  row('the same again', ms(ofSlice.againMs));
  const ofFile = await parseInWorker(text);
  row('the whole 328 KB file', ms(ofFile.firstMs));
  row('  as a multiple of our cold scan, block first', (ofFile.firstMs / first.scanMs).toFixed(0));
  row('  as a multiple of our cold scan, block last', (ofFile.firstMs / last.scanMs).toFixed(0));
  print();

  const longest = Math.max(
    ...[first, last, large.first, large.last].map((run) => run.longestSliceMs),
  );
  print(
    `target: edit to known ranges < ${budgetMs} ms: ${ms(first.scanMs)} (block last: ${ms(last.scanMs)})`,
  );
  print(`target: longest slice on the thread < ${frameMs} ms: ${ms(longest)}`);

  print('one round of readings on the extension host (each part a task of its own)');
  print(benchBoard(100));
  print(benchBoard(3_000));
  print();

  print('a history of 100,000 holds');
  for (const [name, value] of await benchActivity()) row(name, value);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
