// A process of its own: scans one file once and says how long that took.
import { scanBlocksInSlices } from '../../src/hcl/blockScanner';
import { benchFile } from './benchFile';

/** What a fresh process measured. */
export interface ColdScan {
  readonly plainLoopMs: number;
  readonly scanMs: number;
  readonly longestSliceMs: number;
  readonly blocks: number;
}

async function measure(text: string): Promise<ColdScan> {
  let sliceStart = 0;
  let longestSliceMs = 0;
  const sliceEnd = (): void => {
    longestSliceMs = Math.max(longestSliceMs, performance.now() - sliceStart);
  };
  const started = performance.now();
  sliceStart = started;
  const { blocks } = await scanBlocksInSlices(text, async () => {
    sliceEnd();
    await new Promise((resolve) => setImmediate(resolve));
    sliceStart = performance.now();
  });
  sliceEnd();
  const scanMs = performance.now() - started;

  // Afterwards, so that it does not warm anything up; it shares no code with the scanner.
  const loopStarted = performance.now();
  let braces = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) === 123) {
      braces++;
    }
  }
  const plainLoopMs = performance.now() - loopStarted;
  return { plainLoopMs, scanMs, longestSliceMs, blocks: Math.min(braces, blocks.length) };
}

const [resources = '0', blockAt = 'start'] = process.argv.slice(2);
void measure(benchFile(Number(resources), blockAt === 'end' ? 'end' : 'start')).then((result) => {
  process.stdout.write(JSON.stringify(result));
});
