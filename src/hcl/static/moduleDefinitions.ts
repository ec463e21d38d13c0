import type { Expression } from './expression';
import { parseExpression } from './expressionParser';
import { scanDefinitions } from './definitionScanner';
import { Unresolvable, type Budget } from './staticValue';

/** An expression that is read when somebody asks for it. Throws `Unresolvable`. */
export type LazyExpression = (budget: Budget) => Expression;

/** The arguments of one `variable` block, or of a block and those that override it. */
export type VariableDefinition = ReadonlyMap<string, LazyExpression>;

/** What a module directory defines, as OpenTofu sees its files together. */
export interface Definitions {
  readonly variables: ReadonlyMap<string, VariableDefinition>;
  readonly locals: ReadonlyMap<string, LazyExpression>;
}

/** One named thing of one file. */
type Definition =
  | { readonly kind: 'variable'; readonly name: string; readonly arguments: VariableDefinition }
  | { readonly kind: 'local'; readonly name: string; readonly value: LazyExpression };

/** Many definitions are taken in so many at a time. */
const definitionsPerTurn = 500;
/** JSON is parsed in one go, so that the file must be small enough for the thread it runs on. */
const maxJsonChars = 300_000;

/**
 * The configuration files of a directory that OpenTofu reads, in its order: primary files by name, then
 * overrides by name. `x.tofu` hides `x.tf` and `x.tofu.json` hides `x.tf.json`.
 */
export function configurationFiles(names: readonly string[]): string[] {
  const present = new Set(names);
  const isHidden = (name: string): boolean => {
    const hiding = name.replace(/\.tf(\.json)?$/, '.tofu$1');
    return hiding !== name && present.has(hiding);
  };
  const read = names.filter(
    (name) =>
      /\.(?:tf|tofu)(?:\.json)?$/.test(name) && !/^\.|~$|^#.*#$/.test(name) && !isHidden(name),
  );
  const sorted = read.sort((a, b) => (a < b ? -1 : 1));
  return [...sorted.filter((name) => !isOverride(name)), ...sorted.filter(isOverride)];
}

/**
 * The definitions of a directory, from the texts of its `configurationFiles`, in their order. Rejects with
 * `Unresolvable` where a file cannot be read as a whole.
 */
export async function readDefinitions(
  files: readonly { readonly name: string; readonly text: string }[],
  yieldNow: () => Promise<void>,
): Promise<Definitions> {
  const variables = new Map<string, VariableDefinition>();
  const locals = new Map<string, LazyExpression>();
  for (const { name: file, text } of files) {
    const isJson = file.endsWith('.json');
    const found = isJson ? jsonDefinitions(file, text) : await nativeDefinitions(text, yieldNow);
    for (const [at, definition] of found.entries()) {
      add(definition, file, variables, locals);
      if (at % definitionsPerTurn === definitionsPerTurn - 1) {
        await yieldNow();
      }
    }
    await yieldNow();
  }
  return { variables, locals };
}

/** An override replaces argument by argument; a second definition elsewhere is an error in OpenTofu. */
function add(
  definition: Definition,
  file: string,
  variables: Map<string, VariableDefinition>,
  locals: Map<string, LazyExpression>,
): void {
  const { name } = definition;
  const clash = (what: string): never => {
    throw new Unresolvable(`${what}.${name} is defined more than once`);
  };
  if (definition.kind === 'local') {
    const clashes = locals.has(name) && !isOverride(file);
    locals.set(name, clashes ? () => clash('local') : definition.value);
    return;
  }
  const known = variables.get(name);
  if (known !== undefined && !isOverride(file)) {
    // The first argument that anybody asks for.
    variables.set(name, new Map([['sensitive', () => clash('var')]]));
  } else {
    variables.set(name, new Map([...(known ?? []), ...definition.arguments]));
  }
}

function isOverride(name: string): boolean {
  return /(?:^|_)override\.(?:tf|tofu)(?:\.json)?$/.test(name);
}

