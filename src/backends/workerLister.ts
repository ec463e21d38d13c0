import { toLockError } from '../core/lockError';
import type { ReadOptions } from '../core/lockGateway';
import type { ListingPage, LockLister, LockSource, SourceSize } from '../core/lockListing';
import type { StateRef } from '../core/stateRef';
import type { WorkerGateway } from './workerGateway';

/** The lister as the extension host sees it. Everything goes through the gateway, and so through its gate of trust. */
export class WorkerLister implements LockLister {
  constructor(private readonly gateway: Pick<WorkerGateway, 'network'>) {}

  listSources(states: readonly StateRef[]): Promise<readonly LockSource[]> {
    const answer = this.gateway.network('listSources', [states], neverAborted);
    return answer as Promise<readonly LockSource[]>;
  }

  async measureSource(
    source: LockSource,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<SourceSize> {
    try {
      const answer = await this.gateway.network('measureSource', [source, options], signal);
      return answer as SourceSize;
    } catch (error) {
      return { kind: 'unknown', error: toLockError(error) };
    }
  }

  async listPage(
    source: LockSource,
    after: string | undefined,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ListingPage> {
    try {
      const answer = await this.gateway.network('listPage', [source, after, options], signal);
      return answer as ListingPage;
    } catch (error) {
      return { kind: 'failed', error: toLockError(error) };
    }
  }

  stateOfListed(source: LockSource, path: string): Promise<StateRef> {
    return this.gateway.network('stateOfListed', [source, path], neverAborted) as Promise<StateRef>;
  }
}

const neverAborted = new AbortController().signal;
