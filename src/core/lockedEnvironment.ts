import type { ModuleBackend } from './resolution';

/**
 * Every command of Terraform and OpenTofu that locks the state it works on and takes `-lock`. Left out, so that
 * they keep locking: `init`, which locks when it moves a state, and `workspace new` and `workspace delete`, all of
 * which also lock a state that is not the one held here; and `console`, which has no such option.
 */
export const unlockableCommands = [
  'plan',
  'apply',
  'destroy',
  'refresh',
  'import',
  'taint',
  'untaint',
  'state mv',
  'state rm',
  'state push',
  'state replace-provider',
] as const;

/** Variables of a process; `null` removes one. */
export type EnvironmentValues = Readonly<Record<string, string | null | undefined>>;

/** What a locked terminal is for. */
export interface LockedScope {
  /** The Terraform workspace whose state is locked. */
  readonly workspace: string;
  /** Absolute path of the module's data directory; missing where fixing it would not be safe. */
  readonly dataDirectory?: string;
}

/**
 * The variables that let Terraform run under a lock that this extension holds: no command of its own locking, and
 * no way to another workspace, whose state is not locked. What a person already has in `TF_CLI_ARGS_…` stays, in
 * front: of two `-lock` options the last one counts.
 *
 * A fixed data directory makes Terraform refuse to run in any other module ("Backend configuration changed"),
 * where nobody would hold the lock.
 */
export function lockedEnvironment(
  existing: EnvironmentValues,
  scope: LockedScope,
): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { TF_WORKSPACE: scope.workspace };
  if (scope.dataDirectory !== undefined) {
    variables['TF_DATA_DIR'] = scope.dataDirectory;
  }
  for (const command of unlockableCommands) {
    const name = `TF_CLI_ARGS_${command.replace(/[ -]/g, '_')}`;
    const own = existing[name]?.trim() ?? '';
    variables[name] = own === '' ? noLock : `${own} ${noLock}`;
  }
  return variables;
}

const noLock = '-lock=false';

/**
 * By backend: the attributes which, all written as constants, make a block mean one state wherever it stands
 * (and whatever else is the same for all commands of a terminal).
 */
const stateAttributes: Readonly<Record<string, readonly string[]>> = {
  s3: ['bucket', 'key'],
  gcs: ['bucket'],
  azurerm: ['storage_account_name', 'container_name', 'key'],
  consul: ['path'],
  http: ['address'],
  etcdv3: ['endpoints', 'prefix'],
  kubernetes: ['secret_suffix'],
};

/**
 * Whether another module whose block reads the same must mean the same state. Terraform compares blocks, so only
 * then does a fixed data directory keep other modules out; with a partial configuration it would do the
 * opposite, and lead another module to the state that is locked.
 */
export function namesItsState({ block }: Pick<ModuleBackend, 'block'>): boolean {
  const needed = Object.hasOwn(stateAttributes, block.type)
    ? stateAttributes[block.type]
    : undefined;
  return (
    needed !== undefined &&
    block.parse === 'current' &&
    block.evaluatedBy === undefined &&
    needed.every((name) =>
      block.attributes.some(
        ({ name: attribute, value }) => attribute === name && value.kind === 'literal',
      ),
    )
  );
}
