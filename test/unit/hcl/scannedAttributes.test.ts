import assert from 'node:assert/strict';
import { scanBlocks } from '../../../src/hcl/blockScanner';
import { checkScans, inBackend } from './scanSupport';

const s3 = 'terraform {\n  backend "s3" {\n    key = "k"\n  }\n}\n';
const foundS3 = ['backend s3: key = "k"'];

describe('blockScanner: attributes', () => {
  checkScans([
    [
      'strings, numbers, booleans and null are plain',
      inBackend('a = "x"\nb = -1.5\nc = true\nd = null'),
      ['backend s3: a = "x", b = -1.5, c = true, d = null'],
    ],
    [
      'references and calculations are not',
      inBackend('a = var.x\nb = 1 + 1\nc = upper("x")\nd = "a" == "b"'),
      ['backend s3: a ~ var.x, b ~ 1 + 1, c ~ upper("x"), d ~ "a" == "b"'],
    ],
    [
      'interpolation is not plain',
      inBackend('a = "${var.x}"\nb = "%{ if true }x%{ endif }"'),
      ['backend s3: a ~ "${var.x}", b ~ "%{ if true }x%{ endif }"'],
    ],
    [
      'escaped interpolation is plain',
      inBackend('a = "$${x}"\nb = "%%{x}"\nc = "$$ 5%"'),
      ['backend s3: a = "$${x}", b = "%%{x}", c = "$$ 5%"'],
    ],
    [
      'quotes and braces in strings do not end anything',
      inBackend('a = "\\"}"\nb = "{[("'),
      ['backend s3: a = "\\"}", b = "{[("'],
    ],
    [
      'strings nest in interpolations',
      inBackend('a = "x${foo("}", "${b["}"]}")}y"\nb = "z"'),
      ['backend s3: a ~ "x${foo("}", "${b["}"]}")}y", b = "z"'],
    ],
    [
      'interpolations may span lines',
      inBackend('a = "x${join(",", [\n  "y"\n])}"\nb = 1'),
      ['backend s3: a ~ "x${join(",", [\n  "y"\n])}", b = 1'],
    ],
    [
      'objects and lists are plain if their contents are',
      inBackend('a = { s3 = "x", "d b" : [1, true] }\nb = {\n  x = var.y\n}'),
      ['backend s3: a = { s3 = "x", "d b" : [1, true] }, b ~ {\n  x = var.y\n}'],
    ],
    [
      'comments do not belong to values',
      inBackend('a = 1 # one\nb = 2 // two\nc = 3 /* three */\n# d = 4\n/* e = 5 */'),
      ['backend s3: a = 1, b = 2, c = 3'],
    ],
    [
      'comments inside values do',
      inBackend('a = [ # first\n  1, /* ] */ 2\n]'),
      ['backend s3: a = [ # first\n  1, /* ] */ 2\n]'],
    ],
    [
      'heredocs end at their marker',
      inBackend('a = <<EOT\n  }\n"x\nEOT x\nEOT\nb = 1'),
      ['backend s3: a = <<EOT\n  }\n"x\nEOT x\nEOT, b = 1'],
    ],
    [
      'the marker may be indented',
      inBackend('a = <<-EOT\n  x\n    EOT\nb = <<E\ny\n  E\nc = 1'),
      ['backend s3: a = <<-EOT\n  x\n    EOT, b = <<E\ny\n  E, c = 1'],
    ],
    [
      'a heredoc with a template is not plain',
      inBackend('a = <<EOT\n${foo("\n")}EOT\nEOT\nb = <<EOT\n$${x}\nEOT'),
      ['backend s3: a ~ <<EOT\n${foo("\n")}EOT\nEOT, b = <<EOT\n$${x}\nEOT'],
    ],
    [
      'an interpolation may begin a line of a heredoc',
      inBackend('a = <<EOT\nx\n${ {\n} }\nEOT\nb = 1'),
      ['backend s3: a ~ <<EOT\nx\n${ {\n} }\nEOT, b = 1'],
    ],
    [
      'two heredocs in one list are read',
      inBackend('a = [<<A\nx\nA\n, <<B\ny\nB\n]'),
      ['backend s3: a = [<<A\nx\nA\n, <<B\ny\nB\n]'],
    ],
    [
      'nested blocks are no attributes',
      inBackend('a = 1\nassume_role {\n  b = 2\n}\nc = 3'),
      ['backend s3: a = 1, c = 3'],
    ],
    [
      'a value may hold parentheses',
      inBackend('a = (\n  var.x\n)\nb = 1'),
      ['backend s3: a ~ (\n  var.x\n), b = 1'],
    ],
    [
      'Windows line ends are not part of anything',
      inBackend('a = "x"\nb = <<E\ny\nE\nc = var.d').replaceAll('\n', '\r\n'),
      ['backend s3: a = "x", b = <<E\r\ny\r\nE, c ~ var.d'],
    ],
    ['a byte order mark is no name', '\ufeff' + s3, foundS3],
    [
      'names and values need not be ASCII',
      inBackend('clé = "日本 😀"'),
      ['backend s3: clé = "日本 😀"'],
    ],
    [
      'a repeated attribute is reported twice',
      inBackend('a = 1\na = 2'),
      ['backend s3: a = 1, a = 2'],
    ],
    ['spaces are not needed', 'terraform{backend"s3"{key="k"}}', foundS3],
  ]);

  it('reports ranges from the name to the value', () => {
    const text = 'terraform {\n  backend "s3" {\n    key = "k" # c\n  }\n}\n';
    const block = scanBlocks(text).blocks[0];
    assert.ok(block !== undefined);
    assert.equal(
      text.slice(block.range.start, block.range.end),
      'backend "s3" {\n    key = "k" # c\n  }',
    );
    assert.equal(text.slice(block.bodyRange.start, block.bodyRange.end), '\n    key = "k" # c\n  ');
    const { range, nameRange, valueRange } = block.attributes[0] ?? assert.fail();
    assert.deepEqual(
      [range, nameRange, valueRange].map(({ start, end }) => text.slice(start, end)),
      ['key = "k"', 'key', '"k"'],
    );
  });

  it('reports the required versions of terraform blocks', () => {
    const text = `locals {\n required_version = "no"\n}\nterraform {\n  required_version = ">= 1.5"\n  backend "s3" {\n required_version = "no"\n}\n}\nterraform {\n  required_version = local.x\n}\n`;
    assert.deepEqual(
      scanBlocks(text).requiredVersions.map(({ range, plain }) => [
        text.slice(range.start, range.end),
        plain,
      ]),
      [
        ['required_version = ">= 1.5"', true],
        ['required_version = local.x', false],
      ],
    );
  });
});
