import type { BackendBlock } from '../../src/core/backendBlock';
import { BackendBlockReader, type ReadResult } from '../../src/hcl/backendBlocks';
import { parseBackendBlock } from '../../src/hcl/hclParser';
import { only } from './fakes';

/** What our own scanner and the real parser make of a text. */
export function readText(text: string): Promise<ReadResult> {
  const reader = new BackendBlockReader(
    (slice) => {
      const outcome = parseBackendBlock(slice);
      return Promise.resolve(outcome.kind === 'values' ? outcome.values : null);
    },
    () => Promise.resolve(),
  );
  return reader.read('main.tf', text);
}

/** The only backend block of a text. */
export async function readBlock(text: string): Promise<BackendBlock> {
  return only((await readText(text)).blocks);
}

/** The constant values of a block. */
export function valuesOf(block: BackendBlock): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    block.attributes.map(({ name, value }) => [
      name,
      value.kind === 'literal' ? value.value : value,
    ]),
  );
}
