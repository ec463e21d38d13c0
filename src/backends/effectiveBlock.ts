import type { Attribute, BackendBlock } from '../core/backendBlock';
import { recordName, type RecordedBackend } from './recordedConfig';

/** The block that commands go by, and what a person should know about where it came from. */
export interface EffectiveBlock {
  readonly block: BackendBlock;
  /** Sentences; no secrets. */
  readonly notes: readonly string[];
}

/** Attributes whose values may be named in a note; of all others only the name is. */
const shownAttributes: ReadonlySet<string> = new Set([
  'bucket',
  'key',
  'region',
  'dynamodb_table',
  'use_lockfile',
  'workspace_key_prefix',
  'profile',
  'path',
  'datacenter',
  'lock',
  'workspace_dir',
]);

/**
 * What the record of `terraform init` makes of a block. While the block's hash is still the recorded one,
 * Terraform uses the record (which also holds every `-backend-config`); otherwise it refuses every command until
 * the next init. So the record is the only state that can be locked from here, and a difference is named.
 * A record of another type says nothing about this block: then the block is what the next init makes of it.
 */
export function effectiveBlock(
  block: BackendBlock,
  recorded: RecordedBackend | undefined,
): EffectiveBlock {
  if (recorded === undefined) {
    return { block, notes: [] };
  }
  if (recorded.type !== block.type) {
    const note = `The block says "${block.type}", but ${recordName} here is "${recorded.type}": terraform init is due. Shown is what the block says.`;
    return { block, notes: [note] };
  }
  if (block.parse === 'unparsed') {
    const note = `The block cannot be parsed as it stands. Shown is ${recordName}.`;
    return { block: recordedBlock(block, recorded), notes: [note] };
  }
  const differences = block.parse === 'current' ? differencesOf(block, recorded) : [];
  return {
    block: recordedBlock(block, recorded),
    notes:
      differences.length === 0
        ? []
        : [
            `The block and ${recordName} here differ: ${differences.join('; ')}. Shown is the recorded state. If the block was changed since, terraform init is due; if init was given -backend-config, all is well.`,
          ],
  };
}

function recordedBlock(block: BackendBlock, recorded: RecordedBackend): BackendBlock {
  return { ...block, attributes: recordedAttributes(block, recorded), parse: 'current' };
}

function recordedAttributes(block: BackendBlock, recorded: RecordedBackend): Attribute[] {
  return Object.entries(recorded.config)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const own = block.attributes.find((attribute) => attribute.name === name);
      return { name, range: own?.range ?? block.range, value: { kind: 'literal', value } };
    });
}

function differencesOf(block: BackendBlock, recorded: RecordedBackend): string[] {
  return block.attributes.flatMap(({ name, value }) => {
    // What an expression gives is only known from the record.
    if (value.kind === 'expression') {
      return [];
    }
    const known = recorded.config[name];
    if (canonical(value.value) === canonical(known)) {
      return [];
    }
    return [
      shownAttributes.has(name)
        ? `${name} is ${words(value.value)} in the block, ${words(known)} in the record`
        : name,
    ];
  });
}

function words(value: unknown): string {
  return value === null || value === undefined ? 'not set' : JSON.stringify(value);
}

/** Equal for values that Terraform converts to the same: `"true"` and true, null and nothing, sets in any order. */
function canonical(value: unknown): string {
  if (value === null || value === undefined) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonical).sort().join()}]`;
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value).filter(([, inner]) => inner !== null);
    return `{${entries
      .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`)
      .sort()
      .join()}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(JSON.stringify(value));
}
