import { LockBoard } from '../../../src/core/lockBoard';
import type { BackendBlock } from '../../../src/core/backendBlock';
import { ModuleResolver } from '../../../src/core/moduleResolver';
import type { FoundBlock, ResolveContext, Resolution } from '../../../src/core/resolution';
import { FakeClock, MemoryLog, settled, stateOf } from '../../support/fakes';

/** A backend block that resolves to the state `key`. */
export function found(file: string, key: string): FoundBlock {
  const dir = file.slice(0, file.lastIndexOf('/'));
  const value = { kind: 'literal', value: key } as const;
  const range = { start: 0, end: 1 };
  const attributes = [{ name: 'key', range, value }];
  const dirPath = dir.replace('file://', '');
  return { dir, file, dirPath, block: { type: 's3', range, attributes, parse: 'current' } };
}

const keyOf = (block: BackendBlock): string => {
  const value = block.attributes[0]?.value;
  return value?.kind === 'literal' ? String(value.value) : '';
};

interface Asked {
  readonly key: string;
  readonly context: ResolveContext;
}

/** A resolver, its board, and what it asked for. */
export class ResolverSetup {
  readonly asked: Asked[] = [];
  readonly log = new MemoryLog();
  readonly board = new LockBoard(new FakeClock(), {
    freshForMs: 40_000,
    staleAfterMs: () => 3_600_000,
    isMine: () => false,
  });
  answer: (key: string, context: ResolveContext) => Promise<Resolution> = (key) =>
    Promise.resolve({ kind: 'state', state: stateOf(key) });
  /** Watched workspaces, by directory. */
  watched: Readonly<Record<string, readonly string[]>> = {};
  resolved = 0;
  readonly resolver = new ModuleResolver({
    gateway: {
      resolve: (block, context) => {
        this.asked.push({ key: keyOf(block), context });
        return this.answer(keyOf(block), context);
      },
    },
    board: this.board,
    log: this.log,
    watched: { of: (dir) => this.watched[dir] ?? [] },
    yieldNow: () => Promise.resolve(),
    onResolved: () => (this.resolved += 1),
  });

  /** One block per file; no key removes the file. */
  async set(files: Readonly<Record<string, string | undefined>>): Promise<void> {
    for (const [file, key] of Object.entries(files)) {
      const uri = `file:///w/${file}`;
      this.resolver.setFile(uri, key === undefined ? [] : [found(uri, key)]);
    }
    await settled();
  }

  get keys(): string[] {
    return this.asked.map(({ key }) => key);
  }

  get titles(): (string | undefined)[] {
    return this.board.views().map((view) => view.state?.key);
  }
}
