import type {
  LevelPermissions,
  PermissionLevel,
  RequiredPermissions,
} from '../../core/permissions';
import { lockKeys } from './consulKeys';
import type { ConsulConfigResult } from './consulConfig';

interface Rule {
  /** `key`, `session_prefix`. */
  readonly kind: string;
  readonly name: string;
  readonly policy: 'read' | 'write';
  readonly optional?: true;
  /** Why, as a comment. */
  readonly why: string;
}

const levels: readonly PermissionLevel[] = ['watch', 'acquireAndRelease', 'forceUnlock'];

/** The ACL policies for watching, taking and breaking the lock of a state: all that is asked for, and no more. */
export function consulPermissions(result: ConsulConfigResult): RequiredPermissions {
  const path = result.ok ? result.config.path : 'PATH';
  const { namespace } = result.ok ? result.config.access : {};
  return {
    title: 'Consul backend',
    levels: levels.map((level) => levelOf(level, rulesOf(level, path))),
    notes: [
      ...(result.ok ? [] : ['The path is not known here: put it in for PATH.']),
      ...(result.ok && !result.config.lock
        ? ['lock = false: there is no lock to read or take.']
        : []),
      'A named workspace has keys of its own: "-env:" and its name follow the path.',
      'Terraform itself needs more: it also reads and writes the state at the path.',
      ...(namespace === undefined ? [] : [`The policy belongs in the namespace ${namespace}.`]),
      'Where the cluster has no access rules, nothing has to be granted.',
    ],
  };
}

function rulesOf(level: PermissionLevel, path: string): readonly Rule[] {
  const { lockKey, infoKey } = lockKeys(path);
  const policy = level === 'watch' ? 'read' : 'write';
  const session: Rule =
    level === 'acquireAndRelease'
      ? {
          kind: 'session_prefix',
          name: '',
          policy: 'write',
          why: 'the session that holds the lock; the name of the agent\'s node instead of "" is enough',
        }
      : {
          kind: 'session_prefix',
          name: '',
          policy: 'read',
          optional: true,
          why: "optional: shows the holder's node and time to live",
        };
  return [
    { kind: 'key', name: lockKey, policy, why: 'the lock' },
    { kind: 'key', name: infoKey, policy, why: 'who holds it' },
    session,
  ];
}

function levelOf(level: PermissionLevel, rules: readonly Rule[]): LevelPermissions {
  return {
    level,
    grants: rules.map(({ kind, name, policy, optional }) => ({
      actions: [`${kind.replace('_prefix', '')}:${policy}`],
      resources: [`${kind} ${JSON.stringify(name)}`],
      optional: optional === true,
    })),
    policy: rules
      .map(
        ({ kind, name, policy, why }) =>
          `# ${why}\n${kind} ${JSON.stringify(name)} {\n  policy = "${policy}"\n}\n`,
      )
      .join('\n'),
    language: 'hcl',
  };
}
