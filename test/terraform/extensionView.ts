import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LocalGateway } from '../../src/backends/localGateway';
import { backends } from '../../src/backends/registry';
import { defaultBackendSettings, type Backend } from '../../src/backends/backend';
import { readWorkspace } from '../../src/backends/workspace';
import { LockBoard } from '../../src/core/lockBoard';
import type { LockGateway } from '../../src/core/lockGateway';
import { isModuleFile } from '../../src/core/moduleFiles';
import { ModuleResolver } from '../../src/core/moduleResolver';
import type { ModuleBackend, Resolution } from '../../src/core/resolution';
import { BackendBlockReader } from '../../src/hcl/backendBlocks';
import { parseBackendBlock } from '../../src/hcl/hclParser';
import { ModuleReader } from '../../src/hcl/moduleReader';
import { FakeClock, MemoryLog, until } from '../support/fakes';

/** The parts of the extension without the editor: what they make of the files of a directory. */
export class ExtensionView {
  readonly gateway: LockGateway;
  private readonly reader = new ModuleReader(
    new BackendBlockReader(
      (slice) => {
        const outcome = parseBackendBlock(slice);
        return Promise.resolve(outcome.kind === 'values' ? outcome.values : null);
      },
      () => Promise.resolve(),
    ),
  );

  constructor(known: readonly Backend[] = backends) {
    this.gateway = new LocalGateway(known, {
      environment: process.env,
      workspaceOf: (context) => readWorkspace(process.env, context),
      settings: () => ({ ...defaultBackendSettings, credentialProcess: 'always' }),
      log: () => undefined,
    });
  }

  /** What the backend of a directory resolves to; undefined where none is found. */
  async resolve(directory: string): Promise<Resolution | undefined> {
    return (await this.modules(directory))[0]?.resolution;
  }

  /** The directory in its selected workspace, then in those that are watched beside it. */
  async modules(
    directory: string,
    watched: readonly string[] = [],
  ): Promise<readonly ModuleBackend[]> {
    const board = new LockBoard(new FakeClock(), {
      freshForMs: 40_000,
      staleAfterMs: () => 3_600_000,
      isMine: () => false,
    });
    let resolved = false;
    const log = new MemoryLog();
    const resolver = new ModuleResolver({
      gateway: this.gateway,
      board,
      log,
      watched: { of: () => watched },
      yieldNow: () => Promise.resolve(),
      onResolved: () => (resolved = true),
    });
    for (const name of readdirSync(directory).filter(isModuleFile)) {
      const file = pathToFileURL(path.join(directory, name)).href;
      const text = readFileSync(path.join(directory, name), 'utf8');
      const { blocks } = await this.reader.read(file, text);
      const dir = pathToFileURL(directory).href;
      const found = blocks.map((block) => ({ dir, file, block, dirPath: directory }));
      resolver.setFile(file, found, true);
    }
    await until(() => resolved, `${directory} is resolved`);
    const modules = board.views().flatMap((view) => [...view.modules]);
    resolver.dispose();
    board.dispose();
    return modules;
  }
}
