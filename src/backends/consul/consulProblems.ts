import type { Attribute, BackendBlock } from '../../core/backendBlock';
import { attributeOf, type Problem } from '../../core/problems';
import { nearestName } from '../nearestName';

/** Of `backend "consul"`, unchanged since Terraform 0.12 (internal/backend/remote-state/consul/backend.go). */
const consulAttributes: readonly string[] = [
  'path',
  'access_token',
  'address',
  'scheme',
  'datacenter',
  'http_auth',
  'gzip',
  'lock',
  'ca_file',
  'cert_file',
  'key_file',
];

/** Their values are never quoted. */
const secrets: ReadonlySet<string> = new Set(['access_token', 'http_auth']);

/** Everything that the text of a Consul backend block says against itself. Offline. */
export function consulProblems(block: BackendBlock): readonly Problem[] {
  return block.parse === 'current'
    ? [
        ...lockProblems(block),
        ...pathProblems(block),
        ...connectionProblems(block),
        ...block.attributes.flatMap((attribute) => attributeProblems(attribute, block)),
      ]
    : [];
}

function lockProblems(block: BackendBlock): readonly Problem[] {
  const value = literal(block, 'lock');
  return value === false || value === 'false'
    ? [
        {
          code: 'no-locking',
          severity: 'warning',
          attribute: 'lock',
          message:
            'No locking is configured: two people or jobs can write this state at the same time, and the last one wins.',
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

function pathProblems(block: BackendBlock): readonly Problem[] {
  const problem = (severity: Problem['severity'], code: string, message: string): Problem => ({
    code,
    severity,
    ...(attributeOf(block, 'path') === undefined ? {} : { attribute: 'path' }),
    message,
    fixes: [],
  });
  if (attributeOf(block, 'path') === undefined) {
    const message =
      'The block has no path, so which state this is cannot be told unless "terraform init" was given one.';
    return [{ ...problem('information', 'missing-path', message), unlessResolved: 'state' }];
  }
  const path = literal(block, 'path');
  if (path === '') {
    return [problem('error', 'invalid-path', 'Terraform refuses this path: it must not be empty.')];
  }
  if (typeof path === 'string' && path.startsWith('/')) {
    const message = 'Consul refuses to lock this path: a key must not begin with "/".';
    return [problem('error', 'invalid-path', message)];
  }
  return typeof path === 'string' && path.endsWith('/')
    ? [
        problem(
          'information',
          'trailing-slash',
          'The path ends in "/": the state of a named workspace gets a key like "path/-env:name".',
        ),
      ]
    : [];
}

/** Attributes that contradict each other or that nothing uses. */
function connectionProblems(block: BackendBlock): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (attribute: string, message: string): void => {
    problems.push({
      code: 'conflicting-attributes',
      severity: 'warning',
      attribute,
      message,
      fixes: [],
    });
  };
  const [address, scheme] = [literal(block, 'address'), literal(block, 'scheme')];
  const prefix = typeof address === 'string' ? /^(\w+):\/\//.exec(address)?.[1] : undefined;
  if (prefix !== undefined && typeof scheme === 'string' && prefix !== scheme) {
    report(
      'scheme',
      prefix === 'https'
        ? 'The address says https, which scheme does not take back.'
        : prefix === 'http'
          ? `The address says http, but scheme = "${scheme}" is what counts.`
          : `The address is of the kind ${prefix}, to which scheme does not belong.`,
    );
  }
  for (const [one, other] of [
    ['cert_file', 'key_file'],
    ['key_file', 'cert_file'],
  ] as const) {
    if (attributeOf(block, one) !== undefined && attributeOf(block, other) === undefined) {
      report(one, `${one} needs ${other}, here or in the environment.`);
    }
  }
  return problems;
}

function attributeProblems({ name, value }: Attribute, block: BackendBlock): readonly Problem[] {
  const problems: Problem[] = [];
  const isKnown = consulAttributes.includes(name);
  if (!isKnown) {
    const nearest = nearestName(name, consulAttributes);
    const canRename = nearest !== undefined && attributeOf(block, nearest) === undefined;
    problems.push({
      code: 'unknown-attribute',
      severity: 'warning',
      attribute: name,
      message: `The Consul backend has no attribute ${name}${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`,
      fixes: canRename
        ? [
            {
              kind: 'edit',
              title: `Rename to ${nearest}`,
              preferred: true,
              edits: [{ kind: 'rename', name, to: nearest }],
            },
          ]
        : [],
    });
  }
  if (value.kind === 'expression') {
    const shown = isKnown && !secrets.has(name) ? `${name} = ${value.text}` : name;
    problems.push({
      code: 'expression',
      severity: 'information',
      attribute: name,
      message: `The value of an expression is not known here: ${shown}. Terraform allows only constants in a backend block.`,
      fixes: [],
      unlessResolved: 'state',
    });
  }
  return problems;
}

function literal(block: BackendBlock, name: string): unknown {
  const value = attributeOf(block, name)?.value;
  return value?.kind === 'literal' ? (value.value ?? undefined) : undefined;
}
