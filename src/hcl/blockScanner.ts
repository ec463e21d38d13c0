import type { TextRange } from '../core/backendBlock';
import { ScanMachine } from './scanMachine';
import { emptyScan, type ScanResult } from './scanResult';

/** Between two looks at the clock. Takes 1 to 2 ms, even before the JIT has seen the scanner. */
const charsPerStep = 8_192;

/**
 * Whether the text is worth scanning: it names a `backend` or `cloud`, and a `terraform` block.
 * Also answers for the bytes of a file, so that most files need not even be decoded.
 */
export function mentionsBackend(text: string | Uint8Array): boolean {
  const source =
    typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  return namesBlock(source) && source.includes('terraform');
}

/** The part of that question which the scanner does not answer by itself. */
function namesBlock(source: string | Buffer): boolean {
  return source.includes('backend') || source.includes('cloud');
}

/** Finds the backend blocks of a text. Never throws; takes time in proportion to the text's length. */
export function scanBlocks(text: string): ScanResult {
  if (!namesBlock(text)) {
    return emptyScan;
  }
  const machine = new ScanMachine(text);
  while (!machine.step(charsPerStep)) {
    // The machine remembers where it is.
  }
  return machine.result;
}

/**
 * As `scanBlocks`, for a thread that has other things to do: awaits `yieldNow` whenever it has
 * worked for `budgetMs`. Shorter texts than that are scanned without yielding.
 */
export async function scanBlocksInSlices(
  text: string,
  yieldNow: () => Promise<void>,
  budgetMs = 4,
  now: () => number = () => performance.now(),
): Promise<ScanResult> {
  if (!namesBlock(text)) {
    return emptyScan;
  }
  const machine = new ScanMachine(text);
  let started = now();
  while (!machine.step(charsPerStep)) {
    if (now() - started >= budgetMs) {
      await yieldNow();
      started = now();
    }
  }
  return machine.result;
}

/** The block that holds the offset, borders included: for hovers and the like. */
export function blockAt<T extends { readonly range: TextRange }>(
  result: { readonly blocks: readonly T[] },
  offset: number,
): T | undefined {
  return result.blocks.find(({ range }) => range.start <= offset && offset <= range.end);
}

/** The values of every `required_version` of a text without a backend block, too; expressions are left out. */
export function requiredVersionsIn(text: string): readonly string[] {
  if (!text.includes('required_version') || !text.includes('terraform')) {
    return [];
  }
  const machine = new ScanMachine(text);
  while (!machine.step(charsPerStep)) {
    // The machine remembers where it is.
  }
  return machine.result.requiredVersions.flatMap(({ valueRange }) =>
    versionText(text.slice(valueRange.start, valueRange.end)),
  );
}

/** The text of a quoted constant. */
export function versionText(written: string): readonly string[] {
  const quoted = /^"([^"\\$%]*)"$/.exec(written.trim())?.[1];
  return quoted === undefined ? [] : [quoted];
}
