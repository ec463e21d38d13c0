import assert from 'node:assert/strict';
import type { Environment } from '../../../../src/backends/backend';
import { s3State, type LockFilePlace } from '../../../../src/backends/s3/s3Backend';
import { readS3Config, type LockFileSettings } from '../../../../src/backends/s3/s3Config';
import type { StateRef } from '../../../../src/core/stateRef';
import { blockOf } from '../../../support/awsBlocks';
import { only } from '../../../support/fakes';

const least = { bucket: 'b', key: 'k/terraform.tfstate', region: 'eu-west-1' };
const file = 'Lock file k/terraform.tfstate.tflock in bucket b';
const table = 'DynamoDB table locks in eu-west-1';

function stateOf(
  attributes: Record<string, unknown>,
  environment: Environment = {},
  workspace = 'default',
): StateRef {
  const result = readS3Config(blockOf({ ...least, ...attributes }), environment);
  assert.ok(result.ok);
  return s3State(result.config, workspace);
}

function settingsOf(attributes: Record<string, unknown>, environment?: Environment): unknown {
  const state = stateOf({ use_lockfile: true, ...attributes }, environment);
  return (only(state.places).config as LockFilePlace).settings;
}

describe('the lock places of a state', () => {
  const modes: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    ['none', {}, []],
    ['none where use_lockfile is false', { use_lockfile: false }, []],
    ['the table', { dynamodb_table: 'locks' }, [table]],
    ['the lock file', { use_lockfile: true }, [file]],
    ['the lock file for "true" in quotes', { use_lockfile: 'true', dynamodb_table: '' }, [file]],
    [
      'both, in the order in which Terraform takes them',
      { dynamodb_table: 'locks', use_lockfile: true },
      [file, table],
    ],
  ];
  for (const [what, attributes, expected] of modes) {
    it(`are ${what}`, () => {
      assert.deepEqual(
        stateOf(attributes).places.map(({ label }) => label),
        expected,
      );
    });
  }

  it('have names of their own in every mode', () => {
    const ids = modes.map(([, attributes]) => stateOf(attributes).id);
    assert.equal(new Set(ids).size, 4);
    const places = modes.flatMap(([, attributes]) => stateOf(attributes).places);
    assert.equal(new Set(places.map(({ id }) => id)).size, 2);
    assert.equal(new Set(places.map(({ batchKey }) => batchKey)).size, 2);
  });

  it('lie beside the state of the workspace', () => {
    const { places } = stateOf({ use_lockfile: true }, {}, 'dev');
    const { key } = only(places).config as LockFilePlace;
    assert.equal(key, 'env:/dev/k/terraform.tfstate.tflock');
  });

  it('show no secret in what identifies them', () => {
    const key = Buffer.alloc(32, 9).toString('base64');
    const state = stateOf({ use_lockfile: true, sse_customer_key: key, encrypt: true });
    const { id, batchKey, label, facts, config } = only(state.places);
    const shown = JSON.stringify([state.id, state.facts, id, batchKey, label, facts]);
    assert.ok(JSON.stringify(config).includes(key));
    assert.ok(!shown.includes(key));
  });
});

describe('how a lock file is written', () => {
  const key = Buffer.alloc(32, 9).toString('base64');
  const plainly: LockFileSettings = { encrypt: false, skipChecksum: false };
  const table: readonly (readonly [
    string,
    Record<string, unknown>,
    Environment,
    LockFileSettings,
  ])[] = [
    ['plainly by default', {}, {}, plainly],
    [
      'encrypted with a KMS key',
      { encrypt: 'true', kms_key_id: 'alias/x' },
      {},
      { ...plainly, encrypt: true, kmsKeyId: 'alias/x' },
    ],
    [
      "with a customer's key from the block",
      { sse_customer_key: key },
      { AWS_SSE_CUSTOMER_KEY: 'other' },
      { ...plainly, sseCustomerKey: key },
    ],
    [
      "with a customer's key from the environment",
      {},
      { AWS_SSE_CUSTOMER_KEY: key },
      { ...plainly, sseCustomerKey: key },
    ],
    [
      'with an ACL and without a checksum',
      { acl: 'private', skip_s3_checksum: true },
      {},
      { ...plainly, acl: 'private', skipChecksum: true },
    ],
  ];
  for (const [what, attributes, environment, expected] of table) {
    it(`is told by the block: ${what}`, () => {
      assert.deepEqual(settingsOf(attributes, environment), expected);
    });
  }
});
