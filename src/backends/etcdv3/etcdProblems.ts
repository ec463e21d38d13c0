import type { Attribute, BackendBlock } from '../../core/backendBlock';
import { attributeOf, type ModuleFacts, type Problem } from '../../core/problems';
import { VersionConstraints } from '../../core/versionConstraints';

/** The first version of Terraform without this backend. */
const removedIn = '1.3';

const knownAttributes: ReadonlySet<string> = new Set([
  'endpoints',
  'username',
  'password',
  'prefix',
  'lock',
  'cacert_path',
  'cert_path',
  'key_path',
  'max_request_bytes',
]);

/** Attributes whose values are never quoted: an endpoint may hold a password, too. */
const secretAttributes: ReadonlySet<string> = new Set(['password', 'endpoints']);

/** Everything that the text of an `etcdv3` block says against itself. Offline. */
export function etcdProblems(block: BackendBlock, facts: ModuleFacts): readonly Problem[] {
  if (block.parse !== 'current') {
    return [];
  }
  return [
    removed(facts),
    ...lockProblems(block),
    ...endpointProblems(block),
    ...certificateProblems(block),
    ...block.attributes.flatMap(attributeProblems),
  ];
}

/** Whoever still has it uses Terraform 1.2, and should know that there is no way on with it. */
function removed({ requiredVersions, openTofu }: ModuleFacts): Problem {
  const code = 'removed-backend';
  if (openTofu) {
    const message = 'OpenTofu has no backend "etcdv3", and never had one.';
    return { code, severity: 'error', message, fixes: [] };
  }
  const certain = !VersionConstraints.parse(requiredVersions).allowsBelow(removedIn);
  return {
    code,
    severity: certain ? 'error' : 'information',
    message:
      `Terraform ${removedIn} and later refuse the backend "etcdv3", and OpenTofu never had it: it works up to Terraform 1.2.` +
      (certain ? ' required_version allows none of those.' : ''),
    fixes: [],
  };
}

function lockProblems(block: BackendBlock): Problem[] {
  const value = attributeOf(block, 'lock')?.value;
  const isOff = value?.kind === 'literal' && (value.value === false || value.value === 'false');
  return isOff
    ? [
        {
          code: 'no-locking',
          severity: 'warning',
          attribute: 'lock',
          message:
            'lock = false: two people or jobs can write this state at the same time. Without this line the state is locked.',
          fixes: [
            {
              kind: 'edit',
              title: 'Remove lock = false',
              preferred: true,
              edits: [{ kind: 'remove', name: 'lock' }],
            },
          ],
          unlessResolved: 'lockPlace',
        },
      ]
    : [];
}

function endpointProblems(block: BackendBlock): Problem[] {
  const value = attributeOf(block, 'endpoints')?.value;
  if (value === undefined) {
    return [
      {
        code: 'missing-endpoints',
        severity: 'warning',
        message:
          'endpoints is not in the block. Terraform needs at least one, here or by -backend-config.',
        fixes: [],
        unlessResolved: 'state',
      },
    ];
  }
  return value.kind === 'literal' && Array.isArray(value.value) && value.value.length === 0
    ? [
        {
          code: 'missing-endpoints',
          severity: 'error',
          attribute: 'endpoints',
          message: 'Terraform refuses an empty list of endpoints.',
          fixes: [],
        },
      ]
    : [];
}

function certificateProblems(block: BackendBlock): Problem[] {
  const [cert, key] = ['cert_path', 'key_path'].map((name) => attributeOf(block, name)?.name);
  const [present, absent] =
    cert === undefined ? [key, 'cert_path'] : key === undefined ? [cert, 'key_path'] : [];
  return present === undefined || absent === undefined
    ? []
    : [
        {
          code: 'half-certificate',
          severity: 'warning',
          attribute: present,
          message: `${present} has no effect without ${absent}: a client certificate needs both.`,
          fixes: [],
          unlessResolved: 'state',
        },
      ];
}

function attributeProblems({ name, value }: Attribute): Problem[] {
  const isKnown = knownAttributes.has(name);
  const quoted = isKnown && !secretAttributes.has(name) && value.kind === 'expression';
  return [
    ...(isKnown
      ? []
      : [
          {
            code: 'unknown-attribute',
            severity: 'warning',
            attribute: name,
            message: `The etcdv3 backend has no attribute ${name}.`,
            fixes: [],
          } as const,
        ]),
    ...(value.kind === 'expression'
      ? [
          {
            code: 'expression',
            severity: 'information',
            attribute: name,
            message: `The value of an expression is not known here: ${quoted ? `${name} = ${value.text}` : name}. Terraform allows only constants in a backend block.`,
            fixes: [],
            unlessResolved: 'state',
          } as const,
        ]
      : []),
  ];
}
