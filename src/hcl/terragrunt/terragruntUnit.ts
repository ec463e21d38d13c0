import type { BackendBlock, TextRange } from '../../core/backendBlock';
import type { GeneratedFile } from '../../core/resolution';
import { Budget, Unresolvable } from '../static/staticValue';
import { attempt } from './attempt';
import { ConfigScope } from './configScope';
import type { Evaluation, FoundRemoteState } from './evaluation';
import { givenTo } from './givenToRuns';
import { KnownFiles, NotKnownYet, type ParsedFiles, type TerragruntPort } from './knownFiles';
import { generatedFile, remoteStateBlock, unknownBlock } from './remoteStateBlock';
import type { IncludeBlock } from './terragruntFile';
import { folderOf } from './terragruntPaths';

/** How often an evaluation is begun anew because it needs another file. */
const maxLooks = 100;

/** What is known of one `terragrunt.hcl`. */
export interface TerragruntUnit {
  /** Where its state is; undefined where the file is no unit, or Terragrunt leaves the backend to the module. */
  readonly block?: BackendBlock;
  /** What Terragrunt writes the block to; undefined where it gives it to `terraform init` as arguments. */
  readonly generates?: GeneratedFile;
  /** What it gives the runs of Terraform that is not followed here: a role, credentials. */
  readonly notFollowed?: string;
  /** It gives the module variables. */
  readonly givesVariables?: true;
  /** The paths that this depends on. */
  readonly lookedAt: ReadonlySet<string>;
}

interface UnitDeps {
  readonly port: TerragruntPort;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly yieldNow: () => Promise<void>;
  /** Kept from unit to unit. */
  readonly parsed: ParsedFiles;
}

/**
 * Evaluates a `terragrunt.hcl` as Terragrunt would for a command in its folder. Nothing is run. Never rejects
 * on account of what is in files.
 */
export async function readTerragruntUnit(path: string, deps: UnitDeps): Promise<TerragruntUnit> {
  const files = new KnownFiles(deps.port, deps.yieldNow, deps.parsed);
  for (let looks = 0; looks < maxLooks; looks++) {
    try {
      return { ...unitOf(path, files, deps.environment), lookedAt: files.lookedAt };
    } catch (error) {
      if (!(error instanceof NotKnownYet)) {
        throw error;
      }
      await error.load();
      await deps.yieldNow();
    }
  }
  const why = 'it depends on too many files';
  const block = unknownBlock({ start: 0, end: 0 }, 'terragrunt.hcl', why);
  return { block, lookedAt: files.lookedAt };
}

function unitOf(
  path: string,
  files: KnownFiles,
  environment: UnitDeps['environment'],
): Omit<TerragruntUnit, 'lookedAt'> {
  const unitDir = folderOf(path);
  const evaluation: Evaluation<ConfigScope> = {
    files,
    environment,
    budget: new Budget(),
    unitDir,
    configs: new Map(),
  };
  const file = attempt(() => files.file(path));
  if (file instanceof Unresolvable) {
    return {};
  }
  const scope = new ConfigScope(evaluation, file, unitDir, undefined, 0);
  if (!isUnit(scope, files, unitDir)) {
    return {};
  }
  return { ...backendOf(scope), ...givenTo(scope, environment) };
}

function backendOf(scope: ConfigScope): Pick<TerragruntUnit, 'block' | 'generates'> {
  const found = attempt(() => scope.remoteState());
  if (found instanceof Unresolvable) {
    const include = unreadableInclude(scope);
    const text = include?.arguments.get('path')?.text ?? 'include';
    return { block: unknownBlock(include?.range ?? noRange, text, found.message) };
  }
  return found === undefined ? generatedOnly(scope) : withBlock(found);
}

const noRange: TextRange = { start: 0, end: 0 };

function withBlock(
  found: FoundRemoteState<ConfigScope>,
): Pick<TerragruntUnit, 'block' | 'generates'> {
  const generates = attempt(() => generatedFile(found));
  return {
    block: remoteStateBlock(found, found.by?.range ?? found.written.range),
    ...(generates === undefined
      ? {}
      : { generates: generates instanceof Unresolvable ? {} : generates }),
  };
}

/** A `generate` block writes a backend block: what it writes is text, and found where it was written. */
function generatedOnly(scope: ConfigScope): Pick<TerragruntUnit, 'block' | 'generates'> {
  for (const { scope: origin, by } of scope.merged()) {
    const [block] = origin.file.generatesBackend;
    if (block !== undefined) {
      const given = block.arguments.get('path');
      const path = given === undefined ? undefined : attempt(() => origin.value(given));
      const why = 'what it writes is only known where Terragrunt has written it';
      return {
        block: unknownBlock(by?.range ?? block.range, `generate "${block.name}"`, why),
        generates: typeof path === 'string' ? { file: path } : {},
      };
    }
  }
  return {};
}

/**
 * Terragrunt runs a configuration that has a module: a `source`, its own or merged in, or Terraform's files
 * beside it. All others (the root that is only included) are passed over, and so are those with `skip = true`.
 */
function isUnit(scope: ConfigScope, files: KnownFiles, unitDir: string): boolean {
  const { skip } = scope.file;
  if (skip !== undefined && attempt(() => scope.value(skip)) === true) {
    return false;
  }
  return (
    hasSource(scope) ||
    scope.file.includes.some((include) => {
      const included = attempt(() =>
        scope.isMerged(include) ? scope.scopeOf(include) : undefined,
      );
      // What cannot be read may have a source: shown as unknown rather than not at all.
      return included instanceof Unresolvable || (included !== undefined && hasSource(included));
    }) ||
    files.list(unitDir).some((name) => /\.(?:tf|tofu)(?:\.json)?$/.test(name))
  );
}

function hasSource({ file }: ConfigScope): boolean {
  const source = file.terraform.get('source');
  return source !== undefined && source.text !== '""';
}

function unreadableInclude(scope: ConfigScope): IncludeBlock | undefined {
  return scope.file.includes.findLast(
    (include) => attempt(() => scope.scopeOf(include)) instanceof Unresolvable,
  );
}
