import assert from 'node:assert/strict';
import type { TextRange } from '../../../src/core/backendBlock';
import { scanBlocks } from '../../../src/hcl/blockScanner';
import type { ScanResult } from '../../../src/hcl/scanResult';

/**
 * A scan in words, one line for each block: `backend s3: bucket = "b", key ~ var.key`.
 * `=` marks a plain value, `~` one that is not, `(open)` a block without its closing brace.
 */
export function describeScan(text: string, result: ScanResult = scanBlocks(text)): string[] {
  const cut = ({ start, end }: TextRange): string => text.slice(start, end);
  return result.blocks.map(({ kind, type, closed, attributes }) => {
    const parts = attributes.map(
      ({ name, plain, valueRange }) => `${name} ${plain ? '=' : '~'} ${cut(valueRange)}`,
    );
    const head = [kind, type, closed ? '' : '(open)'].filter((word) => word !== '').join(' ');
    return parts.length === 0 ? head : `${head}: ${parts.join(', ')}`;
  });
}

/** The body of a `backend "s3"` block, within a file that goes on after it. */
export function inBackend(body: string): string {
  return `terraform {\n  backend "s3" {\n${body}\n  }\n}\n\nresource "a" "b" {\n  c = 1\n}\n`;
}

/** Fails unless each range of the result lies in the text, and in the range around it. */
export function assertRangesInside(text: string, result: ScanResult): void {
  const inside = ({ start, end }: TextRange, outer: TextRange): void => {
    assert.ok(
      outer.start <= start && start <= end && end <= outer.end,
      `${start}-${end} is not inside ${outer.start}-${outer.end}`,
    );
  };
  const whole = { start: 0, end: text.length };
  for (const block of result.blocks) {
    inside(block.range, whole);
    inside(block.bodyRange, block.range);
    for (const attribute of block.attributes) {
      inside(attribute.range, block.bodyRange);
      inside(attribute.nameRange, attribute.range);
      inside(attribute.valueRange, attribute.range);
      assert.equal(text.slice(attribute.nameRange.start, attribute.nameRange.end), attribute.name);
    }
  }
  for (const attribute of result.requiredVersions) {
    inside(attribute.range, whole);
    inside(attribute.valueRange, attribute.range);
  }
}

/** What is done, the text, and the scan in words. */
export type ScanCase = readonly [sentence: string, text: string, expected: readonly string[]];

/** One test for each case. */
export function checkScans(cases: readonly ScanCase[]): void {
  for (const [sentence, text, expected] of cases) {
    it(sentence, () => {
      assert.deepEqual(describeScan(text), expected);
      assertRangesInside(text, scanBlocks(text));
    });
  }
}
