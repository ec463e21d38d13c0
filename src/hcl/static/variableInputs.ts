import { parseExpression } from './expressionParser';
import { scanAttributes } from './definitionScanner';
import { jsonExpression, parseJson, type LazyExpression } from './moduleDefinitions';
import { Unresolvable } from './staticValue';

/** Values given to variables from outside: a text from the environment, or an expression from a file. */
export type VariableInputs = ReadonlyMap<string, string | LazyExpression>;

const prefix = 'TF_VAR_';

/**
 * The files of a directory that OpenTofu takes variables from without being told to, in its order; what a
 * later one says counts.
 */
export function inputFiles(names: readonly string[]): string[] {
  const fixed = ['terraform.tfvars', 'terraform.tfvars.json'].filter((name) =>
    names.includes(name),
  );
  const auto = names.filter((name) => /\.auto\.tfvars(?:\.json)?$/.test(name));
  return [...fixed, ...auto.sort((a, b) => (a < b ? -1 : 1))];
}

/**
 * The values that `TF_VAR_…` and the `inputFiles` give, the environment first because files override it.
 * Rejects with `Unresolvable` where a file cannot be read, and where the environment adds `-var` or
 * `-var-file` to the command line: these would override everything that is found here.
 */
export async function readInputs(
  environment: Readonly<Record<string, string | undefined>>,
  files: readonly { readonly name: string; readonly text: string }[],
  yieldNow: () => Promise<void>,
): Promise<VariableInputs> {
  const inputs = new Map<string, string | LazyExpression>();
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('TF_CLI_ARGS') && value !== undefined && /-var\b/.test(value)) {
      throw new Unresolvable(`${name} sets variables on the command line`);
    }
    if (name.startsWith(prefix) && value !== undefined) {
      inputs.set(name.slice(prefix.length), value);
    }
  }
  for (const { name, text } of files) {
    const found = name.endsWith('.json')
      ? jsonValues(name, text)
      : await nativeValues(name, text, yieldNow);
    for (const [variable, expression] of found) {
      inputs.set(variable, expression);
    }
    await yieldNow();
  }
  return inputs;
}

async function nativeValues(
  file: string,
  text: string,
  yieldNow: () => Promise<void>,
): Promise<[string, LazyExpression][]> {
  const found = await scanAttributes(text, yieldNow);
  if (found === undefined) {
    throw new Unresolvable(`${file} cannot be read`);
  }
  return found.block.attributes.map(({ name, valueRange }) => {
    const source = found.text.slice(valueRange.start, valueRange.end);
    return [name, (budget) => parseExpression(source, budget)];
  });
}

function jsonValues(file: string, text: string): [string, LazyExpression][] {
  const root = parseJson(file, text);
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    throw new Unresolvable(`${file} cannot be read`);
  }
  return Object.entries(root)
    .filter(([name]) => name !== '//')
    .map(([name, json]) => [name, (budget) => jsonExpression(json, budget, 0, true)]);
}
