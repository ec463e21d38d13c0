import type { BackendBlock } from '../../core/backendBlock';
import type {
  Grant,
  LevelPermissions,
  PermissionLevel,
  RequiredPermissions,
} from '../../core/permissions';
import { AttributeReader } from '../attributes';
import type { Environment } from '../backend';
import { readIamSubject, type IamSubject } from './iamResources';
import { s3LockMode, type S3LockMode } from './s3LockMode';

/** A statement of an IAM policy. */
interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** One statement, and for which levels it is. */
interface Part {
  readonly statement: Statement;
  readonly levels: readonly PermissionLevel[];
  readonly optional?: true;
}

const levels: readonly PermissionLevel[] = ['watch', 'acquireAndRelease', 'forceUnlock'];
const writing: readonly PermissionLevel[] = ['acquireAndRelease', 'forceUnlock'];

const modeNames: Record<S3LockMode, string> = {
  none: 'no locking',
  dynamodb: 'DynamoDB table',
  lockfile: 'lock file',
  both: 'lock file and DynamoDB table',
  unknown: 'lock file and DynamoDB table, whichever is in use',
};

/**
 * The IAM policies for watching, taking and breaking the locks of an S3 backend: all that this extension
 * asks of AWS for it, and no more. Read from the block alone, offline.
 */
export function iamPermissions(block: BackendBlock, environment: Environment): RequiredPermissions {
  const mode = s3LockMode(block);
  const subject = readIamSubject(block, environment);
  const parts = [
    ...(mode === 'dynamodb' || mode === 'both' || mode === 'unknown' ? tableParts(subject) : []),
    ...(mode === 'lockfile' || mode === 'both' || mode === 'unknown'
      ? fileParts(subject, block)
      : mode === 'dynamodb'
        ? workspaceParts(subject)
        : []),
  ];
  return {
    title: `S3 backend, ${modeNames[mode]}`,
    levels: levels.map((level) => levelOf(level, parts)),
    notes: notesOf(mode, subject, block),
  };
}

function levelOf(level: PermissionLevel, parts: readonly Part[]): LevelPermissions {
  const ours = parts.filter((part) => part.levels.includes(level));
  const grants = ours.map(({ statement, optional }): Grant => ({
    actions: statement.Action,
    resources: statement.Resource,
    optional: optional ?? false,
  }));
  const policy = { Version: '2012-10-17', Statement: ours.map(({ statement }) => statement) };
  return { level, grants, policy: JSON.stringify(policy, undefined, 2), language: 'json' };
}

function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition?: Statement['Condition'],
): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

function tableParts(subject: IamSubject): Part[] {
  const { partition, region, account, table } = subject;
  const arn = [`arn:${partition}:dynamodb:${region}:${account}:table/${table}`];
  return [
    { statement: allow('ReadLock', ['dynamodb:GetItem'], arn), levels },
    {
      // An action of its own that policies made for Terraform do not grant; without it each lock is read alone.
      statement: allow('ReadManyLocksAtOnce', ['dynamodb:BatchGetItem'], arn),
      levels,
      optional: true,
    },
    {
      statement: allow('AcquireLock', ['dynamodb:PutItem'], arn),
      levels: ['acquireAndRelease'],
    },
    { statement: allow('RemoveLock', ['dynamodb:DeleteItem'], arn), levels: writing },
    {
      // Whoever may read a state may read the secrets in it: only for those who break locks, who look at it after.
      statement: allow('CompareStateWithDigest', ['s3:GetObject'], subject.states),
      levels: ['forceUnlock'],
      optional: true,
    },
  ];
}

/** Listing workspaces; with lock files the same action is needed in any case. */
function workspaceParts({ bucketArn }: IamSubject): Part[] {
  return [
    {
      statement: allow('ListWorkspaces', ['s3:ListBucket'], [bucketArn]),
      levels,
      optional: true,
    },
  ];
}

function fileParts(subject: IamSubject, block: BackendBlock): Part[] {
  const { bucketArn, lockFiles } = subject;
  const has = (name: string): boolean => new AttributeReader(block).has(name);
  const put = [
    's3:PutObject',
    ...(has('acl') ? ['s3:PutObjectAcl'] : []),
    ...(has('lock_tags') ? ['s3:PutObjectTagging'] : []),
  ];
  return [
    { statement: allow('ReadLockFile', ['s3:GetObject'], lockFiles), levels },
    // Without it S3 answers 403 for a lock file that does not exist: "free" and "denied" look the same.
    { statement: allow('TellFreeFromDenied', ['s3:ListBucket'], [bucketArn]), levels },
    { statement: allow('AcquireLockFile', put, lockFiles), levels: ['acquireAndRelease'] },
    { statement: allow('RemoveLockFile', ['s3:DeleteObject'], lockFiles), levels: writing },
    ...keyParts(subject),
  ];
}

/** The KMS key that lock files are encrypted with; only `encrypt = true` makes Terraform use it. */
function keyParts({ kms }: IamSubject): Part[] {
  return kms === undefined
    ? []
    : [
        {
          statement: allow('DecryptLockFile', ['kms:Decrypt'], [kms.arn], kms.condition),
          levels,
        },
        {
          statement: allow('EncryptLockFile', ['kms:GenerateDataKey'], [kms.arn], kms.condition),
          levels: ['acquireAndRelease'],
        },
      ];
}

function notesOf(mode: S3LockMode, subject: IamSubject, block: BackendBlock): string[] {
  const { partition, region, account, table } = subject;
  const tableUsed = mode === 'dynamodb' || mode === 'both' || mode === 'unknown';
  const fileUsed = mode === 'lockfile' || mode === 'both' || mode === 'unknown';
  const unused = new AttributeReader(block).has('kms_key_id') && subject.kms === undefined;
  return [
    ...(mode === 'none'
      ? ['No locking is configured, so there is no lock to read or take, and nothing to permit.']
      : [
          'IAM cannot tell a release from a force unlock: who may release locks may also break them. The extension asks first.',
          'Terraform itself needs more: the state object, its digest item, and s3:ListBucket on the bucket.',
        ]),
    ...(tableUsed
      ? [
          'dynamodb:BatchGetItem is optional: with it, up to 100 locks of a table are read with one request; without it, each by a request of its own.',
          's3:GetObject on the state is optional: with it, the state is compared with its digest after a force unlock. It lets people read the state, and the secrets in it.',
          ...(mode === 'dynamodb'
            ? ['s3:ListBucket is optional: with it, the workspaces of the bucket can be listed.']
            : []),
          `The command Create Lock Table also needs dynamodb:CreateTable and dynamodb:DescribeTable on arn:${partition}:dynamodb:${region}:${account}:table/${table}.`,
        ]
      : []),
    ...(tableUsed && account === '*'
      ? [
          'The account is not in the configuration: the * in the table stands for it. Put its number there.',
        ]
      : []),
    ...(fileUsed && subject.kms?.arn.includes(':*:') === true
      ? ['The account of the KMS key is not in the configuration: the * in its ARN stands for it.']
      : []),
    ...(fileUsed && unused
      ? ['kms_key_id has no effect without encrypt = true, so no KMS permission is listed.']
      : []),
    ...subject.placeholders.map(
      (name) => `${name} is not a constant in the block: replace ${name.toUpperCase()}.`,
    ),
  ];
}
