import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scanBlocks } from '../../../src/hcl/blockScanner';
import { parseBackendBlock } from '../../../src/hcl/hclParser';

function valuesOf(body: string): unknown {
  const outcome = parseBackendBlock(`backend "s3" {\n${body}\n}`);
  return outcome.kind === 'values' ? outcome.values : outcome.kind;
}

const literals: readonly [sentence: string, text: string, value: unknown][] = [
  ['strings', '"x"', 'x'],
  ['escapes', '"\\"q\\" \\\\ \\n\\r\\t"', '"q" \\ \n\r\t'],
  ['Unicode escapes', '"\\u00e9 \\U0001F600"', 'é 😀'],
  ['Unicode', '"é 日本 😀"', 'é 日本 😀'],
  ['combining characters, composed as Terraform does', '"e\u0301"', '\u00e9'],
  ['escaped interpolation', '"$${x} $$${y}"', '${x} $${y}'],
  ['escaped directives', '"%%{x}"', '%{x}'],
  ['dollars and percents that mean nothing', '"$ $$ 5% %%"', '$ $$ 5% %%'],
  ['escapes beside escaped interpolation', '"a\\"$${b}\\n"', 'a"${b}\n'],
  ['HTML and separators, untouched', '"<&>\u2028"', '<&>\u2028'],
  ['integers', '42', 42],
  ['negative numbers', '-1.5', -1.5],
  ['exponents', '1e3', 1000],
  ['leading zeros', '007', 7],
  ['booleans', 'true', true],
  ['null', 'null', null],
  ['lists', '[1, "x", null, [true]]', [1, 'x', null, [true]]],
  ['objects', '{ a = 1, "b c" : "x", d = {} }', { a: 1, 'b c': 'x', d: {} }],
  ['objects over lines', '{\n  a = 1\n  # b\n  c = 2\n}', { a: 1, c: 2 }],
  ["the last of an object's equal keys", '{ a = 1, a = 2 }', { a: 2 }],
  ['escaped interpolation in keys', '{ "$${k}" = 1 }', { '${k}': 1 }],
  ['heredocs with their last newline', '<<E\nx\n  y\nE', 'x\n  y\n'],
  ['heredocs with quotes and backslashes', '<<E\n"\\n"\nE', '"\\n"\n'],
  ['heredocs with escaped interpolation', '<<E\n$${x}%%{y}\nE', '${x}%{y}\n'],
  ['indented heredocs, moved left together', '<<-E\n    x\n\n      y\n    E', 'x\n\n  y\n'],
  ['empty heredocs', '<<E\nE', ''],
  ['heredocs with Windows line ends', '<<E\r\nx\r\nE\r', 'x\r\n'],
];

