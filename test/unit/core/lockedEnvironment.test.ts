import assert from 'node:assert/strict';
import type { Attribute, BackendBlock } from '../../../src/core/backendBlock';
import { lockedEnvironment, namesItsState } from '../../../src/core/lockedEnvironment';

describe('The environment of a locked terminal', () => {
  it('switches locking off for each command that takes the option, and for no other', () => {
    const values = lockedEnvironment({}, { workspace: 'default' });
    const names = Object.keys(values).sort();
    assert.deepEqual(names, [
      'TF_CLI_ARGS_apply',
      'TF_CLI_ARGS_destroy',
      'TF_CLI_ARGS_import',
      'TF_CLI_ARGS_plan',
      'TF_CLI_ARGS_refresh',
      'TF_CLI_ARGS_state_mv',
      'TF_CLI_ARGS_state_push',
      'TF_CLI_ARGS_state_replace_provider',
      'TF_CLI_ARGS_state_rm',
      'TF_CLI_ARGS_taint',
      'TF_CLI_ARGS_untaint',
      'TF_WORKSPACE',
    ]);
    const args = names.filter((name) => name.startsWith('TF_CLI_ARGS'));
    assert.ok(args.every((name) => values[name] === '-lock=false'));
  });

  it('keeps what is there, in front of its own', () => {
    const existing = {
      TF_CLI_ARGS_plan: '-lock=true -parallelism=5 ',
      TF_CLI_ARGS_apply: null,
      TF_CLI_ARGS_init: '-upgrade',
    };
    const values = lockedEnvironment(existing, { workspace: 'default' });
    assert.equal(values['TF_CLI_ARGS_plan'], '-lock=true -parallelism=5 -lock=false');
    assert.equal(values['TF_CLI_ARGS_apply'], '-lock=false');
    assert.equal(values['TF_CLI_ARGS_init'], undefined);
  });

  it('fixes the workspace, and the data directory where it is given', () => {
    const values = lockedEnvironment(
      { TF_WORKSPACE: 'other', TF_DATA_DIR: '.tf' },
      { workspace: 'prod', dataDirectory: '/w/net/.tf' },
    );
    assert.equal(values['TF_WORKSPACE'], 'prod');
    assert.equal(values['TF_DATA_DIR'], '/w/net/.tf');
    assert.ok(!('TF_DATA_DIR' in lockedEnvironment({}, { workspace: 'prod' })));
  });
});

describe('A backend block that names its state', () => {
  const range = { start: 0, end: 0 };
  const block = (
    values: Readonly<Record<string, string | undefined>>,
    more: Partial<BackendBlock> = {},
  ): { block: BackendBlock } => ({
    block: {
      type: 's3',
      range,
      parse: 'current',
      attributes: Object.entries(values).map(([name, value]): Attribute => ({
        name,
        range,
        value:
          value === undefined ? { kind: 'expression', text: 'var.x' } : { kind: 'literal', value },
      })),
      ...more,
    },
  });
  const whole = { bucket: 'acme', key: 'net.tfstate' };

  it('has every attribute that tells one state from another as a constant', () => {
    assert.equal(namesItsState(block(whole)), true);
    assert.equal(namesItsState(block({ path: 'net' }, { type: 'consul' })), true);
  });

  it('is none where a part comes from elsewhere, or nothing is known of its kind', () => {
    for (const other of [
      block({ key: 'net.tfstate' }),
      block({}),
      block({ ...whole, bucket: undefined }),
      block(whole, { parse: 'lastGood' }),
      block(whole, { evaluatedBy: 'Terragrunt' }),
      block({ path: 'x.tfstate' }, { type: 'local' }),
      block(whole, { type: 'constructor' }),
    ]) {
      assert.equal(namesItsState(other), false);
    }
  });
});
