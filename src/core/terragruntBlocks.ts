import type { BackendBlock } from './backendBlock';
import { uriFileName } from './moduleFiles';
import type { FoundBlock } from './resolution';

/** What counts in a directory with a Terragrunt unit: blocks that are told apart as Terraform's files are. */
export type BesideTerragrunt =
  | { readonly kind: 'blocks'; readonly blocks: readonly FoundBlock[] }
  /** One block, which `terraform init` is given Terragrunt's attributes for. */
  | { readonly kind: 'completed'; readonly unit: FoundBlock };

/**
 * Sorts out a Terragrunt block and the backend blocks of the Terraform files beside it. What Terragrunt writes
 * replaces the block of a file of that name; what it does not write goes to `terraform init` as
 * `-backend-config`, over the block that is there.
 */
export function besideTerragrunt(
  unit: FoundBlock,
  written: readonly FoundBlock[],
): BesideTerragrunt {
  const { generates } = unit;
  if (unit.accompanies === true) {
    return { kind: 'blocks', blocks: written };
  }
  if (generates === undefined) {
    return { kind: 'completed', unit };
  }
  const name = generates.file?.replace(/^(?:\.\/)+/, '');
  const replaced = written.filter(({ file }) => uriFileName(file) === name);
  const stays = generates.keepsExisting === true || !isComplete(unit.block);
  if (replaced.length > 0 && stays) {
    return { kind: 'blocks', blocks: written };
  }
  return { kind: 'blocks', blocks: [...written.filter((one) => !replaced.includes(one)), unit] };
}

/** The name that tells a file's place among the others: that of what Terragrunt writes, for its blocks. */
export function moduleFileName({ file, generates }: FoundBlock): string {
  const written = generates?.file;
  return written === undefined ? uriFileName(file) : written.slice(written.lastIndexOf('/') + 1);
}

const completed = new WeakMap<FoundBlock, { readonly own: FoundBlock; readonly of: FoundBlock }>();

/** A block with Terragrunt's attributes over its own. The same one for the same two, so that it is resolved once. */
export function withArguments(unit: FoundBlock, own: FoundBlock): FoundBlock {
  const known = completed.get(unit);
  if (known?.own === own) {
    return known.of;
  }
  const given = new Set(unit.block.attributes.map(({ name }) => name));
  const kept = own.block.attributes
    .filter(({ name }) => !given.has(name))
    .map((attribute) => ({ ...attribute, range: unit.block.range }));
  const block = { ...unit.block, attributes: [...kept, ...unit.block.attributes] };
  const of = { ...unit, block };
  completed.set(unit, { own, of });
  return of;
}

function isComplete({ unknown, attributes }: BackendBlock): boolean {
  return unknown === undefined && attributes.every(({ value }) => value.kind === 'literal');
}