describe('parseBackendBlock', () => {
  for (const [sentence, text, value] of literals) {
    it(`evaluates ${sentence}`, () => {
      assert.deepEqual(valuesOf(`a = ${text}`), { a: value });
    });
  }

  it('evaluates blocks with Windows line ends, comments and a bare label', () => {
    const slice = 'backend gcs { # c\r\n  a = "x" // d\r\n  /* e */ b = 2\r\n}';
    assert.deepEqual(parseBackendBlock(slice), { kind: 'values', values: { a: 'x', b: 2 } });
  });

  it('evaluates an empty block', () => {
    assert.deepEqual(valuesOf(''), {});
  });

  it('keeps keys that mean something to JavaScript', () => {
    const values = valuesOf('__proto__ = "x"\nconstructor = "y"');
    assert.equal(JSON.stringify(values), '{"__proto__":"x","constructor":"y"}');
  });

  it('returns expressions as templates that look like escaped literals', () => {
    assert.deepEqual(valuesOf('a = var.x\nb = "$${var.x}"'), { a: '${var.x}', b: '${var.x}' });
  });

  const unparsable: readonly [what: string, body: string][] = [
    ['a name given twice', 'a = 1\na = 2'],
    ['a missing value', 'a ='],
    ['a lone name', 'buck'],
    ['an open string', 'a = "x'],
    ['an unknown escape', 'a = "\\q"'],
    ['a short escape', 'a = "\\u12"'],
    ['a surrogate', 'a = "\\ud800"'],
    ['a lone surrogate', 'a = "\ud800"'],
    ['two attributes on a line', 'a = 1 b = 2'],
    ['a heredoc whose marker is not alone', 'a = <<E x\nE'],
    ['a second block behind the first', '}\nbackend "s3" {'],
  ];
  for (const [what, body] of unparsable) {
    it(`does not parse ${what}`, () => {
      assert.equal(valuesOf(body), 'unparsable');
    });
  }

  it('does not parse what is not a backend block', () => {
    for (const slice of [
      '',
      'a = 1',
      'cloud {}',
      'backend = 1',
      'backend {}',
      'backend "a" "b" {}',
    ]) {
      assert.deepEqual(parseBackendBlock(slice), { kind: 'unparsable' }, slice);
    }
  });

  it('says so when the parser throws', () => {
    assert.equal(valuesOf('a = { null = 1 }'), 'crashed');
  });
});

// Literals as people write them, each with its value. Keys differ from each other and are ASCII.
const character = fc.constantFrom(
  ...[
    ['a', 'a'],
    ['é', 'é'],
    ['😀', '😀'],
    ['\\n', '\n'],
    ['\\"', '"'],
    ['\\\\', '\\'],
    ['$${', '${'],
    ['%%{', '%{'],
  ],
  ...[
    ['$ ', '$ '],
    ['}', '}'],
    ['#', '#'],
    ['/*', '/*'],
    ['\\u00e9', 'é'],
    ["'", "'"],
    ['<<E', '<<E'],
  ],
);
const quoted = fc
  .array(character, { maxLength: 6 })
  .map((parts): [string, unknown] => [
    `"${parts.map(([text]) => text).join('')}"`,
    parts.map(([, value]) => value).join(''),
  ]);
const number = fc.oneof(
  fc.integer(),
  fc.integer({ max: 10_000_000 }).map((n) => n / 8),
);
const { literal } = fc.letrec<{ literal: [string, unknown] }>((tie) => ({
  literal: fc.oneof(
    { depthSize: 'small' },
    quoted,
    number.map((value): [string, unknown] => [String(value), value]),
    fc.constantFrom<[string, unknown]>(['true', true], ['false', false], ['null', null]),
    fc
      .array(tie('literal'), { maxLength: 3 })
      .map((items): [string, unknown] => [
        `[${items.map(([text]) => text).join(', ')}]`,
        items.map(([, value]) => value),
      ]),
    fc
      .dictionary(fc.stringMatching(/^k[a-z0-9_-]{0,5}$/), tie('literal'), {
        maxKeys: 3,
        noNullPrototype: true,
      })
      .map((items): [string, unknown] => [
        `{\n${Object.entries(items)
          .map(([key, [text]]) => `${key} = ${text}`)
          .join('\n')}\n}`,
        Object.fromEntries(Object.entries(items).map(([key, [, value]]) => [key, value])),
      ]),
  ),
}));

describe('parseBackendBlock and the scanner together', () => {
  it('take every literal for a literal, and return its value', () => {
    fc.assert(
      fc.property(literal, ([text, value]) => {
        const slice = `backend "s3" {\n  a = ${text}\n}`;
        const [block] = scanBlocks(`terraform {\n${slice}\n}\n`).blocks;
        assert.deepEqual(
          block?.attributes.map(({ name, plain }) => [name, plain]),
          [['a', true]],
        );
        assert.deepEqual(parseBackendBlock(slice), { kind: 'values', values: { a: value } });
      }),
      { numRuns: 300 },
    );
  }).timeout(20_000);
});
