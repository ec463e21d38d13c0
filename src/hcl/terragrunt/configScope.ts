import { attempt } from './attempt';
import { evaluate, type Scope } from '../static/evaluator';
import { callFunction, type StaticFunction } from '../static/functions';
import { Unresolvable, type Budget, type StaticValue } from '../static/staticValue';
import type { Evaluation, FoundRemoteState } from './evaluation';
import { LazyObject } from './lazyObject';
import { OnceEach } from './onceEach';
import { terragruntFunctions } from './terragruntFunctions';
import { folderOf, resolvePath } from './terragruntPaths';
import type {
  BlockArguments,
  IncludeBlock,
  TerragruntFile,
  WrittenExpression,
} from './terragruntFile';

/** Configurations that read one another, one inside the other. */
const maxNesting = 8;

/**
 * The scope of one Terragrunt configuration: its locals, what it includes, and the functions as they answer
 * there. An included file is evaluated as a part of the unit, with locals of its own.
 */
export class ConfigScope implements Scope {
  readonly budget: Budget;
  private readonly functions: ReadonlyMap<string, StaticFunction>;
  private readonly locals = new OnceEach<string, StaticValue>();
  private readonly included = new Map<IncludeBlock, ConfigScope>();
  private readonly paths = new OnceEach<IncludeBlock, string>();
  private readonly exposures = new OnceEach<IncludeBlock, boolean>();

  /**
   * @param configDir the folder that paths are relative to: that of the unit, also in what it includes.
   * @param includedAs the path of this very file, where it is included.
   */
  constructor(
    private readonly evaluation: Evaluation<ConfigScope>,
    readonly file: TerragruntFile,
    private readonly configDir: string,
    private readonly includedAs: string | undefined,
    private readonly nesting: number,
  ) {
    this.budget = evaluation.budget;
    this.functions = terragruntFunctions({
      configDir,
      unitDir: evaluation.unitDir,
      environment: evaluation.environment,
      firstThere: (paths) => evaluation.files.firstThere(paths),
      includedPath: (label) => this.includedPath(label),
      readConfig: (path) => this.readConfig(path),
    });
  }

  reference(root: string, name: string, depth: number): StaticValue {
    this.budget.step(depth);
    if (root === 'local') return this.local(name, depth);
    if (root === 'include') return this.exposed(name);
    throw new Unresolvable(`${root}.${name} is not known before anything is run`);
  }

  call(name: string, args: readonly StaticValue[]): StaticValue {
    return callFunction(name, args, this.budget, this.functions);
  }

  value(expression: WrittenExpression, depth = 0): StaticValue {
    return evaluate(expression.read(this.budget), this, depth);
  }

  /** The scope of what a block includes. */
  scopeOf(include: IncludeBlock): ConfigScope {
    const known = this.included.get(include);
    if (known !== undefined) {
      return known;
    }
    const path = this.pathOf(include);
    const file = this.evaluation.files.file(path);
    if (file.includes.length > 0) {
      throw new Unresolvable(
        'what is included has an include block of its own, which Terragrunt refuses',
      );
    }
    const scope = new ConfigScope(this.evaluation, file, this.configDir, path, this.nesting + 1);
    this.included.set(include, scope);
    return scope;
  }

  /** Whether what a block includes is merged into this configuration. */
  isMerged({ arguments: given }: IncludeBlock): boolean {
    const strategy = given.get('merge_strategy');
    return strategy === undefined || this.value(strategy) !== 'no_merge';
  }

  /** This configuration, and those that can be read of the ones that are merged into it. */
  merged(): readonly { readonly scope: ConfigScope; readonly by?: IncludeBlock }[] {
    const included = this.file.includes.flatMap((by) => {
      const scope = attempt(() => (this.isMerged(by) ? this.scopeOf(by) : undefined));
      return scope instanceof ConfigScope ? [{ scope, by }] : [];
    });
    return [{ scope: this }, ...included];
  }

  /**
   * The `remote_state` that counts: its own, else that of the last include that has one. It is replaced as a
   * whole, by a deep merge, too.
   */
  remoteState(): FoundRemoteState<ConfigScope> | undefined {
    const own = this.file.remoteState;
    if (own !== undefined) {
      return { written: own, scope: this };
    }
    for (const include of this.file.includes.toReversed()) {
      const scope = this.isMerged(include) ? this.scopeOf(include) : undefined;
      if (scope?.file.remoteState !== undefined) {
        return { written: scope.file.remoteState, scope, by: include };
      }
    }
    return undefined;
  }

