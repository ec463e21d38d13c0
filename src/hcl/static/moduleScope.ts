import { constantScope, evaluate, type Scope } from './evaluator';
import type { Expression } from './expression';
import { parseExpression } from './expressionParser';
import { callFunction } from './functions';
import type { Definitions, VariableDefinition } from './moduleDefinitions';
import { isList, isObject, toText, Unresolvable, type Budget } from './staticValue';
import type { StaticValue } from './staticValue';
import type { VariableInputs } from './variableInputs';

/** What a module directory knows about itself before anything is run. */
export interface ModuleFacts {
  readonly definitions: Definitions;
  readonly inputs: VariableInputs;
  /** The selected workspace, where it is known. */
  readonly workspace?: string;
  /** File system path of the directory, where it has one. */
  readonly dirPath?: string;
}

/**
 * The scope of OpenTofu's early evaluation in a root module: `var`, `local`, `path` and
 * `terraform.workspace`. Values are evaluated once; a circle of locals is refused, as OpenTofu does.
 */
export class ModuleScope implements Scope {
  private readonly locals = new Map<string, StaticValue>();
  private readonly evaluating = new Set<string>();

  constructor(
    private readonly facts: ModuleFacts,
    readonly budget: Budget,
  ) {}

  reference(root: string, name: string, depth: number): StaticValue {
    this.budget.step(depth);
    switch (root) {
      case 'local':
        return this.local(name, depth);
      case 'var':
        return this.variable(name);
      case 'path':
        return this.path(name);
      case 'terraform':
        if (name === 'workspace' && this.facts.workspace !== undefined) {
          return this.facts.workspace;
        }
    }
    throw new Unresolvable(`${root}.${name} is not known before anything is run`);
  }

  call(name: string, args: readonly StaticValue[]): StaticValue {
    return callFunction(name, args, this.budget);
  }

  private local(name: string, depth: number): StaticValue {
    const known = this.locals.get(name);
    if (known !== undefined) {
      return known;
    } else if (this.evaluating.has(name)) {
      throw new Unresolvable(`local.${name} refers to itself`);
    }
    const definition = this.facts.definitions.locals.get(name);
    if (definition === undefined) {
      throw new Unresolvable(`local.${name} is not defined`);
    }
    this.evaluating.add(name);
    try {
      const value = evaluate(definition(this.budget), this, depth + 1);
      this.locals.set(name, value);
      return value;
    } finally {
      this.evaluating.delete(name);
    }
  }

  private path(name: string): StaticValue {
    const { dirPath } = this.facts;
    if (name === 'module' || name === 'root') {
      return '.';
    } else if (name === 'cwd' && dirPath !== undefined) {
      return dirPath.replaceAll('\\', '/');
    }
    throw new Unresolvable(`path.${name} is not known`);
  }

  private variable(name: string): StaticValue {
    const definition = this.facts.definitions.variables.get(name);
    if (definition === undefined) {
      throw new Unresolvable(`var.${name} is not declared`);
    }
    this.refuseSecret(name, definition);
    const given = this.facts.inputs.get(name);
    if (given === undefined) {
      return this.defaultOf(name, definition);
    }
    const value = typeof given === 'string' ? this.fromText(given, definition) : given(this.budget);
    const result = evaluate(value, constantScope(this.budget));
    if (result === null && definition.has('nullable')) {
      throw new Unresolvable(`var.${name} is null`);
    }
    return result;
  }

  /** OpenTofu refuses secret values in a backend block: they would be written to disk. */
  private refuseSecret(name: string, definition: VariableDefinition): void {
    for (const [argument, expected] of [
      ['sensitive', false],
      ['ephemeral', false],
      ['const', true],
    ] as const) {
      const expression = definition.get(argument)?.(this.budget);
      if (
        expression !== undefined &&
        evaluate(expression, constantScope(this.budget)) !== expected
      ) {
        const what = argument === 'const' ? 'not const' : argument;
        throw new Unresolvable(`var.${name} is ${what}, which a backend block may not be given`);
      }
    }
  }

  private defaultOf(name: string, definition: VariableDefinition): StaticValue {
    const expression = definition.get('default')?.(this.budget);
    if (expression === undefined) {
      throw new Unresolvable(`var.${name} has no value here`);
    }
    const value = evaluate(expression, constantScope(this.budget));
    return converted(value, definition.get('type')?.(this.budget), name);
  }

  /** A text from the environment: taken as it is for primitive types, else read as an expression. */
  private fromText(given: string, definition: VariableDefinition): Expression {
    const type = definition.get('type')?.(this.budget);
    return type === undefined || primitiveOf(type) !== undefined
      ? { kind: 'literal', value: given.normalize('NFC') }
      : parseExpression(given, this.budget);
  }
}

function primitiveOf(type: Expression): string | undefined {
  return type.kind === 'name' && /^(?:string|number|bool)$/.test(type.name) ? type.name : undefined;
}

/** A default is converted to the declared type; where that is not simple, it is not guessed at. */
function converted(value: StaticValue, type: Expression | undefined, name: string): StaticValue {
  const doubt = new Unresolvable(`the default of var.${name} may be converted to another value`);
  if (type === undefined || value === null || (type.kind === 'name' && type.name === 'any')) {
    return value;
  }
  const primitive = primitiveOf(type);
  if (primitive === 'string') {
    return toText(value);
  }
  const isSafe =
    primitive === undefined
      ? holdsOnlyTexts(value) && !mentionsCall(type, /^(?:optional|set)$/)
      : typeof value === (primitive === 'bool' ? 'boolean' : 'number');
  if (!isSafe) {
    throw doubt;
  }
  return value;
}

function holdsOnlyTexts(value: StaticValue): boolean {
  if (isList(value)) {
    return value.every(holdsOnlyTexts);
  }
  return isObject(value) ? [...value.values()].every(holdsOnlyTexts) : typeof value === 'string';
}

function mentionsCall(type: Expression, names: RegExp): boolean {
  const parts =
    type.kind === 'call'
      ? type.args
      : type.kind === 'list'
        ? type.items
        : type.kind === 'object'
          ? type.items.map(([, item]) => item)
          : [];
  return (
    (type.kind === 'call' && names.test(type.name)) ||
    parts.some((part) => mentionsCall(part, names))
  );
}
