import type { TextRange } from '../../core/backendBlock';
import type { ScannedAttribute, ScannedBlock } from '../scanResult';
import { scanTopLevel, type BlocksOfInterest } from '../static/definitionScanner';
import { parseExpression } from '../static/expressionParser';
import type { LazyExpression } from '../static/moduleDefinitions';

/** An expression of a file, with its text. */
export interface WrittenExpression {
  readonly text: string;
  readonly read: LazyExpression;
}

/** The arguments of one block, by name. */
export type BlockArguments = ReadonlyMap<string, WrittenExpression>;

/** `include "NAME" { … }`; the name is empty for a bare one. */
export interface IncludeBlock {
  readonly name: string;
  readonly range: TextRange;
  readonly arguments: BlockArguments;
}

/** `remote_state { … }`, or `remote_state = …`, which is one expression. */
export interface RemoteStateWritten {
  readonly range: TextRange;
  readonly value: BlockArguments | WrittenExpression;
}

/** What a Terragrunt configuration file says about where states are. */
export interface TerragruntFile {
  readonly includes: readonly IncludeBlock[];
  readonly locals: BlockArguments;
  readonly remoteState?: RemoteStateWritten;
  /** The `terraform` block. */
  readonly terraform: BlockArguments;
  /** `generate "NAME" { … }`, those that write a backend block. */
  readonly generatesBackend: readonly IncludeBlock[];
  readonly inputs?: WrittenExpression;
  readonly skip?: WrittenExpression;
  readonly iamRole?: WrittenExpression;
  /** The `terraform` block sets environment variables that say where and as whom Terraform looks for its state. */
  readonly setsEnvironment: boolean;
}

const blocks: BlocksOfInterest = {
  include: { kind: 'include', labels: [0, 1] },
  locals: { kind: 'locals', labels: [0] },
  remote_state: { kind: 'remote_state', labels: [0] },
  terraform: { kind: 'terraform', labels: [0] },
  generate: { kind: 'generate', labels: [1] },
};
const attributes = ['remote_state', 'inputs', 'skip', 'iam_role'];

/** Many arguments are taken in so many at a time. */
const argumentsPerTurn = 500;

/** Reads the text of a file. Never rejects on account of the text; awaits `yieldNow` now and then. */
export async function readTerragruntFile(
  text: string,
  yieldNow: () => Promise<void>,
): Promise<TerragruntFile> {
  const found = await scanTopLevel(text, yieldNow, blocks, attributes);
  const read = new Map<ScannedBlock, BlockArguments>();
  for (const block of found.blocks) {
    read.set(block, await argumentsOf(text, block, yieldNow));
  }
  const of = (kind: ScannedBlock['kind']): readonly IncludeBlock[] =>
    [...read]
      .filter(([block]) => block.kind === kind)
      .map(([{ type, range }, given]) => ({ name: detached(type), range, arguments: given }));
  const attribute = (name: string): ScannedAttribute | undefined =>
    found.attributes.find((candidate) => candidate.name === name);
  const remoteState = remoteStateOf(text, of('remote_state')[0], attribute('remote_state'));
  const [inputs, skip, iamRole] = ['inputs', 'skip', 'iam_role'].map(attribute);
  return {
    includes: of('include'),
    locals: merged(of('locals').map((block) => block.arguments)),
    terraform: of('terraform')[0]?.arguments ?? new Map(),
    generatesBackend: of('generate').filter(({ range }) =>
      /\bbackend[\s\\]+"/.test(text.slice(range.start, range.end).replace(/^[^{]*/, '')),
    ),
    setsEnvironment: of('terraform').some(({ range }) =>
      setsEnvironment(text.slice(range.start, range.end)),
    ),
    ...(remoteState === undefined ? {} : { remoteState }),
    ...(iamRole === undefined ? {} : { iamRole: writtenExpression(text, iamRole) }),
    ...(inputs === undefined ? {} : { inputs: writtenExpression(text, inputs) }),
    ...(skip === undefined ? {} : { skip: writtenExpression(text, skip) }),
  };
}

/** Whether `env_vars` of an `extra_arguments` block may hold credentials, a workspace or arguments. */
function setsEnvironment(block: string): boolean {
  return block
    .split(/\benv_vars\b/)
    .slice(1)
    .some((after) => {
      const names = /^\s*=\s*\{([^{}()]*)\}/.exec(after)?.[1];
      return names === undefined || /\b(?:AWS_|TF_(?!VAR_)|HTTPS?_PROXY)/i.test(names);
    });
}

function remoteStateOf(
  text: string,
  block: IncludeBlock | undefined,
  attribute: ScannedAttribute | undefined,
): RemoteStateWritten | undefined {
  if (block !== undefined) {
    return { range: block.range, value: block.arguments };
  }
  return attribute === undefined
    ? undefined
    : { range: attribute.range, value: writtenExpression(text, attribute) };
}

/** A file has one `locals` block, as a rule; then it is taken as it is. */
function merged(all: readonly BlockArguments[]): BlockArguments {
  const [only, ...others] = all;
  return only !== undefined && others.length === 0 ? only : new Map(all.flatMap((one) => [...one]));
}

async function argumentsOf(
  text: string,
  { attributes: list }: ScannedBlock,
  yieldNow: () => Promise<void>,
): Promise<BlockArguments> {
  const given = new Map<string, WrittenExpression>();
  for (const [at, attribute] of list.entries()) {
    given.set(detached(attribute.name), writtenExpression(text, attribute));
    if (at % argumentsPerTurn === argumentsPerTurn - 1) {
      await yieldNow();
    }
  }
  return given;
}

function writtenExpression(text: string, { valueRange }: ScannedAttribute): WrittenExpression {
  const source = detached(text.slice(valueRange.start, valueRange.end));
  return { text: source, read: (budget) => parseExpression(source, budget) };
}

/** A copy that does not keep the whole file in memory. */
function detached(slice: string): string {
  return ` ${slice}`.slice(1);
}