async function nativeDefinitions(
  text: string,
  yieldNow: () => Promise<void>,
): Promise<Definition[]> {
  const definitions: Definition[] = [];
  for (const { kind, type, attributes } of await scanDefinitions(text, yieldNow)) {
    const expressions: [string, LazyExpression][] = [];
    for (const [at, { name, valueRange }] of attributes.entries()) {
      const source = detached(text.slice(valueRange.start, valueRange.end));
      expressions.push([detached(name), (budget) => parseExpression(source, budget)]);
      if (at % definitionsPerTurn === definitionsPerTurn - 1) {
        await yieldNow();
      }
    }
    if (kind === 'variable') {
      definitions.push({ kind, name: detached(type), arguments: new Map(expressions) });
    } else {
      expressions.forEach(([name, value]) => definitions.push(local(name, value)));
    }
  }
  return definitions;
}

function local(name: string, value: LazyExpression): Definition {
  return { kind: 'local', name, value };
}

/** JSON syntax: `{ "variable": { NAME: { … } }, "locals": { NAME: value } }`, each level maybe in a list. */
function jsonDefinitions(file: string, text: string): Definition[] {
  const root = parseJson(file, text);
  const variables = entries(root, 'variable').flatMap(([name, body]): Definition[] => [
    { kind: 'variable', name, arguments: jsonArguments(body) },
  ]);
  const locals = entries(root, 'locals').map(([name, json]) =>
    local(name, (budget) => jsonExpression(json, budget, 0)),
  );
  return [...variables, ...locals];
}

/** Throws `Unresolvable`, naming the file: what it would define or override is not known. */
export function parseJson(file: string, text: string): unknown {
  if (text.length > maxJsonChars) {
    throw new Unresolvable(`${file} is too large to be read here`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Half-typed, perhaps. What the parser says holds parts of the text, which may be secret.
    throw new Unresolvable(`${file} is not valid JSON`);
  }
}

function jsonArguments(body: unknown): VariableDefinition {
  return new Map(
    objects(body)
      .flatMap((object) => Object.entries(object))
      .map(([name, json]): [string, LazyExpression] => [
        name,
        // A type is written as a text that holds the expression; the rest are constants.
        name === 'type' && typeof json === 'string'
          ? (budget) => parseExpression(json, budget)
          : (budget) => jsonExpression(json, budget, 0, true),
      ]),
  );
}

/** The expression that a JSON value stands for: its strings are templates, or, as constants, just text. */
export function jsonExpression(
  json: unknown,
  budget: Budget,
  depth: number,
  constant = false,
): Expression {
  budget.step(depth);
  const inner = (part: unknown): Expression => jsonExpression(part, budget, depth + 1, constant);
  if (Array.isArray(json)) {
    return { kind: 'list', items: json.map(inner) };
  }
  if (typeof json === 'object' && json !== null) {
    const items = Object.entries(json).map(
      ([key, item]) => [inner(key), inner(item)] as [Expression, Expression],
    );
    return { kind: 'object', items };
  }
  if (typeof json === 'string' && constant) {
    return { kind: 'literal', value: json.normalize('NFC') };
  }
  // JSON's numbers and words are HCL's, and a string in quotes is a template there.
  return parseExpression(JSON.stringify(json), budget);
}

function entries(root: unknown, name: string): [string, unknown][] {
  return objects(root)
    .flatMap((object) => (Object.hasOwn(object, name) ? objects(object[name]) : []))
    .flatMap((object) => Object.entries(object))
    .filter(([key]) => key !== '//');
}

function objects(json: unknown): Record<string, unknown>[] {
  const list: unknown[] = Array.isArray(json) ? json : [json];
  return list.filter(
    (item): item is Record<string, unknown> =>
      typeof item === 'object' && item !== null && !Array.isArray(item),
  );
}

/** A copy that does not keep the whole file in memory. */
function detached(slice: string): string {
  return ` ${slice}`.slice(1);
}
