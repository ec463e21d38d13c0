import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scanBlocks, scanBlocksInSlices } from '../../../src/hcl/blockScanner';
import { ScanMachine } from '../../../src/hcl/scanMachine';
import type { ScanResult } from '../../../src/hcl/scanResult';
import { sampleBlock as block, sampleFile as sample } from './sampleFile';
import { assertRangesInside, describeScan } from './scanSupport';

const found = 'backend s3: key = "k", list = ["}", <<E\n}\nE\n]';

const scraps = [
  'terraform {',
  'terraform',
  'backend "s3" {',
  'cloud {',
  'required_version = ',
  'resource "a" "b" {',
  'a = ',
  '"',
  '${',
  '%{',
  '$${',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '\n',
  '\r\n',
  '\\',
  '<<EOT\n',
  '<<-E\n',
  'EOT\n',
  '  E\n',
  '/*',
  '*/',
  '#',
  '//',
  '=',
  '==',
  ' ',
  'x',
  '1.5e3',
  'é',
  '😀',
  '\ufeff',
  '\0',
  '.',
  ',',
];

const scrapText = fc
  .array(fc.constantFrom(...scraps), { maxLength: 60 })
  .map((parts) => parts.join(''));
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), scrapText);

/** Scans by single characters, so that the scanner stops wherever it can. */
function scanByStep(text: string, step: number): ScanResult {
  const machine = new ScanMachine(text);
  while (!machine.step(step)) {
    // On to the next.
  }
  return machine.result;
}

function checkText(text: string): void {
  const result = scanByStep(text, 16_384);
  assertRangesInside(text, result);
  assert.deepEqual(scanByStep(text, 1), result);
  assert.deepEqual(scanByStep(text, 7), result);
}

describe('blockScanner: whatever the text', () => {
  it('keeps its ranges inside the text and may stop anywhere: random texts', () => {
    fc.assert(fc.property(anyText, checkText), { numRuns: 3000 });
  }).timeout(20_000);

  it('keeps its ranges inside the text and may stop anywhere: every truncation of a file', () => {
    for (let end = 0; end <= sample.length; end++) {
      checkText(sample.slice(0, end));
      checkText(sample.slice(end));
    }
  }).timeout(20_000);

  it('keeps its ranges inside the text and may stop anywhere: random edits of a file', () => {
    const place = fc.integer({ min: 0, max: sample.length });
    fc.assert(
      fc.property(place, fc.nat(20), scrapText, (at, removed, added) => {
        checkText(sample.slice(0, at) + added + sample.slice(at + removed));
      }),
      { numRuns: 2000 },
    );
  }).timeout(20_000);

  it('finds the same in slices as in one go', async () => {
    await fc.assert(
      fc.asyncProperty(scrapText, async (text) => {
        const padded = `terraform { backend "s3" {} }\n${text}\n${sample}`;
        const sliced = await scanBlocksInSlices(
          padded,
          () => Promise.resolve(),
          0,
          () => 0,
        );
        assert.deepEqual(sliced, scanBlocks(padded));
      }),
    );
  }).timeout(20_000);

  it('finds a block before anything at all', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.equal(describeScan(`${block}${text}`)[0], found);
      }),
      { numRuns: 2000 },
    );
  }).timeout(20_000);
});

// HCL whose brackets, strings and heredocs match, and which could hide a block if it were misread.
const { code } = fc.letrec<{ value: string; template: string; code: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '1',
      'null',
      'var.terraform',
      '"terraform {"',
      '"\\"{"',
      '"$${x"',
      '"#"',
      '"/*"',
    ),
    fc.tuple(tie('template'), tie('value')).map(([text, value]) => `"${text}\${${value}}${text}"`),
    fc
      .tuple(tie('template'), tie('value'))
      .map(([text, value]) => `<<E\n${text}\${${value}}\n${text}"\n  E\n`),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => `[\n${values.join(',')}\n]`),
    tie('value').map((value) => `foo(${value}, /* ) */ bar[${value}])`),
    tie('value').map((value) => `{ # }\n  terraform = ${value}\n}`),
  ),
  template: fc.constantFrom(
    '',
    'x',
    '{',
    '}',
    '$ ',
    '%%{',
    '$${',
    '# //',
    "'",
    '<<E',
    'terraform {',
  ),
  code: fc
    .array(
      fc.oneof(
        { depthSize: 'small' },
        tie('value').map((value) => `a = ${value}\n`),
        tie('code').map((body) => ` resource "terraform" "{" {\n${body}}\n`),
        tie('code').map((body) => ` terraform "x" {\n  backend "no" {\n${body}}\n}\n`),
        fc.constantFrom('# {"\n', '// ${\n', '/* "\n{ */\n', '\r\n', '\n'),
      ),
      { maxLength: 4 },
    )
    .map((lines) => lines.join('')),
}));

describe('blockScanner: among valid code', () => {
  it('finds a block behind any code that is complete, with the same attributes', () => {
    fc.assert(
      fc.property(code, code, (before, after) => {
        assert.deepEqual(describeScan(`${before}${block}${after}`), [found]);
        const indented = `${before} ${block}${after}`;
        assert.deepEqual(describeScan(indented), [found]);
      }),
      { numRuns: 2000 },
    );
  }).timeout(20_000);

  it('never takes a block out of a nested one', () => {
    fc.assert(
      fc.property(code, (before) => {
        assert.deepEqual(describeScan(`foo {\n${before} ${block}}\n terraform {}`), []);
      }),
    );
  }).timeout(20_000);
});
