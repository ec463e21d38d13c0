import type { Attribute, BackendBlock } from '../../core/backendBlock';
import type { Fix, ModuleFacts, Problem } from '../../core/problems';
import { VersionConstraints } from '../../core/versionConstraints';
import { nearestS3Attribute, s3Attributes, secretS3Attributes } from './s3Attributes';
import { s3LockMode } from './s3LockMode';

/** The first version, of Terraform and of OpenTofu, that knows `use_lockfile`. */
const lockFileSince = '1.10';
/** The first version of Terraform that calls `dynamodb_table` deprecated, and lock files finished. */
const tableDeprecatedIn = '1.11';

interface Look {
  readonly block: BackendBlock;
  readonly versions: VersionConstraints;
  readonly openTofu: boolean;
  /** `Terraform` or `OpenTofu`. */
  readonly tool: string;
}

/** Everything that the text of an S3 backend block says against itself. Offline. */
export function s3Problems(block: BackendBlock, facts: ModuleFacts): readonly Problem[] {
  if (block.parse !== 'current') {
    return [];
  }
  const look: Look = {
    block,
    versions: VersionConstraints.parse(facts.requiredVersions),
    openTofu: facts.openTofu,
    tool: facts.openTofu ? 'OpenTofu' : 'Terraform',
  };
  return [
    ...lockProblems(look),
    ...keyProblems(look),
    ...block.attributes.flatMap((attribute) => attributeProblems(attribute, look)),
  ];
}

function lockProblems(look: Look): Problem[] {
  switch (s3LockMode(look.block)) {
    case 'none':
      // The rest of a partial configuration is given to init, and may well name a lock.
      return isPartial(look.block) ? [] : [noLocking(look)];
    case 'dynamodb':
      return tableDeprecated(look);
    case 'both':
      return [bothLocks(look)];
    case 'lockfile':
    case 'unknown':
      return [];
  }
}

function isPartial({ attributes }: BackendBlock): boolean {
  return !['bucket', 'key'].every((name) =>
    attributes.some((attribute) => attribute.name === name),
  );
}

function noLocking({ versions, tool }: Look): Problem {
  const newer = versions.allowsFrom(lockFileSince);
  const older = versions.allowsBelow(lockFileSince);
  const fixes: Fix[] = [
    ...(newer ? [addLockFile(older ? ` (needs ${tool} ${lockFileSince} or later)` : '', '')] : []),
    ...(older
      ? [
          {
            kind: 'edit' as const,
            title: `Add dynamodb_table = "terraform-locks"${newer ? ` (works before ${tool} ${lockFileSince}, too)` : ''}`,
            preferred: !newer,
            edits: [
              {
                kind: 'add' as const,
                name: 'dynamodb_table',
                value: '"terraform-locks"',
                after: ['region', 'key'],
              },
            ],
          },
        ]
      : []),
  ];
  return {
    code: 'no-locking',
    severity: 'warning',
    message:
      'No locking is configured: two people or jobs can write this state at the same time, and the last one wins.',
    fixes,
    unlessResolved: 'lockPlace',
  };
}

function addLockFile(condition: string, step: string): Fix {
  return {
    kind: 'edit',
    title: `${step}Add use_lockfile = true${condition}`,
    preferred: true,
    edits: [
      {
        kind: 'add',
        name: 'use_lockfile',
        value: 'true',
        after: ['dynamodb_table', 'region', 'key'],
      },
    ],
  };
}

function tableDeprecated({ versions, openTofu }: Look): Problem[] {
  if (openTofu || !versions.allowsFrom(tableDeprecatedIn)) {
    return [];
  }
  const older = versions.allowsBelow(lockFileSince);
  const condition = older ? ` (needs Terraform ${lockFileSince} or later)` : '';
  return [
    {
      code: 'dynamodb-table-deprecated',
      severity: 'information',
      attribute: 'dynamodb_table',
      message:
        `dynamodb_table is deprecated since Terraform ${tableDeprecatedIn}; the lock file of use_lockfile takes its place. ` +
        'It is changed in two steps: first both locks, then, once everybody uses that configuration, only the file.',
      fixes: [addLockFile(condition, 'Migration, step 1 of 2: ')],
    },
  ];
}

