import { realpath } from 'node:fs/promises';
import type { ProcessFinder, ProcessSearch } from '../core/processSearch';

/** A process of one of the tools. */
export interface ToolProcess {
  readonly pid: number;
  /** Where it works; undefined where that could not be seen. */
  readonly directory: string | undefined;
}

/** The tools' processes of this machine, as far as they could be seen. */
export interface ToolProcesses {
  readonly list: readonly ToolProcess[];
  /** Why there may be more than these. */
  readonly incomplete?: 'namespace' | 'platform';
}

/** Lists processes on this platform. Throws where it cannot. */
export type ListProcesses = () => Promise<ToolProcesses>;

/** Finds runs of the tools by their working directories. Each platform's code loads when it is first asked. */
export class SystemProcessFinder implements ProcessFinder {
  constructor(
    private readonly now: () => number,
    private readonly list: ListProcesses = listOfPlatform,
  ) {}

  async search(directories: readonly string[]): Promise<ProcessSearch> {
    const at = this.now();
    try {
      const [{ list, incomplete }, modules] = await Promise.all([
        this.list(),
        Promise.all(directories.map(realDirectory)),
      ]);
      const seen = list.filter(({ directory }) => directory !== undefined);
      const here = seen.filter(({ directory = '' }) =>
        modules.some((module) => isInside(directory, module)),
      );
      const why = incomplete ?? (seen.length < list.length ? 'permissions' : undefined);
      return {
        kind: 'searched',
        at,
        here: here.map(({ pid }) => pid),
        elsewhere: list.length - here.length,
        ...(why === undefined ? {} : { incomplete: why }),
      };
    } catch (error) {
      return { kind: 'failed', at, detail: error instanceof Error ? error.message : String(error) };
    }
  }
}

async function listOfPlatform(): Promise<ToolProcesses> {
  if (process.platform === 'linux') {
    return (await import('./linuxProcesses')).listLinuxProcesses();
  }
  const { listMacProcesses, listWindowsProcesses } = await import('./otherProcesses');
  return process.platform === 'win32' ? listWindowsProcesses() : listMacProcesses();
}

/** The system shows working directories with every link resolved. */
async function realDirectory(directory: string): Promise<string> {
  // One that is gone since is compared as it is.
  return realpath(directory).catch(() => directory);
}

/** In the directory itself or below it: Terragrunt runs Terraform in a cache below the module. */
function isInside(directory: string, module: string): boolean {
  const separator = module.includes('\\') ? '\\' : '/';
  return directory === module || directory.startsWith(module.replace(/[\\/]*$/, separator));
}
