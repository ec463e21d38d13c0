import { isList, isObject, text, toText, Unresolvable } from './staticValue';
import type { Budget, StaticValue } from './staticValue';

/** A function of constants. Throws `Unresolvable` where it is not sure of the answer. */
export type StaticFunction = (args: readonly StaticValue[], budget: Budget) => StaticValue;

/**
 * The functions that are evaluated, each as far as its result is beyond doubt: letters outside ASCII have
 * other capitals in Go, regular expressions another syntax. Anything else is left unresolved.
 */
export const functions: ReadonlyMap<string, StaticFunction> = new Map<string, StaticFunction>([
  ['lower', (args) => ascii(args).toLowerCase()],
  ['upper', (args) => ascii(args).toUpperCase()],
  ['trimspace', (args) => ascii(args).trim()],
  ['trimprefix', (args) => trimmed(args, 'start')],
  ['trimsuffix', (args) => trimmed(args, 'end')],
  ['tostring', (args) => toText(single(args))],
  ['basename', (args) => basename(toText(single(args)))],
  ['dirname', (args) => dirname(toText(single(args)))],
  ['join', join],
  ['split', split],
  ['replace', replace],
  ['format', format],
  ['coalesce', coalesce],
  ['lookup', lookup],
]);

/** Calls one of `functions`, or of those in `more`, which come first. */
export function callFunction(
  name: string,
  args: readonly StaticValue[],
  budget: Budget,
  more?: ReadonlyMap<string, StaticFunction>,
): StaticValue {
  const called = more?.get(name) ?? functions.get(name);
  if (called === undefined) {
    throw new Unresolvable(`${name}() is not evaluated here`);
  }
  for (const item of args.flatMap((arg) => (isList(arg) ? arg : [arg]))) {
    budget.text(typeof item === 'string' ? item.length : 1);
  }
  return called(args, budget);
}

/** The last element of a slash-separated path; `.` for an empty one. */
export function basename(path: string): string {
  const trimmedPath = path.replace(/(?<!\/)\/+$/, '');
  if (trimmedPath === '') {
    return path === '' ? '.' : '/';
  }
  return trimmedPath.slice(trimmedPath.lastIndexOf('/') + 1);
}

/** A slash-separated path without its last element. Paths that would need cleaning are left alone. */
export function dirname(path: string): string {
  if (/\/\/|(?:^|\/)\.\.?(?:\/|$)/.test(path) && path !== '.') {
    throw new Unresolvable('dirname() of such a path is not evaluated here');
  }
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash);
}

function wrongArguments(): Unresolvable {
  return new Unresolvable('a function in it has arguments that are not evaluated here');
}

function single(args: readonly StaticValue[]): StaticValue {
  const [value] = args;
  if (value === undefined || args.length !== 1) {
    throw wrongArguments();
  }
  return value;
}

function ascii(args: readonly StaticValue[]): string {
  const value = toText(single(args));
  if (/[^\t\n\v\f\r -~]/.test(value)) {
    throw new Unresolvable('a function in it is given letters outside ASCII');
  }
  return value;
}

function trimmed(args: readonly StaticValue[], where: 'start' | 'end'): string {
  const [value, affix] = texts(args, 2);
  if (value === undefined || affix === undefined) {
    throw wrongArguments();
  }
  if (where === 'start') {
    return value.startsWith(affix) ? value.slice(affix.length) : value;
  }
  return value.endsWith(affix) ? value.slice(0, value.length - affix.length) : value;
}

function texts(args: readonly StaticValue[], count: number): string[] {
  if (args.length !== count) {
    throw wrongArguments();
  }
  return args.map(toText);
}

function join([first, ...lists]: readonly StaticValue[], budget: Budget): string {
  if (first === undefined || lists.length === 0 || !lists.every(isList)) {
    throw wrongArguments();
  }
  const separator = toText(first);
  const items = lists.flat().map(toText);
  budget.text(items.length * separator.length);
  return text(items.join(separator));
}

function split(args: readonly StaticValue[]): StaticValue {
  const [separator, value] = texts(args, 2);
  if (separator === undefined || separator === '' || value === undefined) {
    throw wrongArguments();
  }
  return value.split(separator);
}

function replace(args: readonly StaticValue[], budget: Budget): string {
  const [value, searched, replacement] = texts(args, 3);
  const isPattern = searched !== undefined && /^\/[^]*\/$/.test(searched) && searched.length > 1;
  if (value === undefined || !searched || replacement === undefined || isPattern) {
    throw wrongArguments();
  }
  const parts = value.split(searched);
  budget.text(parts.length * replacement.length);
  return text(parts.join(replacement));
}

/** `%s`, `%d` and `%%` only. */
function format([pattern, ...values]: readonly StaticValue[]): string {
  if (typeof pattern !== 'string') {
    throw wrongArguments();
  }
  let used = 0;
  const result = pattern.replace(/%(.?)/gs, (_, verb: string) => {
    if (verb === '%') {
      return '%';
    }
    const value = values[used++];
    const fits = verb === 's' ? value !== undefined : verb === 'd' && Number.isInteger(value);
    if (value === undefined || !fits) {
      throw wrongArguments();
    }
    return toText(value);
  });
  if (used !== values.length) {
    throw wrongArguments();
  }
  return text(result);
}

/** The first of several strings that is neither null nor empty. */
function coalesce(args: readonly StaticValue[]): StaticValue {
  if (!args.every((value) => value === null || typeof value === 'string')) {
    throw wrongArguments();
  }
  const found = args.find((value) => value !== null && value !== '');
  if (found === undefined) {
    throw new Unresolvable('coalesce() finds no value');
  }
  return found;
}

function lookup([map, key, otherwise, ...rest]: readonly StaticValue[]): StaticValue {
  if (map === undefined || !isObject(map) || typeof key !== 'string' || rest.length > 0) {
    throw wrongArguments();
  }
  const found = map.get(key) ?? otherwise;
  if (found === undefined) {
    throw new Unresolvable('lookup() finds no value');
  }
  return found;
}