function bothLocks({ block, versions, tool }: Look): Problem {
  const older = versions.allowsBelow(lockFileSince);
  const names = ['dynamodb_table', 'dynamodb_endpoint'].filter((name) =>
    block.attributes.some((attribute) => attribute.name === name),
  );
  return {
    code: 'both-locks',
    severity: 'information',
    attribute: 'dynamodb_table',
    message:
      'Both a lock file and a table lock this state. Once everybody who uses the state has this configuration, ' +
      `dynamodb_table can go${older ? ` (required_version still allows ${tool} before ${lockFileSince}, which knows no lock files)` : ''}.`,
    fixes: [
      {
        kind: 'edit',
        title: `Migration, step 2 of 2: Remove ${names.join(' and ')}`,
        preferred: !older,
        edits: names.map((name) => ({ kind: 'remove', name })),
      },
    ],
  };
}

/** Values that both tools refuse at init. The key is never mended: another key is another state. */
function keyProblems({ block, openTofu, tool }: Look): Problem[] {
  const refused = (attribute: string, why: string, code: string): Problem => ({
    code,
    severity: 'error',
    attribute,
    message: `${tool} refuses this ${attribute}: ${why}.`,
    fixes: [],
  });
  const problems: Problem[] = [];
  for (const name of ['bucket', 'key']) {
    const value = textOf(block, name);
    if (value?.trim() === '') {
      problems.push(refused(name, 'it must not be empty', `invalid-${name}`));
    }
  }
  for (const name of ['key', 'workspace_key_prefix']) {
    const value = textOf(block, name) ?? '';
    const code = `invalid-${name.replaceAll('_', '-')}`;
    if (value.startsWith('/') || value.endsWith('/')) {
      problems.push(refused(name, 'it must not start or end with "/"', code));
    } else if (name === 'key' && value.includes('//') && !openTofu) {
      problems.push(refused(name, 'it must not contain "//"', code));
    }
  }
  return problems;
}

function attributeProblems({ name, value }: Attribute, look: Look): Problem[] {
  const known = s3Attributes.get(name);
  const { versions, openTofu, tool } = look;
  const problems: Problem[] = [];
  const report = (problem: Omit<Problem, 'attribute' | 'fixes'>, fixes: Fix[] = []): void => {
    problems.push({ ...problem, attribute: name, fixes });
  };
  if (known === undefined) {
    const nearest = nearestS3Attribute(name);
    report(
      {
        code: 'unknown-attribute',
        severity: 'warning',
        message: `The S3 backend has no attribute ${name}${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`,
      },
      nearest === undefined ? [] : renameTo(name, nearest, look),
    );
  } else if (known.removedIn !== undefined && !openTofu && versions.allowsFrom(known.removedIn)) {
    const certain = !versions.allowsBelow(known.removedIn);
    const instead = known.instead === undefined ? '' : ` Write ${known.instead}.`;
    report({
      code: 'removed-attribute',
      severity: certain ? 'error' : 'warning',
      message: `${name} is refused since Terraform ${known.removedIn}.${instead}`,
    });
  } else if (known.since !== undefined && !versions.allowsFrom(known.since)) {
    report({
      code: 'attribute-too-new',
      severity: 'error',
      message: `${name} needs ${tool} ${known.since} or later, which required_version does not allow.`,
    });
  }
  if (value.kind === 'expression') {
    // Of an attribute that nobody knows, nobody knows what it holds.
    const quoted = known !== undefined && !secretS3Attributes.has(name);
    const shown = quoted ? `${name} = ${value.text}` : name;
    report({
      code: 'expression',
      severity: 'information',
      message: `The value of an expression is not known here: ${shown}. Terraform allows only constants in a backend block.`,
      unlessResolved: 'state',
    });
  }
  return problems;
}

function renameTo(name: string, nearest: string, { block }: Look): Fix[] {
  return block.attributes.some((attribute) => attribute.name === nearest)
    ? []
    : [
        {
          kind: 'edit',
          title: `Rename to ${nearest}`,
          preferred: true,
          edits: [{ kind: 'rename', name, to: nearest }],
        },
      ];
}

function textOf(block: BackendBlock, name: string): string | undefined {
  const value = block.attributes.find((attribute) => attribute.name === name)?.value;
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}
