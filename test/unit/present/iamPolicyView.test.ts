import assert from 'node:assert/strict';
import type { CreateTableOutcome } from '../../../src/core/lockGateway';
import type { LockError } from '../../../src/core/lockError';
import { iamPermissions } from '../../../src/backends/s3/iamPermissions';
import {
  createTableConfirm,
  createTableResult,
  permissionsMarkdown,
} from '../../../src/present/iamPolicyView';
import { awsPlaceOf, blockOf } from '../../support/awsBlocks';
import { hostileTexts } from '../../support/samples';
import { rendered } from './renderedMarkdown';

const block = { bucket: 'b', key: 'k', region: 'eu-west-1', dynamodb_table: 't' };
const permissions = iamPermissions(blockOf(block), {});
const denied: LockError = {
  reason: 'denied',
  action: 'dynamodb:PutItem',
  resource: 'arn:aws:dynamodb:eu-west-1:123456789012:table/t',
};

describe('the document with the required policies', () => {
  it('holds every policy as it is, complete and readable by machines', () => {
    const text = permissionsMarkdown('k', permissions, []);
    const policies = [...text.matchAll(/^```json\n([^]*?)\n```$/gm)].map(
      (match) => JSON.parse(match[1] ?? '') as unknown,
    );
    assert.deepEqual(
      policies,
      permissions.levels.map(({ policy }) => JSON.parse(policy) as unknown),
    );
    for (const title of ['Watch locks', 'Acquire and release locks', 'Force unlock', 'Notes']) {
      assert.match(text, new RegExp(`^## ${title}$`, 'm'));
    }
    assert.doesNotMatch(text, /Missing|denied/);
  });

  it('marks what was refused, in the levels that need it', () => {
    const text = permissionsMarkdown('k', permissions, [denied, denied]);
    const marked = text
      .split(/^## /m)
      .filter((section) => section.includes('**Missing at the last attempt:** `dynamodb:PutItem`'))
      .map((section) => section.split('\n')[0]);
    assert.deepEqual(marked, ['Acquire and release locks']);
    assert.equal(text.split(`- \`dynamodb:PutItem\` on \`${denied.resource ?? ''}\``).length, 2);
  });

  it('marks an action that every level needs in every level', () => {
    const text = permissionsMarkdown('k', permissions, [{ ...denied, action: 'dynamodb:GetItem' }]);
    assert.equal(text.split('Missing at the last attempt').length, 4);
  });

  it('stays a document of three policies, whatever the key and the answer say', () => {
    for (const hostile of [...hostileTexts, '```', '`x`', '\n```\n# x']) {
      const of = iamPermissions(blockOf({ ...block, key: hostile, dynamodb_table: hostile }), {});
      const error = { ...denied, action: hostile, resource: hostile };
      const { tags } = rendered(permissionsMarkdown(hostile, of, [error]));
      assert.equal(tags.filter((tag) => tag === 'pre').length, of.levels.length + 1, hostile);
      assert.deepEqual(
        tags.filter((tag) => ['a', 'img', 'script', 'table', 'em'].includes(tag)),
        [],
      );
    }
  });
});

describe('creating a lock table, in words', () => {
  const place = awsPlaceOf({}, 'k', 'terraform-locks');

  it('shows before what will be made, where and by whom', () => {
    const identity = [{ label: 'Account', value: '123456789012' }];
    const { message, detail } = createTableConfirm(place, identity, true);
    assert.match(message, /terraform-locks/);
    for (const line of [
      'Table: terraform-locks',
      'Region: eu-west-1',
      'Account: 123456789012',
      'Key: LockID (String), no sort key',
      'Billing: on demand: nothing while idle, then per request',
      'Deletion protection: on',
    ]) {
      assert.ok(detail.split('\n').includes(line), line);
    }
    assert.match(createTableConfirm(place, [], false).detail, /Deletion protection: off/);
  });

  it('says after what came of it', () => {
    const outcomes: Record<CreateTableOutcome['kind'], readonly [CreateTableOutcome, RegExp]> = {
      created: [{ kind: 'created' }, /was created and is ready/],
      creating: [{ kind: 'creating', error: denied }, /not known to be ready yet.*PutItem/],
      exists: [{ kind: 'exists' }, /exists already.*Nothing was changed/],
      failed: [{ kind: 'failed', error: denied }, /dynamodb:PutItem.*not allowed/],
    };
    for (const [outcome, words] of Object.values(outcomes)) {
      assert.match(createTableResult(place, outcome).message, words);
    }
  });
});
