import assert from 'node:assert/strict';
import type { PermissionLevel, RequiredPermissions } from '../../../../src/core/permissions';
import { iamPermissions } from '../../../../src/backends/s3/iamPermissions';
import { partitionOf } from '../../../../src/backends/s3/iamResources';
import { blockOf, Expression, type Attributes } from '../../../support/awsBlocks';

const base = { bucket: 'acme', key: 'net/terraform.tfstate', region: 'eu-west-1' };
const tableArn = 'arn:aws:dynamodb:eu-west-1:*:table/locks';
const files = [
  'arn:aws:s3:::acme/net/terraform.tfstate.tflock',
  'arn:aws:s3:::acme/env:/*/net/terraform.tfstate.tflock',
];
const bucketArn = 'arn:aws:s3:::acme';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

function of(attributes: Attributes, environment = {}): RequiredPermissions {
  return iamPermissions(blockOf({ ...base, ...attributes }), environment);
}

function statements(permissions: RequiredPermissions, level: PermissionLevel): Statement[] {
  const found = permissions.levels.find((one) => one.level === level);
  assert.ok(found);
  const policy = JSON.parse(found.policy) as { Version: string; Statement: Statement[] };
  assert.equal(policy.Version, '2012-10-17');
  assert.equal(found.language, 'json');
  return policy.Statement;
}

/** Action to resources; fails where a statement is not a plain permission. */
function granted(
  permissions: RequiredPermissions,
  level: PermissionLevel,
): Record<string, unknown> {
  const list = statements(permissions, level);
  for (const { Sid, Effect } of list) {
    assert.match(Sid, /^[A-Za-z0-9]+$/);
    assert.equal(Effect, 'Allow');
  }
  assert.equal(new Set(list.map(({ Sid }) => Sid)).size, list.length);
  const resources: Record<string, string[]> = {};
  for (const { Action, Resource } of list) {
    for (const action of Action) {
      resources[action] = [...(resources[action] ?? []), ...Resource];
    }
  }
  return resources;
}

const table = { dynamodb_table: 'locks' };
const file = { use_lockfile: true };
const [t, f, b] = [[tableArn], files, [bucketArn]];
const states = files.map((arn) => arn.replace(/\.tflock$/, ''));

const readTable = { 'dynamodb:GetItem': t, 'dynamodb:BatchGetItem': t };
/** Optional: for the list of workspaces. */
const list = { 's3:ListBucket': b };
const readFile = { 's3:GetObject': f, 's3:ListBucket': b };

const goldens: readonly (readonly [
  string,
  Attributes,
  Record<PermissionLevel, Record<string, unknown>>,
])[] = [
  [
    'a table',
    table,
    {
      watch: { ...readTable, ...list },
      acquireAndRelease: {
        ...readTable,
        ...list,
        'dynamodb:PutItem': t,
        'dynamodb:DeleteItem': t,
      },
      forceUnlock: { ...readTable, ...list, 'dynamodb:DeleteItem': t, 's3:GetObject': states },
    },
  ],
  [
    'a lock file',
    file,
    {
      watch: readFile,
      acquireAndRelease: { ...readFile, 's3:PutObject': f, 's3:DeleteObject': f },
      forceUnlock: { ...readFile, 's3:DeleteObject': f },
    },
  ],
  [
    'both',
    { ...table, ...file },
    {
      watch: { ...readTable, ...readFile },
      acquireAndRelease: {
        ...readTable,
        ...readFile,
        'dynamodb:PutItem': t,
        'dynamodb:DeleteItem': t,
        's3:PutObject': f,
        's3:DeleteObject': f,
      },
      forceUnlock: {
        ...readTable,
        ...readFile,
        'dynamodb:DeleteItem': t,
        's3:DeleteObject': f,
        's3:GetObject': [...states, ...f],
      },
    },
  ],
  ['no locking', {}, { watch: {}, acquireAndRelease: {}, forceUnlock: {} }],
];

