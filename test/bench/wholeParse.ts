// A thread of its own: loads hcl2-parser, has it parse a text twice and says how long that took.
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Hcl2Parser } from '../../src/hcl/hcl2-parser';

/** What the thread measured. */
export interface WholeParse {
  readonly requireMs: number;
  readonly firstMs: number;
  readonly againMs: number;
}

function timed<T>(work: () => T): { result: T; tookMs: number } {
  const started = performance.now();
  const result = work();
  return { result, tookMs: performance.now() - started };
}

function measure(text: string): WholeParse {
  const started = performance.now();
  // Not an import: that would be done before the clock starts.
  const { parseToObject } = createRequire(__filename)('hcl2-parser') as Hcl2Parser;
  const requireMs = performance.now() - started;
  const parse = (): void => {
    if (parseToObject(text)[1] !== null) {
      throw new Error('hcl2-parser did not parse the text.');
    }
  };
  const { tookMs: firstMs } = timed(parse);
  const { tookMs: againMs } = text.length < 10_000 ? timed(parse) : { tookMs: NaN };
  return { requireMs, firstMs, againMs };
}

parentPort?.postMessage(measure((workerData as { text: string }).text));
