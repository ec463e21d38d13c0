import { toLockError } from '../core/lockError';
import type { ReadOptions } from '../core/lockGateway';
import type { ListingPage, LockLister, LockSource, SourceSize } from '../core/lockListing';
import type { StateRef } from '../core/stateRef';
import type { Backend, BackendHost } from './backend';

/** The lister in the thread where the backends live: finds the backend of a source and asks its lister. */
export class LocalLister implements LockLister {
  private readonly listers = new Map<string, Promise<LockLister>>();

  constructor(
    private readonly backends: readonly Backend[],
    private readonly host: BackendHost,
  ) {}

  async listSources(states: readonly StateRef[]): Promise<readonly LockSource[]> {
    const lists = this.backends.map(async (backend) => {
      const own = states.filter((state) => state.backend === backend.type);
      return own.length === 0 || !('openLister' in backend)
        ? []
        : (await this.lister(backend.type)).listSources(own);
    });
    return (await Promise.all(lists)).flat();
  }

  async measureSource(
    source: LockSource,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<SourceSize> {
    try {
      return await (await this.lister(source.backend)).measureSource(source, options, signal);
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
      return await (await this.lister(source.backend)).listPage(source, after, options, signal);
    } catch (error) {
      return { kind: 'failed', error: toLockError(error) };
    }
  }

  async stateOfListed(source: LockSource, path: string): Promise<StateRef> {
    return (await this.lister(source.backend)).stateOfListed(source, path);
  }

  private lister(type: string): Promise<LockLister> {
    const known = this.listers.get(type);
    if (known !== undefined) {
      return known;
    }
    const backend = this.backends.find((candidate) => candidate.type === type);
    if (backend?.openLister === undefined) {
      return Promise.reject(new Error(`the backend ${type} cannot be listed`));
    }
    const lister = backend.openLister(this.host);
    this.listers.set(type, lister);
    return lister;
  }
}
