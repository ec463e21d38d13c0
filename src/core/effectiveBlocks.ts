import { compareNames, isOverrideFile, uriFileName } from './moduleFiles';
import type { FoundBlock } from './resolution';
import { besideTerragrunt, moduleFileName, withArguments } from './terragruntBlocks';

/** A block that counts. */
export interface Candidate {
  readonly found: FoundBlock;
  /** Set where Terraform would refuse the directory. */
  readonly conflict?: string;
}

/**
 * Which block counts in each directory. Override files replace the block whole, the last by name wins. Two
 * blocks in ordinary files, or in one override file, are an error in Terraform, so no state is guessed.
 */
export function effectiveBlocks(found: readonly FoundBlock[]): Candidate[] {
  const byDir = new Map<string, FoundBlock[]>();
  for (const block of found) {
    byDir.set(block.dir, [...(byDir.get(block.dir) ?? []), block]);
  }
  return [...byDir.values()].flatMap(inDirectory);
}

function inDirectory(blocks: readonly FoundBlock[]): Candidate[] {
  const unit = blocks.find(({ block }) => block.evaluatedBy === 'Terragrunt');
  if (unit === undefined) {
    return counting(blocks);
  }
  const written = blocks.filter((block) => block !== unit);
  const beside = besideTerragrunt(unit, written);
  const counted =
    beside.kind === 'blocks' ? counting(beside.blocks) : [completed(unit, counting(written))];
  return counted.map((candidate) => asTerragruntRuns(candidate, unit));
}

/** A run that is not what it would be without Terragrunt: other credentials, other variables. */
function asTerragruntRuns(candidate: Candidate, unit: FoundBlock): Candidate {
  const { notFollowed, givesVariables } = unit;
  const variables = givesVariables === true && candidate.found.block.evaluatedBy === 'OpenTofu';
  const given = notFollowed ?? (variables ? 'inputs' : undefined);
  return given === undefined
    ? candidate
    : { ...candidate, conflict: `Terragrunt gives its runs ${given}, which is not followed here` };
}

/** Terragrunt gives `terraform init` its attributes as arguments. */
function completed(unit: FoundBlock, [own]: readonly Candidate[]): Candidate {
  // The block in the module's file is only a part of what is not known here.
  if (own === undefined || unit.block.unknown !== undefined) {
    return { found: unit };
  }
  const { found, conflict } = own;
  if (conflict !== undefined) {
    return { found: unit, conflict };
  }
  if (unit.givesVariables === true && found.block.evaluatedBy === 'OpenTofu') {
    // The values beside Terragrunt's may be other ones.
    return { found };
  }
  const [asked, there] = [unit.block.type, found.block.type];
  return asked === there
    ? { found: withArguments(unit, found) }
    : {
        found: unit,
        conflict: `the remote_state of Terragrunt is for "${asked}", the backend block in ${uriFileName(found.file)} for "${there}"`,
      };
}

function counting(blocks: readonly FoundBlock[]): Candidate[] {
  const sorted = blocks.toSorted((a, b) => compareNames(moduleFileName(a), moduleFileName(b)));
  const overriding = sorted.filter((block) => isOverrideFile(moduleFileName(block)));
  const ordinary = sorted.filter((block) => !isOverrideFile(moduleFileName(block)));
  const clashing = [ordinary, ...blocksByFile(overriding)].find((group) => group.length > 1);
  if (clashing === undefined) {
    const counting = overriding.at(-1) ?? ordinary[0];
    return counting === undefined ? [] : [{ found: counting }];
  }
  const names = new Set(clashing.map(moduleFileName));
  return clashing.map((block) => ({
    found: block,
    conflict: `there is more than one backend block in this directory (${[...names].join(', ')})`,
  }));
}

function blocksByFile(blocks: readonly FoundBlock[]): FoundBlock[][] {
  const files = new Set(blocks.map((block) => block.file));
  return [...files].map((file) => blocks.filter((block) => block.file === file));
}
