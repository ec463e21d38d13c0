import assert from 'node:assert/strict';
import { LocalGateway } from '../../../src/backends/localGateway';
import { s3Backend } from '../../../src/backends/s3/s3Backend';
import type { Attribute, BackendBlock } from '../../../src/core/backendBlock';
import type { Resolution } from '../../../src/core/resolution';
import { hostOf } from '../../support/awsBlocks';

const range = { start: 0, end: 1 };
const literals = { bucket: 'b', key: 'k', region: 'eu-west-1', dynamodb_table: 't' };
const attributes = Object.entries(literals).map(([name, value]): Attribute => ({
  name,
  range,
  value: { kind: 'literal', value },
}));

function resolve(block: Partial<BackendBlock>): Promise<Resolution> {
  const whole: BackendBlock = { type: 's3', range, attributes, parse: 'current', ...block };
  return new LocalGateway([s3Backend], hostOf()).resolve(whole, {});
}

describe('a block whose values were evaluated', () => {
  it('says beside its state by whose rules', async () => {
    const plain = await resolve({});
    const evaluated = await resolve({ evaluatedBy: 'OpenTofu' });
    assert.ok(plain.kind === 'state' && evaluated.kind === 'state');
    const fact = { label: 'Evaluated as', value: "OpenTofu's early evaluation" };
    assert.deepEqual(evaluated.state, { ...plain.state, facts: [...plain.state.facts, fact] });
  });

  it('names an expression without a value, and why it has none', async () => {
    const key: Attribute = {
      name: 'key',
      range,
      value: { kind: 'expression', text: 'var.env', why: 'var.env has no value here' },
    };
    const others = attributes.filter(({ name }) => name !== 'key');
    const resolution = await resolve({ attributes: [...others, key] });
    assert.ok(resolution.kind === 'unresolved');
    assert.match(resolution.error.detail ?? '', /key = var\.env \(var\.env has no value here\)/);
  });
});
