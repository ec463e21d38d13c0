import assert from 'node:assert/strict';
import type { BackendBlock } from '../../../src/core/backendBlock';
import { effectiveBlocks } from '../../../src/core/effectiveBlocks';
import type { FoundBlock, GeneratedFile } from '../../../src/core/resolution';

const range = { start: 0, end: 9 };

function block(values: Readonly<Record<string, string>>, type = 's3'): BackendBlock {
  const attributes = Object.entries(values).map(
    ([name, value]) => ({ name, range, value: { kind: 'literal', value } }) as const,
  );
  return { type, range, attributes, parse: 'current' };
}

function written(file: string, values: Readonly<Record<string, string>>, type = 's3'): FoundBlock {
  return { dir: 'file:///w', file: `file:///w/${file}`, block: block(values, type) };
}

function unit(
  values: Readonly<Record<string, string>>,
  generates?: GeneratedFile,
  more: Partial<BackendBlock> = {},
): FoundBlock {
  return {
    dir: 'file:///w',
    file: 'file:///w/terragrunt.hcl',
    block: { ...block(values), evaluatedBy: 'Terragrunt', ...more },
    ...(generates === undefined ? {} : { generates }),
  };
}

/** What counts: file and values of each block, or the conflict. */
function counting(...found: FoundBlock[]): unknown[] {
  return effectiveBlocks(found).map(({ found: one, conflict }) => {
    const values = one.block.attributes.map(({ name, value }) =>
      value.kind === 'literal' ? `${name}=${String(value.value)}` : name,
    );
    return conflict ?? `${one.file.slice('file:///w/'.length)}: ${values.join(' ')}`;
  });
}

const clash = (...names: string[]): string =>
  `there is more than one backend block in this directory (${names.join(', ')})`;

describe('a Terragrunt unit beside backend blocks of Terraform files (documented behaviour)', () => {
  const generated = { file: 'backend.tf' };

  it('counts alone where there are none', () => {
    assert.deepEqual(counting(unit({ key: 'a' })), ['terragrunt.hcl: key=a']);
    assert.deepEqual(counting(unit({ key: 'a' }, generated)), ['terragrunt.hcl: key=a']);
  });

  it('is given to terraform init over the block that is there', () => {
    assert.deepEqual(counting(written('main.tf', {}), unit({ key: 'a' })), [
      'terragrunt.hcl: key=a',
    ]);
    assert.deepEqual(counting(written('main.tf', { key: 'b', region: 'r' }), unit({ key: 'a' })), [
      'terragrunt.hcl: region=r key=a',
    ]);
  });

  it('is the same block as long as both are: it is resolved once', () => {
    const [own, given] = [written('main.tf', { region: 'r' }), unit({ key: 'a' })];
    assert.equal(effectiveBlocks([own, given])[0]?.found, effectiveBlocks([own, given])[0]?.found);
    const other = written('main.tf', { region: 's' });
    assert.notEqual(
      effectiveBlocks([own, given])[0]?.found,
      effectiveBlocks([other, given])[0]?.found,
    );
  });

  it('cannot be given to a block of another type, nor to two', () => {
    assert.deepEqual(counting(written('main.tf', {}, 'gcs'), unit({ key: 'a' })), [
      'the remote_state of Terragrunt is for "s3", the backend block in main.tf for "gcs"',
    ]);
    assert.deepEqual(counting(written('a.tf', {}), written('b.tf', {}), unit({ key: 'a' })), [
      clash('a.tf', 'b.tf'),
    ]);
  });

  it('takes nothing from the block that is there while it is not known itself', () => {
    const unknown = { text: 'include', why: 'x' };
    assert.deepEqual(
      counting(written('main.tf', { bucket: 'b', key: 'k' }), unit({}, undefined, { unknown })),
      ['terragrunt.hcl: '],
    );
  });

  it('overwrites the file that it generates', () => {
    assert.deepEqual(counting(written('backend.tf', { key: 'b' }), unit({ key: 'a' }, generated)), [
      'terragrunt.hcl: key=a',
    ]);
    const own = unit({ key: 'a' }, { file: './backend.tf' });
    assert.deepEqual(counting(written('backend.tf', { key: 'b' }), own), ['terragrunt.hcl: key=a']);
  });

  it('leaves that file with if_exists = "skip", and where it is not known what it would write', () => {
    const keeps = { ...generated, keepsExisting: true };
    const there = written('backend.tf', { key: 'b' });
    assert.deepEqual(counting(there, unit({ key: 'a' }, keeps)), ['backend.tf: key=b']);
    const unknown = { text: 'x', why: 'y' };
    assert.deepEqual(counting(there, unit({}, generated, { unknown })), ['backend.tf: key=b']);
    assert.deepEqual(counting(unit({ key: 'a' }, keeps)), ['terragrunt.hcl: key=a']);
  });

  it('clashes with a block of another file, as Terraform says', () => {
    assert.deepEqual(counting(written('main.tf', { key: 'b' }), unit({ key: 'a' }, generated)), [
      clash('backend.tf', 'main.tf'),
      clash('backend.tf', 'main.tf'),
    ]);
    assert.deepEqual(counting(written('backend.tf', { key: 'b' }), unit({ key: 'a' }, {})), [
      clash('backend.tf', 'terragrunt.hcl'),
      clash('backend.tf', 'terragrunt.hcl'),
    ]);
  });

  it('is overridden by an override file, or overrides when it writes one', () => {
    assert.deepEqual(
      counting(written('x_override.tf', { key: 'b' }), unit({ key: 'a' }, generated)),
      ['x_override.tf: key=b'],
    );
    assert.deepEqual(
      counting(written('main.tf', { key: 'b' }), unit({ key: 'a' }, { file: 'b_override.tf' })),
      ['terragrunt.hcl: key=a'],
    );
  });

  it('tells no state where Terragrunt gives the run what is not followed here', () => {
    const given = { ...unit({ key: 'a' }), notFollowed: 'iam_role' };
    const said = 'Terragrunt gives its runs iam_role, which is not followed here';
    assert.deepEqual(counting(given), [said]);
    assert.deepEqual(counting(written('main.tf', { key: 'b' }), given), [said]);
    const accompanying = { ...given, accompanies: true } as const;
    assert.deepEqual(counting(written('main.tf', { key: 'b' }), accompanying), [said]);
    assert.deepEqual(counting(accompanying), []);
  });

  it('tells no state of variables that Terragrunt may give other values', () => {
    const inputs = { ...unit({ region: 'r' }), givesVariables: true } as const;
    const plain = written('main.tf', { key: 'b' });
    const evaluated = { ...plain, block: { ...plain.block, evaluatedBy: 'OpenTofu' as const } };
    const said = 'Terragrunt gives its runs inputs, which is not followed here';
    assert.deepEqual(counting(plain, inputs), ['terragrunt.hcl: key=b region=r']);
    assert.deepEqual(counting(evaluated, inputs), [said]);
    const accompanying = { ...inputs, accompanies: true } as const;
    assert.deepEqual(counting(plain, accompanying), ['main.tf: key=b']);
    assert.deepEqual(counting(evaluated, accompanying), [said]);
  });
});
