import assert from 'node:assert/strict';
import type { BackendBlock } from '../../../src/core/backendBlock';
import {
  BackendBlockReader,
  type BackendBlockReaderOptions,
  type Evaluate,
} from '../../../src/hcl/backendBlocks';
import { parseBackendBlock } from '../../../src/hcl/hclParser';

const yieldNow = (): Promise<void> => Promise.resolve();

const realEvaluate: Evaluate = (slice) => {
  const outcome = parseBackendBlock(slice);
  return Promise.resolve(outcome.kind === 'values' ? outcome.values : null);
};

/** An evaluation that counts its slices. */
function counting(evaluate: Evaluate = realEvaluate): { slices: string[]; evaluate: Evaluate } {
  const slices: string[] = [];
  return {
    slices,
    evaluate: (slice) => {
      slices.push(slice);
      return evaluate(slice);
    },
  };
}

function create(
  evaluate = realEvaluate,
  options: BackendBlockReaderOptions = {},
): BackendBlockReader {
  return new BackendBlockReader(evaluate, yieldNow, options);
}

function file(body: string, type = 's3'): string {
  return `terraform {\n  backend "${type}" {\n${body}\n  }\n}\n`;
}

/** `s3 current: key = "k", region ~ var.r` */
function describeBlock({ type, parse, attributes }: BackendBlock): string {
  const parts = attributes.map(({ name, value }) =>
    value.kind === 'literal'
      ? `${name} = ${JSON.stringify(value.value)}`
      : `${name} ~ ${value.text}`,
  );
  return parts.length === 0 ? `${type} ${parse}` : `${type} ${parse}: ${parts.join(', ')}`;
}

async function read(reader: BackendBlockReader, text: string, key = 'main.tf'): Promise<string[]> {
  return (await reader.read(key, text)).blocks.map(describeBlock);
}

