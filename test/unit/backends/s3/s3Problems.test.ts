import assert from 'node:assert/strict';
import type { ModuleFacts } from '../../../../src/core/problems';
import { s3Attributes } from '../../../../src/backends/s3/s3Attributes';
import { s3Problems } from '../../../../src/backends/s3/s3Problems';
import { blockOf, Expression, type Attributes } from '../../../support/awsBlocks';

const base = { bucket: 'b', key: 'k', region: 'eu-west-1' };
const locked = { ...base, use_lockfile: true };

interface Row {
  readonly what: string;
  readonly attributes: Attributes;
  readonly versions?: readonly string[];
  readonly openTofu?: true;
  /** `severity code attribute: title of each fix | …` */
  readonly expected: readonly string[];
}

const lockFileFix = 'Add use_lockfile = true';
const tableFix = 'Add dynamodb_table = "terraform-locks"';
const step1 = `Migration, step 1 of 2: ${lockFileFix}`;
const step2 = 'Migration, step 2 of 2: Remove dynamodb_table';

const table: readonly Row[] = [
  {
    what: 'no locking, any version',
    attributes: base,
    expected: [
      `warning no-locking: ${lockFileFix} (needs Terraform 1.10 or later)* | ${tableFix} (works before Terraform 1.10, too)`,
    ],
  },
  {
    what: 'no locking, new versions only',
    attributes: base,
    versions: ['>= 1.11'],
    expected: [`warning no-locking: ${lockFileFix}*`],
  },
  {
    what: 'no locking, old versions only',
    attributes: base,
    versions: ['~> 1.5.0'],
    expected: [`warning no-locking: ${tableFix}*`],
  },
  {
    what: 'no locking, versions of two files',
    attributes: base,
    versions: ['>= 1.2', '< 1.10'],
    expected: [`warning no-locking: ${tableFix}*`],
  },
  {
    what: 'no locking in OpenTofu',
    attributes: base,
    versions: ['>= 1.10'],
    openTofu: true,
    expected: [`warning no-locking: ${lockFileFix}*`],
  },
  {
    what: 'locking switched off, null and empty',
    attributes: { ...base, use_lockfile: false, dynamodb_table: null },
    versions: ['>= 1.11'],
    expected: [`warning no-locking: ${lockFileFix}*`],
  },
  { what: 'a lock file', attributes: locked, expected: [] },
  { what: 'a lock file, as text', attributes: { ...base, use_lockfile: 'true' }, expected: [] },
  { what: 'partial configuration', attributes: { region: 'eu-west-1' }, expected: [] },
  { what: 'an empty block', attributes: {}, expected: [] },
  {
    what: 'use_lockfile is an expression',
    attributes: { ...base, use_lockfile: new Expression('var.lock') },
    expected: ['information expression use_lockfile: '],
  },
  {
    what: 'a table, any version',
    attributes: { ...base, dynamodb_table: 't' },
    expected: [
      `information dynamodb-table-deprecated dynamodb_table: ${step1} (needs Terraform 1.10 or later)*`,
    ],
  },
  {
    what: 'a table, new versions',
    attributes: { ...base, dynamodb_table: 't' },
    versions: ['~> 1.11'],
    expected: [`information dynamodb-table-deprecated dynamodb_table: ${step1}*`],
  },
  {
    what: 'a table, 1.10 only',
    attributes: { ...base, dynamodb_table: 't' },
    versions: ['~> 1.10.0'],
    expected: [],
  },
  {
    what: 'a table, old versions',
    attributes: { ...base, dynamodb_table: 't' },
    versions: ['< 1.11'],
    expected: [],
  },
  {
    what: 'a table in OpenTofu',
    attributes: { ...base, dynamodb_table: 't' },
    versions: ['>= 1.11'],
    openTofu: true,
    expected: [],
  },
  {
    what: 'both, new versions',
    attributes: { ...locked, dynamodb_table: 't' },
    versions: ['>= 1.11'],
    expected: [`information both-locks dynamodb_table: ${step2}*`],
  },
  {
    what: 'both, any version, with the endpoint of the table',
    attributes: { ...locked, dynamodb_table: 't', dynamodb_endpoint: 'http://127.0.0.1' },
    expected: [`information both-locks dynamodb_table: ${step2} and dynamodb_endpoint`],
  },
  {
    what: 'use_lockfile in an old version',
    attributes: locked,
    versions: ['~> 1.9.0'],
    expected: ['error attribute-too-new use_lockfile: '],
  },
  ...['/k', 'k/', '/'].map((key): Row => ({
    what: `key ${key}`,
    attributes: { ...locked, key },
    expected: ['error invalid-key key: '],
  })),
  {
    what: 'key a//b',
    attributes: { ...locked, key: 'a//b' },
    expected: ['error invalid-key key: '],
  },
  {
    what: 'key a//b in OpenTofu',
    attributes: { ...locked, key: 'a//b' },
    openTofu: true,
    expected: [],
  },
  {
    what: 'an empty key',
    attributes: { ...locked, key: '' },
    expected: ['error invalid-key key: '],
  },
  {
    what: 'an empty bucket',
    attributes: { ...locked, bucket: ' ' },
    expected: ['error invalid-bucket bucket: '],
  },
  ...['/w', 'w/'].map((prefix): Row => ({
    what: `workspace_key_prefix ${prefix}`,
    attributes: { ...locked, workspace_key_prefix: prefix },
    expected: ['error invalid-workspace-key-prefix workspace_key_prefix: '],
  })),
  {
    what: 'an empty workspace_key_prefix',
    attributes: { ...locked, workspace_key_prefix: '' },
    expected: [],
  },
  {
    what: 'a removed attribute, any version',
    attributes: { ...locked, role_arn: 'arn:aws:iam::123456789012:role/r' },
    expected: ['warning removed-attribute role_arn: '],
  },
  {
    what: 'a removed attribute, new versions',
    attributes: { ...locked, role_arn: 'r' },
    versions: ['>= 1.10'],
    expected: ['error removed-attribute role_arn: '],
  },
  {
    what: 'a removed attribute, old versions',
    attributes: { ...base, dynamodb_table: 't', role_arn: 'r' },
    versions: ['~> 1.9.0'],
    expected: [],
  },
  {
    what: 'a removed attribute in OpenTofu',
    attributes: { ...locked, role_arn: 'r' },
    openTofu: true,
    expected: [],
  },
  {
    what: 'an unknown attribute near a known one',
    attributes: { ...base, use_lokfile: true, dynamodb_table: 't' },
    versions: ['< 1.11'],
    expected: ['warning unknown-attribute use_lokfile: Rename to use_lockfile*'],
  },
  {
    what: 'an unknown attribute whose nearest is already there',
    attributes: { ...locked, keyy: 'k' },
    expected: ['warning unknown-attribute keyy: '],
  },
  {
    what: 'an unknown attribute far from all',
    attributes: { ...locked, lock_timeout_in_minutes: 3 },
    expected: ['warning unknown-attribute lock_timeout_in_minutes: '],
  },
  {
    what: 'an expression',
    attributes: { ...locked, key: new Expression('"${var.app}/state"') },
    expected: ['information expression key: '],
  },
];

