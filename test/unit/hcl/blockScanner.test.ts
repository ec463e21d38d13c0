import assert from 'node:assert/strict';
import {
  blockAt,
  mentionsBackend,
  scanBlocks,
  scanBlocksInSlices,
} from '../../../src/hcl/blockScanner';
import { checkScans } from './scanSupport';

const s3 = 'terraform {\n  backend "s3" {\n    key = "k"\n  }\n}\n';
const foundS3 = ['backend s3: key = "k"'];

describe('blockScanner: which blocks count', () => {
  checkScans([
    ['a backend in a terraform block counts', s3, foundS3],
    [
      'a bare label will do',
      'terraform {\n backend consul {\n path = "p"\n }\n}',
      ['backend consul: path = "p"'],
    ],
    ['a block may be written on one line', 'terraform { backend "s3" { key = "k" } }', foundS3],
    ['an empty block counts', 'terraform {\n  backend "local" {}\n}', ['backend local']],
    [
      'a cloud block counts, as such',
      'terraform {\n cloud {\n  organization = "o"\n  workspaces {\n   name = "w"\n  }\n }\n}',
      ['cloud: organization = "o"'],
    ],
    [
      'two terraform blocks are both read',
      s3 + 'terraform {\n  backend "gcs" {\n  }\n}\n',
      [...foundS3, 'backend gcs'],
    ],
    [
      'a terraform block may be indented',
      '  terraform {\n  backend "s3" {\n key = "k" } }',
      foundS3,
    ],
    [
      'a terraform block may follow a comment on its line',
      '/* note */ terraform { backend "s3" { key = "k" } }',
      foundS3,
    ],
    [
      'a comment may stand between the word and its brace',
      'terraform /* our */ {\n backend "s3" { key = "k" } }',
      foundS3,
    ],
    [
      'a backend in a nested terraform block does not',
      'foo {\n  terraform {\n    backend "s3" {}\n  }\n}',
      [],
    ],
    ['a backend outside terraform does not', 'backend "s3" {\n}\n# terraform {', []],
    [
      'a backend deeper in terraform does not',
      'terraform {\n  x {\n    backend "s3" {}\n  }\n}',
      [],
    ],
    ['a terraform block with a label does not', 'terraform "x" {\n  backend "s3" {}\n}', []],
    ['a backend with two labels does not', 'terraform {\n  backend "s3" "x" {}\n}', []],
    ['a backend without a label does not', 'terraform {\n  backend {}\n}', []],
    ['an attribute called backend does not', 'terraform {\n  backend = { s3 = {} }\n}', []],
    [
      'a name that only begins like it does not',
      'terraformer {\n backend "s3" {}\n}\nmyterraform {\n backend "s3" {}\n}',
      [],
    ],
    ['a block in a comment does not', `/*\n${s3}*/\n# terraform { backend "s3" {} }`, []],
    ['a block in a heredoc does not', `locals {\n  x = <<EOT\n${s3}EOT\n}\n`, []],
    ['a block in a string does not', 'locals {\n  x = "terraform { backend \\"s3\\" {} }"\n}', []],
    [
      'other blocks of terraform are passed over',
      'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n  backend "s3" {\n key = "k"\n}\n}',
      foundS3,
    ],
    [
      'a file in one line is read',
      'a "b" { c = [1, { d = "}" }] } terraform { backend "s3" { key = "k" } } e {}',
      foundS3,
    ],
  ]);
});

describe('blockScanner: how it is used', () => {
  it('rejects texts that cannot hold a backend, as text and as bytes', () => {
    const cases: [string, boolean][] = [
      [s3, true],
      ['terraform { cloud {} }', true],
      ['resource "aws_cloudwatch" "backend" {}', false],
      ['terraform {}', false],
      ['', false],
    ];
    for (const [text, expected] of cases) {
      assert.equal(mentionsBackend(text), expected);
      const padded = Buffer.from(`terraform backend${text}`).subarray('terraform backend'.length);
      assert.equal(mentionsBackend(new Uint8Array(Buffer.from(text))), expected);
      assert.equal(mentionsBackend(padded), expected);
    }
    assert.deepEqual(scanBlocks('terraform {}'), { blocks: [], requiredVersions: [] });
  });

  it('yields whenever its time is used up, and finds the same', async () => {
    const text = 'locals {\n  x = [1]\n}\n'.repeat(20_000) + s3;
    let yields = 0;
    let time = 0;
    const result = await scanBlocksInSlices(
      text,
      () => {
        yields++;
        return Promise.resolve();
      },
      4,
      () => (time += 2),
    );
    assert.deepEqual(result, scanBlocks(text));
    assert.ok(yields >= 10, `${yields} yields`);
  });

  it('does not yield for a short text', async () => {
    const result = await scanBlocksInSlices(s3, () => assert.fail('yielded'));
    assert.deepEqual(result, scanBlocks(s3));
  });

  it('finds the block at an offset, borders included', () => {
    const result = scanBlocks(s3);
    const { start, end } = result.blocks[0]?.range ?? assert.fail();
    for (const [offset, found] of [
      [start - 1, false],
      [start, true],
      [end, true],
      [end + 1, false],
    ] as const) {
      assert.equal(blockAt(result, offset) !== undefined, found, String(offset));
    }
  });
});
