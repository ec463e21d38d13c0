import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BackendBlock } from '../../../src/core/backendBlock';
import { findJsonBlocks, JsonBlockReader } from '../../../src/hcl/jsonBlocks';
import { ModuleReader } from '../../../src/hcl/moduleReader';
import { only } from '../../support/fakes';

const read = async (text: string, file = 'file:///w/main.tf.json'): Promise<BackendBlock> =>
  only((await new JsonBlockReader().read(file, text)).blocks);

const valuesOf = (block: BackendBlock): Record<string, unknown> =>
  Object.fromEntries(
    block.attributes.map(({ name, value }) => [
      name,
      value.kind === 'literal' ? value.value : `expression ${value.text}`,
    ]),
  );

const wrap = (body: string): string => `{"terraform": {"backend": {"s3": ${body}}}}`;

describe('a backend in JSON', () => {
  it('has its type, its attributes and their places', async () => {
    const text = `{\n  "terraform": {\n    "backend": {\n      "s3": {"key": "k", "encrypt" : true}\n    }\n  }\n}`;
    const block = await read(text);
    assert.equal(block.type, 's3');
    assert.equal(
      text.slice(block.range.start, block.range.end),
      '"s3": {"key": "k", "encrypt" : true}',
    );
    assert.deepEqual(
      block.attributes.map(({ range }) => text.slice(range.start, range.end)),
      ['"key": "k"', '"encrypt" : true'],
    );
    assert.deepEqual(valuesOf(block), { key: 'k', encrypt: true });
  });

  for (const [what, text] of [
    ['objects', '{"terraform": {"backend": {"s3": {"key": "k"}}}}'],
    ['arrays', '[{"terraform": [{"backend": [{"s3": [{"key": "k"}]}]}]}]'],
    [
      'a member before it',
      '{"terraform": [{"required_version": "x"}, {"backend": {"s3": {"key": "k"}}}]}',
    ],
    ['comments', '{"//": {}, "terraform": {"//": [], "backend": {"s3": {"//": "x", "key": "k"}}}}'],
    ['a byte order mark', '\ufeff{"terraform": {"backend": {"s3": {"key": "k"}}}}'],
    [
      'escaped names',
      '{"terr\\u0061form": {"backend": {"s3": {"k\\u0065y": "k"}}}, "x": "terraform"}',
    ],
    [
      'a mistake elsewhere',
      '{"resource": {"a": [1, 2,, "]"]}, "terraform": {"backend": {"s3": {"key": "k"}}}, oops',
    ],
  ] as const) {
    it(`is found among ${what}`, async () => {
      assert.deepEqual(valuesOf(await read(text)), { key: 'k' });
    });
  }

  it('is not found where Terraform would not look', () => {
    for (const text of [
      '{"backend": {"s3": {}}, "terraform": {}}',
      '{"x": {"terraform": {"backend": {"s3": {}}}}}',
      '{"terraform": "backend"}',
      '{"terraform": {"backend": "s3"}}',
      '"terraform backend"',
      '',
    ]) {
      assert.deepEqual(findJsonBlocks(text, false).blocks, [], text);
    }
  });

  it('takes strings as they are, in form C; only OpenTofu sees templates in them', async () => {
    const text = wrap('{"key": "${\\"x\\"}", "bucket": "e\\u0301", "n": {"m": "%{if}"}}');
    const asTofu = valuesOf(await read(text, 'file:///w/main.tofu.json'));
    assert.deepEqual(valuesOf(await read(text)), { key: '${"x"}', bucket: 'é', n: { m: '%{if}' } });
    assert.equal(asTofu['key'], 'expression "${\\"x\\"}"');
    assert.equal(asTofu['n'], 'expression {"m": "%{if}"}');
  });

  it('has no value for a number that would change', async () => {
    const values = valuesOf(await read(wrap('{"a": 12, "b": 12345678901234567890, "c": 1.50}')));
    assert.deepEqual(values, {
      a: 12,
      b: 'expression 12345678901234567890',
      c: 'expression 1.50',
    });
  });

  it('keeps the last good values while somebody is typing', async () => {
    const reader = new ModuleReader({
      read: () => Promise.reject(new Error('this is not HCL')),
      forget: () => undefined,
    });
    const file = 'file:///w/main.tf.json';
    const parseOf = async (body: string): Promise<string> => {
      const block = only((await reader.read(file, wrap(body))).blocks);
      return `${block.parse} ${JSON.stringify(valuesOf(block))}`;
    };
    assert.equal(await parseOf('{"key": '), 'unparsed {}');
    assert.equal(await parseOf('{"key": "k"}'), 'current {"key":"k"}');
    assert.equal(await parseOf('{"key": "k",}'), 'lastGood {"key":"k"}');
    assert.equal(await parseOf('{"key": "k", "key": "l"}'), 'lastGood {"key":"k"}');
    reader.forget(file);
    assert.equal(await parseOf('{"key": "k",}'), 'unparsed {}');
  });

  it('may be two, which somebody has to object to; a cloud block is one as well', async () => {
    const two = '{"terraform": [{"backend": {"s3": {}}}, {"backend": {"s3": {}}, "cloud": {}}]}';
    const { blocks, cloud } = await new JsonBlockReader().read('a.tf.json', two);
    assert.equal(blocks.length, 2);
    assert.deepEqual(
      cloud.map(({ start, end }) => two.slice(start, end)),
      ['"cloud": {}'],
    );
  });

  it('never throws, and names only places inside the text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"terraform"',
      '"backend"',
      '"s3"',
      '"',
      '\\',
      '"key"',
      '1',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        const { blocks, cloud } = findJsonBlocks(text, true);
        const ranges = blocks.flatMap((block) => [
          block.range,
          ...(block.attributes ?? []).map(({ range }) => range),
        ]);
        for (const { start, end } of [...ranges, ...cloud]) {
          assert.ok(0 <= start && start < end && end <= text.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is found in any valid document that has one', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.integer({ min: 0, max: 3 }),
        (before, after, indent) => {
          const s3 = { before, key: 'k', after };
          const text = JSON.stringify(
            { before, terraform: { before, backend: { s3 }, after }, after },
            undefined,
            indent,
          );
          const block = only(findJsonBlocks(text, false).blocks);
          assert.deepEqual(
            block.attributes?.map(({ name }) => name),
            ['before', 'key', 'after'],
          );
        },
      ),
    );
  });
});