const problemsOf = (attributes: Attributes, facts: Partial<ModuleFacts> = {}) =>
  s3Problems(blockOf(attributes), { requiredVersions: [], openTofu: false, ...facts });

describe('problems of an S3 backend block', () => {
  for (const { what, attributes, versions = [], openTofu = false, expected } of table) {
    it(what, () => {
      const problems = problemsOf(attributes, { requiredVersions: versions, openTofu });
      const lines = problems.map(({ severity, code, attribute, fixes }) => {
        const titles = fixes.map(
          (fix) => fix.title + (fix.kind === 'edit' && fix.preferred ? '*' : ''),
        );
        return `${[severity, code, attribute].filter(Boolean).join(' ')}: ${titles.join(' | ')}`;
      });
      assert.deepEqual(lines, expected);
    });
  }

  it('name the expression, but never one that may hold a secret', () => {
    const text = '"shown-${var.x}"';
    const secrets =
      /^(access_key|secret_key|token|sse_customer_key|assume_role|assume_role_with_web_identity|external_id|(?!use_).*endpoints?|https?_proxy|unknown)$/;
    for (const name of [...s3Attributes.keys(), 'unknown']) {
      const problem = problemsOf({ ...locked, [name]: new Expression(text) }).find(
        ({ code }) => code === 'expression',
      );
      assert.ok(problem, name);
      assert.ok(problem.message.includes(name), name);
      assert.equal(problem.message.includes('shown-'), !secrets.test(name), name);
    }
  });

  it('say what to write instead of a removed attribute', () => {
    const [problem] = problemsOf({ ...locked, session_name: 's' });
    assert.match(problem?.message ?? '', /assume_role = \{ session_name = … \}/);
  });

  it('are not looked for in a block that does not parse just now', () => {
    for (const parse of ['lastGood', 'unparsed'] as const) {
      const problems = s3Problems(blockOf(base, parse), { requiredVersions: [], openTofu: false });
      assert.deepEqual(problems, []);
    }
  });

  it('quote what is written in messages without losing a word', () => {
    for (const { message } of table.flatMap(({ attributes }) => problemsOf(attributes))) {
      assert.match(message, /^[\w"].*[.?]$/);
      assert.doesNotMatch(message, /undefined|\[object/);
    }
  });
});
