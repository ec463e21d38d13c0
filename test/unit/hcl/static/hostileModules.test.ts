import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseExpression } from '../../../../src/hcl/static/expressionParser';
import { constantScope, evaluate } from '../../../../src/hcl/static/evaluator';
import { callFunction } from '../../../../src/hcl/static/functions';
import {
  Budget,
  toPlain,
  Unresolvable,
  type StaticValue,
} from '../../../../src/hcl/static/staticValue';
import { keyOf, stretchesOf } from './moduleSupport';

const scraps = [
  ...[
    '"',
    '${',
    '}',
    '{',
    '[',
    ']',
    '(',
    ')',
    '?',
    ':',
    '==',
    '!=',
    '!',
    '&&',
    '||',
    '.',
    ',',
    '=',
  ],
  ...[
    '\n',
    ' ',
    '\\',
    '$${',
    '%{',
    '%%{',
    'var.a',
    'local.b',
    'lower(',
    'x',
    '1',
    '-2.5e3',
    'null',
  ],
  ...['true', '/*', '*/', '#', '//', '<<E\n', 'E\n', '\u{1f600}', '\ud800', '\0', '"a"', '~'],
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...scraps), { maxLength: 40 }).map((parts) => parts.join('')),
);

/** The value, or undefined where it is refused; anything else that is thrown fails the test. */
function attempt(source: string): unknown {
  const budget = new Budget();
  const scope = {
    ...constantScope(budget),
    reference: (): StaticValue => 'x',
    call: (name: string, args: readonly StaticValue[]) => callFunction(name, args, budget),
  };
  try {
    return toPlain(evaluate(parseExpression(source, budget), scope), budget);
  } catch (error) {
    assert.ok(error instanceof Unresolvable, String(error));
    return undefined;
  }
}

const big = 1_000_000;
const hostile: Readonly<Record<string, { key: string; main?: string; tfvars?: string }>> = {
  'nested parentheses': { key: '('.repeat(50_000) + ')'.repeat(50_000) },
  'nested templates': { key: '"${'.repeat(20_000) + '1' + '}"'.repeat(20_000) },
  'nested lists in a local': { key: 'local.a', main: `locals { a = ${'['.repeat(big)} }` },
  'many negations': { key: `${'!'.repeat(big)}true` },
  'a chain of comparisons': { key: `true${' == true'.repeat(100_000)}` },
  'a chain of elements': { key: `local.a${'.a'.repeat(100_000)}`, main: 'locals { a = {} }' },
  'a chain of locals': {
    key: 'local.a0',
    main: `locals {\n${Array.from({ length: 20_000 }, (_, at) => `a${at} = local.a${at + 1}\n`).join('')}}`,
  },
  'a million references': { key: `[${'local.a,'.repeat(big)}]`, main: 'locals { a = 1 }' },
  'locals that double': {
    key: 'local.a40',
    main: `locals {\n  a0 = "x"\n${Array.from({ length: 40 }, (_, at) => `a${at + 1} = "\${local.a${at}}\${local.a${at}}"\n`).join('')}}`,
  },
  'lists that double': {
    key: 'local.a40',
    main: `locals {\n  a0 = "x"\n${Array.from({ length: 40 }, (_, at) => `a${at + 1} = [local.a${at}, local.a${at}]\n`).join('')}}`,
  },
  'a replacement that grows': {
    key: 'replace(local.a, "a", local.a)',
    main: `locals { a = "${'a'.repeat(30_000)}" }`,
  },
  'a comment that never ends': { key: 'local.a', main: `locals { a = /*${'/*'.repeat(big)}` },
  'a file of headers': { key: 'local.a', main: 'locals {\n'.repeat(100_000) },
  'a file of values': { key: 'var.a', main: 'variable "a" {}', tfvars: 'b = 1\n'.repeat(100_000) },
};

describe('early evaluation of hostile modules', () => {
  it('ends with a value or a reason, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (source) => {
        attempt(source);
      }),
      { numRuns: 5_000 },
    );
    assert.equal(attempt('"a${var.x}"'), 'ax');
  });

  for (const [title, { key, main, tfvars }] of Object.entries(hostile)) {
    it(`has no value for ${title}, and says so soon`, async () => {
      const files = {
        ...(main === undefined ? {} : { 'main.tf': main }),
        ...(tfvars === undefined ? {} : { 'terraform.tfvars': tfvars }),
      };
      const started = performance.now();
      const value = await keyOf(key, { files });
      const took = performance.now() - started;
      assert.match(String((value as { why?: unknown }).why), /\w/);
      assert.ok(took < 3_000, `took ${String(Math.round(took))} ms`);
    });
  }

  it('never holds the thread for long while it reads a large directory', async () => {
    const locals = `locals {\n${Array.from({ length: 4_000 }, (_, at) => `  name_${at} = "value \${var.a}"\n`).join('')}}\n`;
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [`f${at}.tf`, locals.replaceAll('name_', `n${at}_`)]),
    );
    await keyOf('local.n1_7', { files });
    // What a run measures includes the compiler and the collector; the calmest of some runs has least of them.
    const runs: number[][] = [];
    for (let run = 0; run < 5; run++) {
      runs.push(await stretchesOf({ files }));
    }
    const longest = Math.min(...runs.map((run) => Math.max(...run)));
    const stretches = runs.flat();
    console.log(
      `        ${stretches.length} stretches; in the calmest run the longest took ${longest.toFixed(1)} ms`,
    );
    assert.ok(stretches.length > 10);
    assert.ok(longest < 16, `held the thread for ${longest.toFixed(1)} ms`);
  });
});
