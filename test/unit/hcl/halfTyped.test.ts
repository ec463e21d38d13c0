import { checkScans, inBackend } from './scanSupport';

const s3 = 'terraform {\n  backend "s3" {\n    key = "k"\n  }\n}\n';
const foundS3 = ['backend s3: key = "k"'];

describe('blockScanner: half-typed text', () => {
  const after = 'resource "a" "b" {\n}\n';
  checkScans([
    [
      'a name without a value hides nothing',
      inBackend('a = 1\nbuck\nb = 2'),
      ['backend s3: a = 1, b = 2'],
    ],
    [
      'a missing value is empty',
      inBackend('a = 1\nkey =\nb = 2'),
      ['backend s3: a = 1, key ~ , b = 2'],
    ],
    [
      'a missing value before a comment is empty',
      inBackend('key = # soon\nb = 2'),
      ['backend s3: key ~ , b = 2'],
    ],
    [
      'an open string ends with its line',
      inBackend('a = 1\nkey = "abc\nb = 2'),
      ['backend s3: a = 1, key ~ "abc, b = 2'],
    ],
    [
      'an open string ends before a Windows line end',
      inBackend('key = "abc\r\nb = 2'),
      ['backend s3: key ~ "abc, b = 2'],
    ],
    [
      'an open interpolation ends with its line',
      inBackend('key = "abc${var.\nb = 2'),
      ['backend s3: key ~ "abc${var., b = 2'],
    ],
    [
      'an open interpolation at the end of the block does too',
      inBackend('b = 2\nkey = "abc${var.'),
      ['backend s3: b = 2, key ~ "abc${var.'],
    ],
    [
      'an open interpolation before strings with quotes does too',
      inBackend('key = "abc${\nb = "x"\nc = "${d}"'),
      ['backend s3: key ~ "abc${, b = "x", c ~ "${d}"'],
    ],
    [
      'an open list ends before the next attribute',
      inBackend('a = [1,\nb = 2'),
      ['backend s3: a ~ [1,, b = 2'],
    ],
    [
      'an open call ends before the next attribute',
      inBackend('a = foo(bar[\n  b = 2'),
      ['backend s3: a ~ foo(bar[, b = 2'],
    ],
    ['an open list ends with the block', inBackend('a = [1,'), ['backend s3: a ~ [1,']],
    [
      'an open heredoc ends with its line',
      inBackend('a = 1\nb = <<EOT\nc = 2'),
      ['backend s3: a = 1, b ~ <<EOT, c = 2'],
    ],
    [
      'an operator without its operand ends with its line',
      inBackend('a = 1 +\nb = 2'),
      ['backend s3: a ~ 1 +, b = 2'],
    ],
    [
      'signs out of place hide nothing',
      inBackend('a = 1\n= 5\n"x"\n? {\n}\nb = 2'),
      ['backend s3: a = 1, b = 2'],
    ],
    [
      'a missing brace is found at the next top-level block',
      `terraform {\n  backend "s3" {\n    key = "k"\n\n${after}${s3}`,
      ['backend s3 (open): key = "k"', ...foundS3],
    ],
    [
      'a block that is not closed ends with the text',
      'terraform {\n  backend "s3" {\n    key = "k"',
      ['backend s3 (open): key = "k"'],
    ],
    [
      'an object that is not closed ends with the text',
      'terraform {\n  backend "s3" {\n    key = { a = 1\n',
      ['backend s3 (open): key ~ { a = 1'],
    ],
    [
      'every kind of top-level block ends an open one',
      [
        'resource "a" "b" {',
        'data a b {',
        'module "m" {',
        'locals {',
        'check "c" {',
        'moved {',
        'variable "v" {}',
      ]
        .map((line) => `terraform {\n  backend "s3" {\n${line}\n`)
        .join(''),
      Array<string>(7).fill('backend s3 (open)'),
    ],
    [
      'an attribute of such a name does not',
      inBackend('data = "x"\nimport = {\n}'),
      ['backend s3: data = "x", import = {\n}'],
    ],
    ['an open brace before it does not hide a block', `locals {\n  a = {\n${s3}`, foundS3],
    ['an open bracket before it does not', `locals {\n  a = [foo(\n${s3}`, foundS3],
    ['an open string before it does not', `locals {\n  a = "x\n}\n${s3}`, foundS3],
    ['an open interpolation before it does not', `locals {\n  a = "x\${y("\n}\n${s3}`, foundS3],
    [
      'an open interpolation in a heredoc before it does not',
      `locals {\n  a = <<E\n\${ {\nE\n}\n${s3}`,
      foundS3,
    ],
    ['an open heredoc before it does not', `locals {\n  a = <<EOT\n}\n${s3}`, foundS3],
    ['an open comment before it does not', `/* note\n${s3}`, foundS3],
    ['stray closing brackets before it do not', `}}\n)]\n}\n${s3}`, foundS3],
    ['an open heredoc after it does not', `${s3}locals {\n  a = <<EOT\n`, foundS3],
    ['a stray word on its line does', `x ${s3}`, []],
  ]);
});
