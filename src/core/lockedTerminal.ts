import type { HeldLock } from './lockPlace';
import { ownLocksOf, type LockStatus } from './lockStatus';
import type { TerraformCommand } from './terraformCommand';

/**
 * Whether the lock under which a terminal runs is still held. `lost` only by a successful read of every place
 * that does not find it whole: a lock of which one half is missing keeps nobody out for sure.
 */
export function holdOf(status: LockStatus, lockId: string): 'held' | 'lost' | 'unknown' {
  switch (status.kind) {
    case 'unknown':
    case 'notLockable':
      return 'unknown';
    case 'mine':
      return isOf(status.locks, lockId) ? 'held' : 'lost';
    case 'free':
    case 'held':
    case 'stale':
    case 'half':
    case 'conflict':
      return 'lost';
  }
}

function isOf(locks: readonly HeldLock[], lockId: string): boolean {
  return locks.every(({ record }) => record.info.id === lockId);
}

/** The records to give back: of the shown ones, exactly those of the terminal's lock. */
export function locksOfTerminal(status: LockStatus, lockId: string): readonly HeldLock[] {
  return ownLocksOf(status).filter(({ record }) => record.info.id === lockId);
}

/** A Terraform command that runs in a locked terminal, where it does not lock anything itself. */
export interface LockedRun {
  readonly command: TerraformCommand;
  /** Where it runs; undefined where the text does not tell. */
  readonly folder: string | undefined;
}

/** Why a command in a locked terminal is not protected by the terminal's lock. */
export type StrayReason =
  /** It runs in another module. */
  | { readonly kind: 'elsewhere'; readonly folder: string }
  /** It cannot be told in which module it runs. */
  | { readonly kind: 'untold' }
  /** The command line changes what keeps the terminal at its state. */
  | { readonly kind: 'environment' };

/** What of a command line in a locked terminal is not covered by its lock; undefined: nothing is known to be. */
export function strayReason(
  line: string,
  runs: readonly LockedRun[],
  moduleFolder: string,
): StrayReason | undefined {
  if (/\bTF_(?:WORKSPACE|DATA_DIR|CLI_ARGS)/.test(line)) {
    return { kind: 'environment' };
  }
  const writing = runs.filter(({ command }) => command.lock !== 'none' || command.name === 'init');
  for (const { folder } of writing) {
    if (folder !== undefined && folder !== moduleFolder) {
      return { kind: 'elsewhere', folder };
    }
  }
  return writing.some(({ folder }) => folder === undefined) ? { kind: 'untold' } : undefined;
}

/** The first command of a line that another's lock of its state concerns, and how. */
export function concerned(
  runs: readonly LockedRun[],
  isLocked: (folder: string) => boolean,
): (LockedRun & { readonly folder: string }) | undefined {
  for (const { command, folder } of runs) {
    if (folder !== undefined && command.lock !== 'none' && isLocked(folder)) {
      return { command, folder };
    }
  }
  return undefined;
}