describe('BackendBlockReader', () => {
  it('tells literals from expressions by the text, not by what the parser returns', async () => {
    const body = 'a = "$${var.x}"\nb = "${var.x}"\nc = var.x\nd = [1, null]\ne = 12345678901234567';
    assert.deepEqual(await read(create(), file(body)), [
      's3 current: a = "${var.x}", b ~ "${var.x}", c ~ var.x, d = [1,null], e ~ 12345678901234567',
    ]);
  });

  it('reports ranges in the document', async () => {
    const text = `# é😀\r\n${file('key = var.k')}`;
    const [block] = (await create().read('main.tf', text)).blocks;
    assert.ok(block !== undefined);
    assert.equal(
      text.slice(block.range.start, block.range.end),
      'backend "s3" {\nkey = var.k\n  }',
    );
    const [attribute] = block.attributes;
    assert.equal(text.slice(attribute?.range.start, attribute?.range.end), 'key = var.k');
  });

  it('reports cloud blocks and required versions', async () => {
    const text =
      'terraform {\n  required_version = "~> 1.5"\n  cloud {\n    organization = "o"\n  }\n}\n';
    const result = await create().read('main.tf', text);
    assert.deepEqual(result.blocks, []);
    assert.deepEqual(
      result.cloud.map(({ start, end }) => text.slice(start, end)),
      ['cloud {\n    organization = "o"\n  }'],
    );
    assert.deepEqual(
      result.requiredVersions.map((version) => version.text),
      ['"~> 1.5"'],
    );
  });

  it('keeps attributes that JavaScript has names for', async () => {
    assert.deepEqual(await read(create(), file('__proto__ = 1\ntoString = 2')), [
      's3 current: __proto__ = 1, toString = 2',
    ]);
  });

  it('has only the blocks evaluated, each text once', async () => {
    const { slices, evaluate } = counting();
    const reader = create(evaluate);
    await read(reader, file('a = 1'));
    await read(reader, `locals {\n  broken = \n}\n${file('a = 1')}`);
    await read(reader, file('a = 1'), 'other.tf');
    await read(reader, 'resource "a" "b" {}');
    assert.deepEqual(slices, ['backend "s3" {\na = 1\n  }']);
  });

  it('remembers no more texts than it may', async () => {
    const { slices, evaluate } = counting();
    const reader = create(evaluate, { cacheSize: 2 });
    for (const n of [1, 2, 1, 3, 1, 2]) {
      await read(reader, file(`a = ${n}`));
    }
    assert.deepEqual(
      slices.map((slice) => /\d\n/.exec(slice)?.[0].trim()),
      ['1', '2', '3', '2'],
    );
  });

  it('shows the last good values while somebody types', async () => {
    const reader = create();
    const good = 's3 lastGood: key = "k", region ~ var.r';
    await read(reader, file('key = "k"\nregion = var.r'));
    for (const body of [
      'key = "k\nregion = var.r',
      'key =\nregion = var.',
      'ke',
      'key = "k"\nkey = "k"',
    ]) {
      assert.deepEqual(await read(reader, file(body)), [good], body);
    }
    assert.deepEqual(await read(reader, file('').replace('  }\n}', '')), [good]);
    assert.deepEqual(await read(reader, file('key = "l"')), ['s3 current: key = "l"']);
    assert.deepEqual(await read(reader, file('key =')), ['s3 lastGood: key = "l"']);
  });

  it('moves the ranges of last good values to where the attributes are now', async () => {
    const reader = create();
    await read(reader, file('key = "k"\nregion = "r"'));
    const text = `# a new line\n${file('region = "r\nx = 1')}`;
    const [block] = (await reader.read('main.tf', text)).blocks;
    assert.deepEqual(
      block?.attributes.map(({ name, range }) => [name, text.slice(range.start, range.end)]),
      [
        ['key', 'backend "s3" {'],
        ['region', 'region = "r'],
      ],
    );
  });

  it('has no values for a block that never parsed', async () => {
    const reader = create();
    assert.deepEqual(await read(reader, file('key =')), ['s3 unparsed']);
    await read(reader, file('key = "k"'));
    assert.deepEqual(await read(reader, file('key =', 'gcs')), ['gcs unparsed']);
    assert.deepEqual(await read(reader, file('key ='), 'other.tf'), ['s3 unparsed']);
  });

  it('tells several blocks of a file apart', async () => {
    const reader = create();
    await read(reader, file('a = 1') + file('a = 2') + file('a = 3', 'gcs'));
    assert.deepEqual(await read(reader, file('a =') + file('a = "') + file('a = 4', 'gcs')), [
      's3 lastGood: a = 1',
      's3 lastGood: a = 2',
      'gcs current: a = 4',
    ]);
  });

  it('forgets last good values when told to, and when the block is gone', async () => {
    const reader = create();
    await read(reader, file('a = 1'));
    reader.forget('main.tf');
    assert.deepEqual(await read(reader, file('a =')), ['s3 unparsed']);
    await read(reader, file('a = 1'));
    await read(reader, 'locals {}');
    assert.deepEqual(await read(reader, file('a =')), ['s3 unparsed']);
  });

  it('takes a failure of the evaluation for a text that does not parse, and tries again', async () => {
    let failing = true;
    const errors: unknown[] = [];
    const evaluate: Evaluate = (slice) =>
      failing ? Promise.reject(new Error('no thread')) : realEvaluate(slice);
    const reader = create(evaluate, { onEvaluationError: (error) => errors.push(error) });
    assert.deepEqual(await read(reader, file('a = 1')), ['s3 unparsed']);
    failing = false;
    assert.deepEqual(await read(reader, file('a = 1')), ['s3 current: a = 1']);
    assert.deepEqual(errors, [new Error('no thread')]);
  });

  it('does not let an overtaken read replace newer values', async () => {
    let releaseOld = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      releaseOld = resolve;
    });
    const reader = create(async (slice) => {
      if (slice.includes('old')) {
        await held;
      }
      return realEvaluate(slice);
    });
    const old = reader.read('main.tf', file('a = "old"'));
    const recent = await reader.read('main.tf', file('a = "new"'));
    releaseOld();
    const overtaken = await old;
    assert.deepEqual([recent.overtaken, overtaken.overtaken], [false, true]);
    assert.deepEqual(overtaken.blocks.map(describeBlock), ['s3 current: a = "old"']);
    assert.deepEqual(await read(reader, file('a =')), ['s3 lastGood: a = "new"']);
  });

  it('does not let a read bring back a document that was forgotten meanwhile', async () => {
    const reader = create();
    const pending = reader.read('main.tf', file('a = 1'));
    reader.forget('main.tf');
    await pending;
    assert.deepEqual(await read(reader, file('a =')), ['s3 unparsed']);
  });
});
