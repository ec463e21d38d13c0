import { shellCommands, type ShellWord } from './shellWords';
import { unlockableCommands } from './lockedEnvironment';

/** A `terraform` or `tofu` in a command line. */
export interface TerraformCommand {
  readonly tool: 'terraform' | 'tofu';
  /** `apply`, `state mv`. */
  readonly name: string;
  /**
   * The directories to change to, one after the other, from where the shell is; undefined where that cannot be
   * told from the text.
   */
  readonly path: readonly string[] | undefined;
  /**
   * What another's lock means to it: it is `refused`; it `waits` (`-lock-timeout`); it goes on without a lock
   * (`off`: `-lock=false`); `none`: it takes no lock of this state.
   */
  readonly lock: 'refused' | 'waits' | 'off' | 'none';
}

/** Whatever takes the state's lock: `console` and `query` too, which have no option against it. */
const lockingNames = new Set<string>([...unlockableCommands, 'console', 'query']);

/** Commands that run another one. Their options with values are not known: then nothing is found. */
const wrappers = new Set(
  ['sudo', 'env', 'command', 'exec', 'builtin', 'time', 'nohup', 'nice', '!', '{'].concat([
    ...['then', 'do', 'else', 'if', 'while', 'until'],
  ]),
);
const directoryChanges = new Set(['cd', 'pushd', 'chdir', 'set-location', 'sl']);

/**
 * The Terraform commands that a command line runs, as far as its text tells: no aliases, functions or scripts.
 * Tolerant of shells: POSIX ones, PowerShell and cmd.exe.
 */
export function terraformCommands(line: string): readonly TerraformCommand[] {
  const found: TerraformCommand[] = [];
  const outer: (readonly string[] | undefined)[] = [];
  let path: readonly string[] | undefined = [];
  for (const item of shellCommands(line)) {
    switch (item.kind) {
      case 'open':
        outer.push(path);
        break;
      case 'close':
        path = outer.pop() ?? path;
        break;
      case 'command': {
        const { assignments, words } = unwrapped(item.words);
        const [first, ...args] = words;
        if (first === undefined) {
          break;
        }
        const program = first.text.replace(/^.*[\\/]/, '').toLowerCase();
        if (directoryChanges.has(program)) {
          path = changed(path, args);
        } else if (program === 'popd') {
          path = undefined;
        } else {
          const tool = program.replace(/\.exe$/, '');
          if (tool === 'terraform' || tool === 'tofu') {
            found.push(terraformCommand(tool, args, path, assignments));
          }
        }
        break;
      }
    }
  }
  return found;
}

/** Without what only says how to run the command: assignments, `sudo`, `time`. */
function unwrapped(words: readonly ShellWord[]): {
  readonly assignments: readonly string[];
  readonly words: readonly ShellWord[];
} {
  const assignments: string[] = [];
  let wrapped = false;
  let index = 0;
  for (const { text } of words) {
    if (/^[A-Za-z_]\w*=/.test(text)) {
      assignments.push(text);
    } else if (wrappers.has(text)) {
      wrapped = true;
    } else if (!(wrapped && text.startsWith('-'))) {
      break;
    }
    index += 1;
  }
  return { assignments, words: words.slice(index) };
}

function changed(
  path: readonly string[] | undefined,
  args: readonly ShellWord[],
): readonly string[] | undefined {
  const [target, ...more] = args.filter(
    ({ text }) => text !== '--' && !/^(?:-(?:L|P|e|Path|LiteralPath)|\/d)$/i.test(text),
  );
  const isPlain =
    target?.dynamic === false && more.length === 0 && !/^(?:~|-\d*$|\+)/.test(target.text);
  return isPlain ? joined(path, target.text) : undefined;
}

/** An absolute directory makes up for one that could not be told. */
function joined(
  path: readonly string[] | undefined,
  directory: string,
): readonly string[] | undefined {
  if (/^(?:[\\/]|[A-Za-z]:[\\/])/.test(directory)) {
    return [directory];
  }
  return path === undefined ? undefined : [...path, directory];
}

function terraformCommand(
  tool: TerraformCommand['tool'],
  args: readonly ShellWord[],
  shellPath: readonly string[] | undefined,
  assignments: readonly string[],
): TerraformCommand {
  let path = shellPath;
  let index = 0;
  for (const { text, dynamic } of args) {
    if (!text.startsWith('-')) {
      break;
    }
    const directory = /^--?chdir=(.*)$/s.exec(text)?.[1];
    if (directory !== undefined) {
      path = dynamic ? undefined : joined(path, directory);
    }
    index += 1;
  }
  const rest = args.slice(index).map(({ text }) => text);
  const [first = '', second = ''] = rest;
  const name = first === 'state' || first === 'workspace' ? `${first} ${second}` : first;
  const options = [...rest, ...assignments.flatMap(argumentsInVariable)];
  return { tool, name, path, lock: lockOf(name, options) };
}

/** `TF_CLI_ARGS_apply=-lock=false terraform apply`. */
function argumentsInVariable(assignment: string): readonly string[] {
  return /^TF_CLI_ARGS(?:_\w+)?=(.*)$/s.exec(assignment)?.[1]?.split(/\s+/) ?? [];
}

function lockOf(name: string, options: readonly string[]): TerraformCommand['lock'] {
  const has = (pattern: RegExp): boolean => options.some((option) => pattern.test(option));
  if (!lockingNames.has(name) || has(/^--?(?:h|help|version)$/)) {
    return 'none';
  }
  if (has(/^--?lock=(?:0|f|F|false|FALSE|False)$/)) {
    return 'off';
  }
  return has(/^--?lock-timeout=(?!0+[a-z]*$)/) ? 'waits' : 'refused';
}
