import type { Attribute, AttributeValue, BackendBlock } from '../../core/backendBlock';
import { evaluate, isConstant, type Scope } from './evaluator';
import { parseExpression } from './expressionParser';
import { configurationFiles, readDefinitions } from './moduleDefinitions';
import { ModuleScope } from './moduleScope';
import { Budget, toPlain, Unresolvable } from './staticValue';
import { inputFiles, readInputs } from './variableInputs';

/** The module directories, as they are while they are being edited. */
export interface ModuleFiles {
  /** The names of the files in a directory; none where it cannot be read. */
  list(dir: string): Promise<readonly string[]>;
  /** The text of a file, unsaved where it is open; undefined where it cannot be read. */
  readText(dir: string, name: string): Promise<string | undefined>;
  /** The workspace that is selected in a directory; undefined where that is not known. */
  workspace(dir: string): Promise<string | undefined>;
}

interface ModuleValuesDeps {
  readonly files: ModuleFiles;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly yieldNow: () => Promise<void>;
}

/**
 * Gives values to the attributes of backend blocks that are no literals, as OpenTofu's early evaluation
 * does (1.8 and later). Terraform refuses references in a backend block, so a block that has any can only
 * be OpenTofu's. What has no value here stays an expression and says why.
 */
export class ModuleValues {
  constructor(private readonly deps: ModuleValuesDeps) {}

  /** The blocks with the values that are known. `dir` is the module directory, `dirPath` where it is on disk. */
  async complete(
    blocks: readonly BackendBlock[],
    dir: string,
    dirPath?: string,
  ): Promise<readonly BackendBlock[]> {
    if (!blocks.some(needsValues)) {
      return blocks;
    }
    const scope = await this.scopeOf(dir, dirPath);
    const completed: BackendBlock[] = [];
    for (const block of blocks) {
      completed.push(needsValues(block) ? completeBlock(block, scope) : block);
      await this.deps.yieldNow();
    }
    return completed;
  }

  private async scopeOf(dir: string, dirPath: string | undefined): Promise<Scope> {
    const { environment, yieldNow, files } = this.deps;
    const budget = new Budget();
    try {
      const names = await files.list(dir);
      const definitions = await readDefinitions(
        await this.readAll(dir, configurationFiles(names)),
        yieldNow,
      );
      const given = await this.readAll(dir, inputFiles(names));
      const inputs = await readInputs(environment, given, yieldNow);
      const workspace = await files.workspace(dir);
      return new ModuleScope(
        {
          definitions,
          inputs,
          ...(workspace === undefined ? {} : { workspace }),
          ...(dirPath === undefined ? {} : { dirPath }),
        },
        budget,
      );
    } catch (error) {
      return refusingScope(error, budget);
    }
  }

  private async readAll(
    dir: string,
    names: readonly string[],
  ): Promise<{ name: string; text: string }[]> {
    return Promise.all(
      names.map(async (name) => {
        const text = await this.deps.files.readText(dir, name);
        if (text === undefined) {
          throw new Unresolvable(`${name} cannot be read`);
        }
        return { name, text };
      }),
    );
  }
}

/** Whether a block has attributes that are no literals. */
export function needsValues(block: BackendBlock): boolean {
  return block.attributes.some(({ value }) => value.kind === 'expression');
}

/** A scope of a directory that cannot be told: constants still have their values. */
function refusingScope(error: unknown, budget: Budget): Scope {
  const refuse = (): never => {
    throw error instanceof Unresolvable ? error : new Unresolvable('its files cannot be read');
  };
  return { budget, reference: refuse, call: refuse };
}

function completeBlock(block: BackendBlock, scope: Scope): BackendBlock {
  const values = block.attributes.map(({ value }) =>
    value.kind === 'literal' ? { value, constant: true } : valueOf(value.text, scope),
  );
  const attributes = block.attributes.map((attribute, at): Attribute => ({
    ...attribute,
    value: values[at]?.value ?? attribute.value,
  }));
  const evaluated = values.some(({ value, constant }) => value.kind === 'literal' && !constant);
  return { ...block, attributes, ...(evaluated ? { evaluatedBy: 'OpenTofu' as const } : {}) };
}

function valueOf(text: string, scope: Scope): { value: AttributeValue; constant: boolean } {
  try {
    const expression = parseExpression(text, scope.budget);
    const value = toPlain(evaluate(expression, scope), scope.budget);
    return { value: { kind: 'literal', value }, constant: isConstant(expression) };
  } catch (error) {
    if (!(error instanceof Unresolvable)) {
      throw error;
    }
    return { value: { kind: 'expression', text, why: error.message }, constant: false };
  }
}
