import type { StaticFunction } from '../static/functions';
import { isList, isObject, toText, Unresolvable, type StaticValue } from '../static/staticValue';
import { LazyObject } from './lazyObject';
import { folderOf, foldersAbove, relativePath, resolvePath } from './terragruntPaths';

/** What Terragrunt's functions ask of the file that they are called in. */
export interface CallSite {
  /** The folder of the configuration that is being read: in an included file still that of the unit. */
  readonly configDir: string;
  readonly unitDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  firstThere(paths: readonly string[]): string | undefined;
  /** The path of the included file that is meant, by the label where there are several; undefined for none. */
  includedPath(label: string | undefined): string | undefined;
  readConfig(path: string): StaticValue;
}

/**
 * Terragrunt's functions that depend on files and the environment alone, and some of Terraform's that it is
 * used with. Those that run something (`run_cmd`, `sops_decrypt_file`, `get_aws_account_id`) are no part of
 * this on purpose.
 */
export function terragruntFunctions(site: CallSite): ReadonlyMap<string, StaticFunction> {
  const texts = new Map<string, (args: readonly string[]) => StaticValue>([
    ['path_relative_to_include', ([label]) => toInclude(site, label)],
    ['path_relative_from_include', ([label]) => fromInclude(site, label)],
    [
      'get_parent_terragrunt_dir',
      ([label]) => resolvePath(site.configDir, fromInclude(site, label)),
    ],
    ['get_terragrunt_dir', () => site.configDir],
    ['get_original_terragrunt_dir', () => site.unitDir],
    ['get_env', (args) => environmentVariable(site, args)],
    ['find_in_parent_folders', (args) => findInParentFolders(site, args)],
    ['get_repo_root', () => repositoryRoot(site)],
    ['get_path_from_repo_root', () => relativePath(repositoryRoot(site), site.configDir)],
    ['get_path_to_repo_root', () => relativePath(site.configDir, repositoryRoot(site))],
    ['startswith', ([value, start]) => has(value, start, 'startsWith')],
    ['endswith', ([value, end]) => has(value, end, 'endsWith')],
    ['strcontains', ([value, part]) => has(value, part, 'includes')],
  ]);
  const functions = new Map<string, StaticFunction>(
    [...texts].map(([name, called]) => [name, (args) => called(args.map(toText))]),
  );
  functions.set('read_terragrunt_config', (args) => readConfig(site, args));
  functions.set('merge', merge);
  functions.set('concat', (args) => args.flatMap((arg) => (isList(arg) ? arg : refuse('concat'))));
  return functions;
}

function toInclude(site: CallSite, label: string | undefined): string {
  const included = site.includedPath(label);
  return included === undefined ? '.' : relativePath(folderOf(included), site.configDir);
}

function fromInclude(site: CallSite, label: string | undefined): string {
  const included = site.includedPath(label);
  return included === undefined ? '.' : relativePath(site.configDir, folderOf(included));
}

function environmentVariable(site: CallSite, args: readonly string[]): string {
  const [name, otherwise] = args;
  if (name === undefined || name === '' || args.length > 2) {
    return refuse('get_env');
  }
  const value = site.environment[name] ?? otherwise;
  if (value === undefined) {
    throw new Unresolvable(`${name} is not set in the environment of the editor`);
  }
  return value;
}

function findInParentFolders(site: CallSite, args: readonly string[]): string {
  const [name, fallback] = args;
  const wanted = name === undefined || name === '' ? 'terragrunt.hcl' : name;
  if (args.length > 2) {
    return refuse('find_in_parent_folders');
  }
  const candidates = foldersAbove(site.configDir).map((folder) =>
    resolvePath(folder, `./${wanted}`),
  );
  const found = site.firstThere(candidates) ?? fallback;
  if (found === undefined) {
    throw new Unresolvable(`no parent folder has ${wanted}`);
  }
  return found;
}

/** The nearest folder with a `.git`, which is what `git rev-parse` finds. */
function repositoryRoot(site: CallSite): string {
  const folders = [site.configDir, ...foldersAbove(site.configDir)];
  const found = site.firstThere(folders.map((folder) => resolvePath(folder, '.git')));
  if (found === undefined) {
    throw new Unresolvable('the folder is in no Git repository');
  }
  return folderOf(found);
}

function readConfig(site: CallSite, args: readonly StaticValue[]): StaticValue {
  const [path, otherwise, ...more] = args;
  if (typeof path !== 'string' || more.length > 0) {
    return refuse('read_terragrunt_config');
  }
  const target = resolvePath(site.configDir, path);
  const isThere = site.firstThere([target]) !== undefined;
  return !isThere && otherwise !== undefined ? otherwise : site.readConfig(target);
}

/** What a later one has counts. */
function merge(args: readonly StaticValue[]): StaticValue {
  const objects = args
    .filter((arg) => arg !== null)
    .map((arg) => (isObject(arg) ? arg : refuse('merge')));
  const names = [...new Set(objects.flatMap((object) => [...object.keys()]))];
  return new LazyObject(
    names,
    (name) => objects.findLast((object) => object.has(name))?.get(name) ?? null,
  );
}

function has(
  value: string | undefined,
  part: string | undefined,
  how: 'startsWith' | 'endsWith' | 'includes',
): boolean {
  return value === undefined || part === undefined ? refuse('a test of texts') : value[how](part);
}

function refuse(name: string): never {
  throw new Unresolvable(`${name} is given arguments that are not evaluated here`);
}