describe('the IAM policy of an S3 backend', () => {
  for (const [what, attributes, levels] of goldens) {
    it(`grants for ${what} exactly what each level needs`, () => {
      const permissions = of(attributes);
      assert.deepEqual(
        permissions.levels.map(({ level }) => level),
        ['watch', 'acquireAndRelease', 'forceUnlock'],
      );
      for (const { level } of permissions.levels) {
        assert.deepEqual(granted(permissions, level), levels[level], level);
      }
    });
  }

  it('never grants an action or a service as a whole', () => {
    for (const [, attributes] of goldens) {
      for (const level of of(attributes).levels) {
        assert.doesNotMatch(JSON.stringify(level.grants.map(({ actions }) => actions)), /\*/);
        assert.ok(level.grants.every(({ resources }) => !resources.includes('*')));
      }
    }
  });

  it('marks as optional what all else works without, and says so', () => {
    const permissions = of(table);
    const batch = statements(permissions, 'watch').filter(({ Action }) =>
      Action.includes('dynamodb:BatchGetItem'),
    );
    assert.deepEqual(batch[0]?.Action, ['dynamodb:BatchGetItem']);
    const grants = permissions.levels[0]?.grants ?? [];
    assert.deepEqual(
      grants.filter(({ optional }) => optional).map(({ actions }) => actions),
      [['dynamodb:BatchGetItem'], ['s3:ListBucket']],
    );
    const ofState = permissions.levels[2]?.grants.find(({ resources }) =>
      resources.some((arn) => states.includes(arn)),
    );
    assert.equal(ofState?.optional, true);
    for (const what of ['BatchGetItem', 's3:GetObject on the state', 's3:ListBucket']) {
      assert.ok(
        permissions.notes.some((note) => note.includes(`${what} is optional`)),
        what,
      );
    }
  });

  it('covers the lock files of other workspaces under the prefix, and no other objects', () => {
    const resourcesOf = (attributes: Attributes) =>
      granted(of({ ...file, ...attributes }), 'watch')['s3:GetObject'];
    assert.deepEqual(resourcesOf({ workspace_key_prefix: 'teams/a' }), [
      files[0],
      'arn:aws:s3:::acme/teams/a/*/net/terraform.tfstate.tflock',
    ]);
    assert.deepEqual(resourcesOf({ workspace_key_prefix: '' }), [
      files[0],
      'arn:aws:s3:::acme/*/net/terraform.tfstate.tflock',
    ]);
  });

  it('writes pattern characters of a key so that they stand for themselves', () => {
    const [resource] = granted(of({ ...file, key: 'a*b?c$d' }), 'watch')[
      's3:GetObject'
    ] as string[];
    assert.equal(resource, 'arn:aws:s3:::acme/a${*}b${?}c${$}d.tflock');
  });

  it('adds what acl and lock_tags need to the writes', () => {
    const [acquire] = statements(
      of({ ...file, acl: 'private', lock_tags: {} }),
      'acquireAndRelease',
    )
      .filter(({ Action }) => Action.includes('s3:PutObject'))
      .map(({ Action }) => Action);
    assert.deepEqual(acquire, ['s3:PutObject', 's3:PutObjectAcl', 's3:PutObjectTagging']);
    assert.equal(granted(of({ ...file, acl: 'private' }), 'watch')['s3:PutObjectAcl'], undefined);
  });

  const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234';
  const anyKey = 'arn:aws:kms:eu-west-1:*:key';
  const kms: readonly (readonly [string, Attributes, string | undefined])[] = [
    ['an ARN', { encrypt: true, kms_key_id: key }, key],
    ['an id', { encrypt: true, kms_key_id: '1234' }, `${anyKey}/1234`],
    ['an alias', { encrypt: true, kms_key_id: 'alias/tf' }, `${anyKey}/*`],
    ['no encryption', { kms_key_id: key }, undefined],
    ['encryption switched off', { encrypt: false, kms_key_id: key }, undefined],
    ['no key', { encrypt: true }, undefined],
  ];
  for (const [what, attributes, expected] of kms) {
    it(`grants the use of the KMS key: ${what}`, () => {
      const permissions = of({ ...file, ...attributes });
      const resources = expected === undefined ? undefined : [expected];
      const use = granted(permissions, 'acquireAndRelease');
      assert.deepEqual(use['kms:Decrypt'], resources);
      assert.deepEqual(use['kms:GenerateDataKey'], resources);
      assert.deepEqual(granted(permissions, 'watch')['kms:Decrypt'], resources);
      assert.equal(granted(permissions, 'forceUnlock')['kms:GenerateDataKey'], undefined);
      assert.equal(granted(of({ ...table, ...attributes }), 'watch')['kms:Decrypt'], undefined);
    });
  }

  it('binds an alias by a condition, because a policy cannot name it as a resource', () => {
    const permissions = of({ ...file, encrypt: true, kms_key_id: 'alias/tf' });
    const decrypt = statements(permissions, 'watch').find(({ Sid }) => Sid === 'DecryptLockFile');
    assert.deepEqual(decrypt?.Condition, {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/tf' },
    });
  });

  it('takes the partition from the region', () => {
    const expected = {
      'eu-west-1': 'aws',
      'us-east-1': 'aws',
      'cn-north-1': 'aws-cn',
      'us-gov-west-1': 'aws-us-gov',
      'us-iso-east-1': 'aws-iso',
      'us-isob-east-1': 'aws-iso-b',
    };
    for (const [region, partition] of Object.entries(expected)) {
      assert.equal(partitionOf(region), partition);
    }
    const china = of({ ...table, region: 'cn-north-1' });
    assert.deepEqual(granted(china, 'watch')['dynamodb:GetItem'], [
      'arn:aws-cn:dynamodb:cn-north-1:*:table/locks',
    ]);
  });

  it('puts a star for the account and explains it, unless the block allows only one', () => {
    assert.ok(of(table).notes.some((note) => note.includes('account is not in the configuration')));
    const one = of({ ...table, allowed_account_ids: ['123456789012'] });
    assert.deepEqual(granted(one, 'watch')['dynamodb:GetItem'], [
      'arn:aws:dynamodb:eu-west-1:123456789012:table/locks',
    ]);
    assert.ok(!one.notes.some((note) => note.includes('account is not')));
    const two = of({ ...table, allowed_account_ids: ['123456789012', '123456789013'] });
    assert.deepEqual(granted(two, 'watch')['dynamodb:GetItem'], [tableArn]);
  });

  it('takes the region from the environment where the block has none', () => {
    const permissions = of({ ...table, region: null }, { AWS_DEFAULT_REGION: 'us-west-2' });
    assert.deepEqual(granted(permissions, 'watch')['dynamodb:GetItem'], [
      'arn:aws:dynamodb:us-west-2:*:table/locks',
    ]);
  });

  it('says which names it does not know, and puts their names in capitals', () => {
    const permissions = of({ ...table, ...file, bucket: new Expression('var.bucket') });
    assert.deepEqual(granted(permissions, 'watch')['s3:ListBucket'], ['arn:aws:s3:::BUCKET']);
    assert.ok(permissions.notes.some((note) => /^bucket is not a constant.* BUCKET\.$/.test(note)));
  });

  it('covers both locks where an expression decides which are in use', () => {
    const actions = granted(of({ ...table, use_lockfile: new Expression('var.x') }), 'watch');
    assert.ok('dynamodb:GetItem' in actions && 's3:GetObject' in actions);
  });
});
