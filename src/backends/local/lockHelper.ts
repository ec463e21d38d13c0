import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import type { LockError } from '../../core/lockError';
import { onAbort } from '../onAbort';
import type { LocalLockPlace } from './localBackend';
import { perlScript, pythonScript } from './lockHelperScripts';

/** An interpreter that runs the lock program. */
export interface Interpreter {
  readonly name: 'python3' | 'perl';
  /** Absolute: what PATH or the module's folder would choose must not run. */
  readonly file: string;
}

/** What the lock program said. */
export type HelperAnswer =
  | { readonly kind: 'free' | 'locked' | 'removed' | 'changed' | 'gone' }
  | { readonly kind: 'held'; readonly pid: number }
  | { readonly kind: 'failed'; readonly error: LockError };

/** A lock that the program holds for us. */
export interface Hold {
  readonly pid: number;
  readonly isAlive: () => boolean;
  /** Removes the record, if it is still ours, and gives the lock back. Resolves when the process has ended. */
  end(): Promise<void>;
}

const python: readonly Interpreter[] = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].map(
  (folder) => ({ name: 'python3', file: `${folder}/python3` }),
);
const perl: readonly Interpreter[] = ['/usr/bin', '/usr/local/bin'].map((folder) => ({
  name: 'perl',
  file: `${folder}/perl`,
}));

/** The layout of the kernel's lock that the program knows: that of Linux and macOS with 64 bits. */
const knownSystem =
  ['linux', 'darwin'].includes(process.platform) &&
  ['x64', 'arm64', 'ppc64', 'riscv64', 's390x', 'loong64'].includes(process.arch);

/** macOS has Perl; what it has as python3 may be no more than an offer to install it, in a window. */
export function findInterpreter(): Interpreter | undefined {
  const candidates = process.platform === 'darwin' ? perl : [...python, ...perl];
  return knownSystem ? candidates.find(({ file }) => isExecutable(file)) : undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Looked for in the next place.
    return false;
  }
}

/** How long a program that did not answer in time may take to tidy up, in ms. */
const graceMs = 2000;

interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  readonly answer: Promise<HelperAnswer>;
  readonly ended: Promise<void>;
}

/** Runs the lock program. Only ever for something that a person started. */
export class LockHelper {
  constructor(
    readonly interpreter: Interpreter,
    private readonly place: LocalLockPlace,
  ) {}

  /** Who holds the lock; takes nothing. */
  async probe(timeoutMs: number): Promise<HelperAnswer> {
    const run = this.start('probe', timeoutMs);
    run.child.stdin.end();
    return run.answer;
  }

  /** Removes the record if it is `record` and nobody holds the lock. */
  async clean(record: string, timeoutMs: number): Promise<HelperAnswer> {
    const run = this.start('clean', timeoutMs);
    run.child.stdin.end(record);
    const answer = await run.answer;
    // What it locked for a moment is free again with its end.
    await run.ended;
    return answer;
  }

  /** Takes the lock. `record` is one line: JSON has no line breaks. */
  async hold(
    record: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly answer: HelperAnswer; readonly hold: Hold }> {
    const run = this.start('hold', timeoutMs);
    const stop = (): void => {
      run.child.stdin.end();
    };
    const stopListening = onAbort(signal, stop);
    run.child.stdin.write(`${record}\n`);
    if (signal.aborted) {
      stop();
    }
    const answer = await run.answer;
    stopListening();
    const hold = {
      pid: run.child.pid ?? 0,
      isAlive: () => run.child.exitCode === null && run.child.signalCode === null,
      end: async () => {
        stop();
        await run.ended;
      },
    };
    return { answer, hold };
  }

  private start(mode: 'probe' | 'clean' | 'hold', timeoutMs: number): Run {
    const { name, file } = this.interpreter;
    const args = name === 'python3' ? ['-I', '-S', '-c', pythonScript] : ['-e', perlScript];
    const child = spawn(file, [...args, mode, this.place.stateFile, this.place.infoFile], {
      // Nothing of the workspace, and nothing of a secret, reaches it.
      cwd: '/',
      env: { LC_ALL: 'C.UTF-8' },
    });
    // A process that has ended does not take what is written to it; its exit says so.
    child.stdin.on('error', () => undefined);
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    return { child, ended, answer: firstLine(child, ended, timeoutMs) };
  }
}

async function firstLine(
  child: ChildProcessWithoutNullStreams,
  ended: Promise<void>,
  timeoutMs: number,
): Promise<HelperAnswer> {
  let said = '';
  let complained = '';
  const line = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('\n')) {
        resolve();
      }
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complained = (complained + chunk.toString()).slice(0, 500);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
    }, timeoutMs);
  });
  const first = await Promise.race([line, ended, late]);
  clearTimeout(timer);
  if (first === 'late') {
    // It gives back what it may yet get. Where even that hangs, the kernel does it at its end.
    child.stdin.end();
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
    return { kind: 'failed', error: { reason: 'timeout' } };
  }
  return answerOf(said.split('\n')[0] ?? '', complained);
}

function answerOf(line: string, complained: string): HelperAnswer {
  const [word = '', detail = ''] = line.split(' ');
  switch (word) {
    case 'free':
    case 'locked':
    case 'removed':
    case 'changed':
    case 'gone':
      return { kind: word };
    case 'held':
      return { kind: 'held', pid: Number(detail) };
    case 'failed':
      return { kind: 'failed', error: { reason: 'internal', detail } };
    default:
      return {
        kind: 'failed',
        error: { reason: 'internal', detail: complained === '' ? 'no answer' : complained },
      };
  }
}
