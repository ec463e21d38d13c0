import type { Expression } from './expression';
import { isList, isObject, text, toText, Unresolvable } from './staticValue';
import type { Budget, StaticValue } from './staticValue';

/** What an expression may refer to. Every method throws `Unresolvable` where it has no answer. */
export interface Scope {
  readonly budget: Budget;
  /** `var.NAME`, `local.NAME`, `path.NAME`, `terraform.NAME`. */
  reference(root: string, name: string, depth: number): StaticValue;
  call(name: string, args: readonly StaticValue[]): StaticValue;
}

/** Refers to nothing and calls nothing: for variable defaults and `.tfvars` files. */
export function constantScope(budget: Budget): Scope {
  return {
    budget,
    reference: (root, name) => {
      throw new Unresolvable(`${root}.${name} cannot be used in a constant`);
    },
    call: (name) => {
      throw new Unresolvable(`${name}() cannot be used in a constant`);
    },
  };
}

/** The value of an expression. Throws `Unresolvable`; takes no more than the scope's budget. */
export function evaluate(expression: Expression, scope: Scope, depth = 0): StaticValue {
  scope.budget.step(depth);
  const inner = (part: Expression): StaticValue => evaluate(part, scope, depth + 1);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template':
      return template(expression.parts.map(inner), scope.budget);
    case 'name':
      throw new Unresolvable(`${expression.name} is no value`);
    case 'index':
      return index(expression, scope, depth);
    case 'list':
      return expression.items.map(inner);
    case 'object':
      return new Map(expression.items.map(([key, value]) => [toText(inner(key)), inner(value)]));
    case 'call':
      return scope.call(expression.name, expression.args.map(inner));
    case 'not':
      return !toBool(inner(expression.of));
    case 'binary':
      return binary(expression.operator, inner(expression.left), () => inner(expression.right));
    case 'conditional':
      return inner(toBool(inner(expression.condition)) ? expression.then : expression.otherwise);
  }
}

/** Whether an expression refers to or calls anything: Terraform accepts only those that do not. */
export function isConstant(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return true;
    case 'name':
    case 'call':
      return false;
    case 'template':
      return expression.parts.every(isConstant);
    case 'index':
      return isConstant(expression.of) && isConstant(expression.key);
    case 'list':
      return expression.items.every(isConstant);
    case 'object':
      return expression.items.every((item) => item.every(isConstant));
    case 'not':
      return isConstant(expression.of);
    case 'binary':
      return isConstant(expression.left) && isConstant(expression.right);
    case 'conditional':
      return [expression.condition, expression.then, expression.otherwise].every(isConstant);
  }
}

function template(parts: readonly StaticValue[], budget: Budget): StaticValue {
  const [alone] = parts;
  if (alone !== undefined && parts.length === 1) {
    return alone;
  }
  const texts = parts.map(toText);
  budget.text(texts.reduce((length, part) => length + part.length, 0));
  return text(texts.join(''));
}

function index(
  { of, key }: Extract<Expression, { kind: 'index' }>,
  scope: Scope,
  depth: number,
): StaticValue {
  if (of.kind === 'name') {
    if (key.kind !== 'literal' || typeof key.value !== 'string') {
      throw new Unresolvable(`${of.name}[…] is no reference`);
    }
    return scope.reference(of.name, key.value, depth + 1);
  }
  const collection = evaluate(of, scope, depth + 1);
  const at = evaluate(key, scope, depth + 1);
  let found: StaticValue | undefined;
  if (isObject(collection) && typeof at === 'string') {
    found = collection.get(at);
  } else if (isList(collection) && typeof at === 'number') {
    found = collection[at];
  }
  if (found === undefined) {
    throw new Unresolvable('it refers to an element that does not exist');
  }
  return found;
}

function binary(
  operator: '==' | '!=' | '&&' | '||',
  left: StaticValue,
  right: () => StaticValue,
): boolean {
  switch (operator) {
    case '&&':
      return toBool(left) && toBool(right());
    case '||':
      return toBool(left) || toBool(right());
    case '==':
      return equal(left, right());
    case '!=':
      return !equal(left, right());
  }
}

/**
 * Equality of primitives of one type. Whether `"3"` equals `3` depends on the types that variables were
 * converted to on their way, so such a comparison is left alone.
 */
function equal(left: StaticValue, right: StaticValue): boolean {
  if (left === null || right === null) {
    return left === right;
  }
  if (typeof left !== typeof right || typeof left === 'object') {
    throw new Unresolvable('it compares values that are not of one simple type');
  }
  return left === right;
}

function toBool(value: StaticValue): boolean {
  if (value === true || value === 'true') {
    return true;
  } else if (value === false || value === 'false') {
    return false;
  }
  throw new Unresolvable('a condition in it is neither true nor false');
}
