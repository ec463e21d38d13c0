import assert from 'node:assert/strict';
import { isPlainLiteral } from '../../../src/hcl/plainLiteral';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const plain: readonly string[] = [
  '"x"',
  '""',
  '"a\\"b\\\\"',
  '"$${x} %%{y} $ % $$ %%"',
  '"\\${x}"',
  '0',
  '-1',
  '007',
  '1.50',
  '1e3',
  '123456789.012345',
  'true',
  'false',
  'null',
  '[]',
  '[1, "x", [true],]',
  '[ # one\n1 // two\n, /* three */ 2\n]',
  '{}',
  '{ a = 1 }',
  '{ a = 1, b-c : "x", "d e" = null }',
  '{\n  a = 1\n\n  # b\n  b = {\n    c = []\n  }\n}',
  '<<E\nx\nE',
  '<<-E\n  "x"\n  $${y}\n  E',
  '<<E\r\nx\r\nE',
  '[<<E\nx\nE\n]',
  nested(60),
];

const notPlain: readonly [why: string, text: string][] = [
  ['a reference', 'var.x'],
  ['a call', 'upper("x")'],
  ['a word', 'truer'],
  ['a calculation', '1 + 1'],
  ['a negation', '!true'],
  ['a sign apart from its number', '- 1'],
  ['parentheses', '("x")'],
  ['an index', '["a"][0]'],
  ['a conditional', 'true ? 1 : 2'],
  ['a comparison', '"a" == "b"'],
  ['an interpolation', '"a${b}"'],
  ['an interpolated constant', '"${"x"}"'],
  ['a directive', '"%{ if x }y%{ endif }"'],
  ['three dollars and a brace that do not escape', '"$${a}${b}"'],
  ['an interpolation in a heredoc', '<<E\n${x}\nE'],
  ['a heredoc without its end', '<<E\nx\nEE'],
  ['a string without its end', '"x'],
  ['a string over two lines', '"x\ny"'],
  ['an expression in a list', '[1, var.x]'],
  ['a list without its end', '[1, 2'],
  ['a list without its commas', '[1 2]'],
  ['a for expression', '[for x in [] : x]'],
  ['an expression in an object', '{ a = var.x }'],
  ['an expression as a key', '{ (a) = 1 }'],
  ['a template as a key', '{ "${a}" = 1 }'],
  ['a reference as a key', '{ a.b = 1 }'],
  ['a number as a key', '{ 1 = 2 }'],
  ['an arrow', '{ a => 1 }'],
  ['an object for expression', '{ for k, v in x : k => v }'],
  ['items on one line without a comma', '{ a = 1 b = 2 }'],
  ['a comment without its end', '[ /* ]'],
  ['two values', '"a" "b"'],
  ['hexadecimal', '0x10'],
  ['a number without digits behind its point', '1.'],
  ['nothing', ''],
  ['more digits than a double holds', '12345678901234567'],
  ['more digits in a list', '[12345678901234567]'],
  ['a number too large to be written out', '1e21'],
  ['a number out of range', '1e400'],
  ['a number too small to be written out', '1e-7'],
  ['more nesting than anybody writes', nested(70)],
  ['a value of excessive length', `"${'x'.repeat(70_000)}"`],
];

describe('isPlainLiteral', () => {
  for (const text of plain) {
    it(`holds for ${JSON.stringify(text)}`, () => {
      assert.equal(isPlainLiteral(text, 0, text.length), true);
      const within = `[${text}\n, ${text}`;
      assert.equal(isPlainLiteral(within, 1, 1 + text.length), true);
    });
  }

  for (const [why, text] of notPlain) {
    it(`does not hold for ${why}`, () => {
      assert.equal(isPlainLiteral(text, 0, text.length), false);
    });
  }

  it('holds for no part of a literal', () => {
    for (const text of plain.filter((whole) => /^["[{<]/.test(whole))) {
      for (let end = 0; end < text.length; end++) {
        assert.equal(isPlainLiteral(text, 0, end), false, text.slice(0, end));
      }
    }
  });
});
