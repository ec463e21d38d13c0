import type { BackendBlock } from '../core/backendBlock';
import { LockFailure, toLockError } from '../core/lockError';
import type { ReadOptions } from '../core/lockGateway';
import type { ResolveContext } from '../core/resolution';
import type { StateCheck } from '../core/stateCheck';
import type { StateExplorer, WorkspaceList } from '../core/stateExplorer';
import type { StateRef } from '../core/stateRef';
import type { Backend, BackendHost } from './backend';
import { effectiveBlock } from './effectiveBlock';
import { readRecordedBackend } from './recordedConfig';

/** The explorer in the thread where the backends live: finds the backend and asks what it brings for this. */
export class LocalExplorer implements StateExplorer {
  private readonly explorers = new Map<string, Promise<Partial<StateExplorer>>>();

  constructor(
    private readonly backends: readonly Backend[],
    private readonly host: BackendHost,
  ) {}

  async listWorkspaces(
    block: BackendBlock,
    context: ResolveContext,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<WorkspaceList> {
    try {
      const explorer = await this.explorer(block.type);
      if (explorer.listWorkspaces === undefined) {
        throw unsupported('listing workspaces');
      }
      // As commands in the directory would: by what `terraform init` recorded, where it was run.
      const recorded = await readRecordedBackend(this.host.environment, context);
      const effective = effectiveBlock(block, recorded).block;
      return await explorer.listWorkspaces(effective, context, options, signal);
    } catch (error) {
      return { kind: 'failed', error: toLockError(error) };
    }
  }

  async checkState(
    state: StateRef,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<StateCheck> {
    try {
      const explorer = await this.explorer(state.backend);
      if (explorer.checkState === undefined) {
        throw unsupported('checking a state');
      }
      return await explorer.checkState(state, options, signal);
    } catch (error) {
      return { kind: 'failed', at: Date.now(), error: toLockError(error) };
    }
  }

  private explorer(type: string): Promise<Partial<StateExplorer>> {
    const known = this.explorers.get(type);
    if (known !== undefined) {
      return known;
    }
    const backend = this.backends.find((candidate) => candidate.type === type);
    const explorer = backend?.openExplorer?.(this.host) ?? Promise.resolve({});
    this.explorers.set(type, explorer);
    // A failed load must not be the answer for ever.
    explorer.catch(() => this.explorers.delete(type));
    return explorer;
  }
}

function unsupported(what: string): LockFailure {
  return new LockFailure({ reason: 'unsupported', detail: what });
}
