import type { BackendBlock } from '../core/backendBlock';
import { toLockError } from '../core/lockError';
import type { ReadOptions } from '../core/lockGateway';
import type { Clock } from '../core/ports';
import type { ResolveContext } from '../core/resolution';
import type { StateCheck } from '../core/stateCheck';
import type { StateExplorer, WorkspaceList } from '../core/stateExplorer';
import type { StateRef } from '../core/stateRef';
import type { WorkerGateway } from './workerGateway';

/** The explorer as the extension host sees it. Everything goes through the gateway, and so through its gate of trust. */
export class WorkerExplorer implements StateExplorer {
  constructor(
    private readonly gateway: Pick<WorkerGateway, 'network'>,
    private readonly clock: Clock,
  ) {}

  async listWorkspaces(
    block: BackendBlock,
    context: ResolveContext,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<WorkspaceList> {
    try {
      const args = [block, context, options];
      return (await this.gateway.network('listWorkspaces', args, signal)) as WorkspaceList;
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
      return (await this.gateway.network('checkState', [state, options], signal)) as StateCheck;
    } catch (error) {
      return { kind: 'failed', at: this.clock.now(), error: toLockError(error) };
    }
  }
}
