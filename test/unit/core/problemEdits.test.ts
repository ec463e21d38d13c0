import assert from 'node:assert/strict';
import fc from 'fast-check';
import { editBlock } from '../../../src/core/problemEdits';
import type { BlockEdit } from '../../../src/core/problems';
import { readBlock, valuesOf } from '../../support/blockReading';

const lockFile: BlockEdit = {
  kind: 'add',
  name: 'use_lockfile',
  value: 'true',
  after: ['dynamodb_table', 'region', 'key'],
};
const noTable: BlockEdit = { kind: 'remove', name: 'dynamodb_table' };

const file = (body: string): string =>
  `# before\nterraform {\n  backend "s3" {${body}}\n}\n# after\n`;

async function apply(text: string, ...edits: BlockEdit[]): Promise<string> {
  const block = await readBlock(text);
  const edit = editBlock(text, block, edits);
  assert.ok(edit, 'there is an edit');
  assert.ok(block.range.start <= edit.range.start && edit.range.end <= block.range.end);
  return text.slice(0, edit.range.start) + edit.text + text.slice(edit.range.end);
}

const cases: readonly (readonly [string, string, readonly BlockEdit[], string])[] = [
  [
    'adds behind the anchor, and aligns',
    '\n    bucket = "b"\n    region = "r"\n\n    encrypt = true\n  ',
    [lockFile],
    '\n    bucket       = "b"\n    region       = "r"\n    use_lockfile = true\n\n    encrypt = true\n  ',
  ],
  [
    'adds beside the table',
    '\n    dynamodb_table = "t"\n    region         = "r"\n  ',
    [lockFile],
    '\n    dynamodb_table = "t"\n    use_lockfile   = true\n    region         = "r"\n  ',
  ],
  [
    'removes, and aligns what stays',
    '\n    region         = "r"\n    dynamodb_table = "t" # gone, too\n    use_lockfile   = true\n  ',
    [noTable],
    '\n    region       = "r"\n    use_lockfile = true\n  ',
  ],
  [
    'removes between two groups',
    '\n    key = "k"\n\n    dynamodb_table = "t"\n    # note\n    region = "r"\n  ',
    [noTable],
    '\n    key = "k"\n\n    # note\n    region = "r"\n  ',
  ],
  ['opens an empty block', '', [lockFile], '\n    use_lockfile = true\n  '],
  [
    'opens a block on one line',
    ' key = "k" ',
    [lockFile],
    '\n    key          = "k"\n    use_lockfile = true\n  ',
  ],
  [
    'leaves objects and their insides as they are',
    '\n    key = "k"\n    endpoints = {\n      dynamodb_table = "x"\n      s3 = "y"\n    }\n  ',
    [lockFile],
    '\n    key          = "k"\n    use_lockfile = true\n    endpoints = {\n      dynamodb_table = "x"\n      s3 = "y"\n    }\n  ',
  ],
  [
    'adds behind the last attribute where no anchor is there',
    '\n    bucket = "b"\n    endpoints = {\n      s3 = "y"\n    }\n  ',
    [lockFile],
    '\n    bucket = "b"\n    endpoints = {\n      s3 = "y"\n    }\n    use_lockfile = true\n  ',
  ],
  [
    'keeps tabs and another width of indentation',
    '\n\tkey = "k"\n\tregion = "r"\n',
    [lockFile],
    '\n\tkey          = "k"\n\tregion       = "r"\n\tuse_lockfile = true\n',
  ],
  [
    'renames, and aligns',
    '\n    keyy = "k" # keyy = 1\n    b    = 1\n  ',
    [{ kind: 'rename', name: 'keyy', to: 'key' }],
    '\n    key = "k" # keyy = 1\n    b   = 1\n  ',
  ],
  [
    'does two things at once',
    '\n    key            = "k"\n    dynamodb_table = "t"\n  ',
    [lockFile, noTable],
    '\n    key          = "k"\n    use_lockfile = true\n  ',
  ],
  [
    'leaves dollar signs alone',
    '\n    key = "$&$1$$"\n  ',
    [lockFile],
    '\n    key          = "$&$1$$"\n    use_lockfile = true\n  ',
  ],
];

describe('editing a backend block', () => {
  for (const [what, before, edits, after] of cases) {
    it(what, async () => {
      assert.equal(await apply(file(before), ...edits), file(after));
      const windows = (text: string): string => text.replaceAll('\n', '\r\n');
      assert.equal(await apply(windows(file(before)), ...edits), windows(file(after)));
    });
  }

  it('undoes an added attribute by removing it', async () => {
    const text = file('\n    key    = "k"\n    region = "r"\n  ');
    const added = await apply(text, lockFile);
    assert.equal(await apply(added, { kind: 'remove', name: 'use_lockfile' }), text);
  });

  it('refuses what does not fit, or a text that is not the one that was read', async () => {
    const text = file('\n    key = "k"\n    use_lockfile = true\n  ');
    const block = await readBlock(text);
    assert.equal(editBlock(text, block, [lockFile]), undefined);
    assert.equal(editBlock(text, block, [noTable]), undefined);
    assert.equal(editBlock(text, block, [{ kind: 'rename', name: 'x', to: 'y' }]), undefined);
    const remove: BlockEdit = { kind: 'remove', name: 'use_lockfile' };
    assert.ok(editBlock(text, block, [remove]));
    assert.equal(editBlock(`x${text}`, block, [remove]), undefined);
    assert.equal(editBlock(text.replace('key =', 'kye ='), block, [remove]), undefined);
    assert.equal(editBlock(text, { ...block, parse: 'lastGood' }, [remove]), undefined);
  });

  it('refuses to remove an attribute that shares its lines', async () => {
    const text = file('\n    dynamodb_table = <<-X\n      t\n    X\n    key = "k"\n  ');
    assert.equal(editBlock(text, await readBlock(text), [noTable]), undefined);
  });

  it('changes nothing else, whatever the block holds', async () => {
    const name = fc.constantFrom('bucket', 'key', 'region', 'encrypt', 'dynamodb_table', 'profile');
    const value = fc.constantFrom(
      '"x"',
      '"a = b"',
      '"# no"',
      'true',
      '[\n  "a",\n  "b",\n]',
      '{ a = "b" }',
    );
    const gap = fc.constantFrom('\n', '\n\n', '\n# note\n', ' # note\n', '\n\t');
    const pair = fc.tuple(name, value, fc.nat(3), gap);
    const body = fc.uniqueArray(pair, { selector: ([of]) => of, minLength: 1 });
    await fc.assert(
      fc.asyncProperty(body, async (pairs) => {
        const lines = pairs.map(([of, is, wide, end]) => `${of}${' '.repeat(wide)}= ${is}${end}`);
        const text = file(`\n${lines.join('')}`);
        const before = valuesOf(await readBlock(text));
        const after = valuesOf(await readBlock(await apply(text, lockFile)));
        assert.deepEqual(after, { ...before, use_lockfile: true });
      }),
      { numRuns: 150 },
    );
  });
});