  private local(name: string, depth: number): StaticValue {
    const definition = this.file.locals.get(name);
    if (definition === undefined) {
      throw new Unresolvable(`local.${name} is not defined`);
    }
    const refersToItself = (): never => {
      throw new Unresolvable(`local.${name} refers to itself`);
    };
    return this.locals.get(name, () => this.value(definition, depth + 1), refersToItself);
  }

  /** `include.NAME`, or an attribute of the one bare include. */
  private exposed(name: string): StaticValue {
    const { includes } = this.file;
    const [first] = includes;
    const bare = first?.name === '' && includes.length === 1 ? first : undefined;
    const include = bare ?? includes.find((candidate) => candidate.name === name);
    if (include === undefined || !this.isExposed(include)) {
      throw new Unresolvable(`include.${name} is not exposed`);
    }
    const config = this.scopeOf(include).asObject();
    const value = bare === undefined ? config : config.get(name);
    if (value === undefined) {
      throw new Unresolvable(`include.${name} is not defined`);
    }
    return value;
  }

  private isExposed(include: IncludeBlock): boolean {
    const expose = include.arguments.get('expose');
    return (
      expose !== undefined &&
      this.exposures.get(
        include,
        () => this.value(expose) === true,
        () => false,
      )
    );
  }

  /** The configuration as others see it that read or include it, as far as it is known here. */
  private asObject(): LazyObject {
    const names = ['locals', 'remote_state', 'inputs'].filter(
      (name) => name !== 'inputs' || this.file.inputs !== undefined,
    );
    return new LazyObject(names, (name) => {
      if (name === 'locals') {
        return new LazyObject([...this.file.locals.keys()], (local) => this.local(local, 0));
      } else if (name === 'remote_state') {
        return this.remoteStateObject();
      }
      const { inputs, includes } = this.file;
      if (inputs === undefined || includes.length > 0) {
        throw new Unresolvable('inputs that are merged from several files are not evaluated here');
      }
      return this.value(inputs);
    });
  }

  private remoteStateObject(): StaticValue {
    const found = this.remoteState();
    if (found === undefined) {
      throw new Unresolvable('a configuration that is read has no remote_state');
    }
    const { written, scope } = found;
    const { value } = written;
    return isBlock(value)
      ? new LazyObject([...value.keys()], (name) => {
          const argument = value.get(name);
          return argument === undefined ? null : scope.value(argument);
        })
      : scope.value(value);
  }

  private readConfig(path: string): StaticValue {
    const known = this.evaluation.configs.get(path);
    if (known !== undefined) {
      return known.asObject();
    }
    if (this.nesting >= maxNesting) {
      throw new Unresolvable('too many configurations read one another');
    }
    const scope = new ConfigScope(
      this.evaluation,
      this.evaluation.files.file(path),
      folderOf(path),
      undefined,
      this.nesting + 1,
    );
    this.evaluation.configs.set(path, scope);
    return scope.asObject();
  }

  private includedPath(label: string | undefined): string | undefined {
    if (this.includedAs !== undefined) {
      return this.includedAs;
    }
    const { includes } = this.file;
    const [first] = includes;
    if (first === undefined || includes.length === 1) {
      return first === undefined ? undefined : this.pathOf(first);
    }
    const include = includes.find(({ name }) => name === label);
    if (include === undefined) {
      throw new Unresolvable('it does not say which include block it means');
    }
    return this.pathOf(include);
  }

  private pathOf(include: IncludeBlock): string {
    const { name, arguments: given } = include;
    const locate = (): string => {
      const path = given.get('path');
      const value = path === undefined ? undefined : this.value(path);
      if (typeof value !== 'string' || value === '') {
        throw new Unresolvable(`the path of include "${name}" is no text`);
      }
      return resolvePath(this.configDir, value);
    };
    const refersToItself = (): never => {
      throw new Unresolvable(`the path of include "${name}" refers to itself`);
    };
    return this.paths.get(include, locate, refersToItself);
  }
}

export function isBlock(value: BlockArguments | WrittenExpression): value is BlockArguments {
  return value instanceof Map;
}
