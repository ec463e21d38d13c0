import type { BackendBlock } from '../core/backendBlock';
import type { Disposable } from '../core/lifecycle';
import { LockFailure, toLockError, type LockError } from '../core/lockError';
import type {
  AcquireOutcome,
  CreateTableOutcome,
  CreateTableRequest,
  LockGateway,
  PrepareOutcome,
  ReadOptions,
  ReleaseOptions,
  ReleaseOutcome,
  RenewOutcome,
  WatchAnswer,
  WatchOptions,
} from '../core/lockGateway';
import type { LockInfo } from '../core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../core/lockPlace';
import type { RequiredPermissions } from '../core/permissions';
import type { ModuleFacts, Problem } from '../core/problems';
import type { ResolveContext, Resolution } from '../core/resolution';
import type { Fact } from '../core/stateRef';
import type { BackendSettings } from './backend';
import { NetworkThread, type NetworkThreadOptions } from './networkThread';
import type { GatewayMethod } from './rpc';

/**
 * The gateway as the extension host sees it: every call goes to the network thread.
 */
export class WorkerGateway implements LockGateway, Disposable {
  private readonly thread: NetworkThread;

  constructor(private readonly options: NetworkThreadOptions) {
    this.thread = new NetworkThread(options);
  }

  resolve(block: BackendBlock, context: ResolveContext): Promise<Resolution> {
    return this.thread.call('resolve', [block, context]) as Promise<Resolution>;
  }

  async readMany(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]> {
    const failed = (error: LockError): LockReading[] =>
      places.map((place) => ({
        ok: false,
        at: this.options.clock.now(),
        error: { place: place.label, ...error },
      }));
    try {
      return (await this.network('readMany', [places, options], signal)) as readonly LockReading[];
    } catch (error) {
      return failed(toLockError(error));
    }
  }

  async awaitChange(
    places: readonly LockPlace[],
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<WatchAnswer> {
    try {
      return (await this.network('awaitChange', [places, options], signal)) as WatchAnswer;
    } catch (error) {
      return { kind: 'broken', error: toLockError(error) };
    }
  }

  async prepare(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<PrepareOutcome> {
    try {
      return (await this.network('prepare', [place, options], signal)) as PrepareOutcome;
    } catch (error) {
      return { kind: 'failed', error: toLockError(error) };
    }
  }

  async renew(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<RenewOutcome> {
    try {
      return (await this.network('renew', [place, record, options], signal)) as RenewOutcome;
    } catch (error) {
      return { kind: 'failed', error: toLockError(error) };
    }
  }

  identify(place: LockPlace, options: ReadOptions, signal: AbortSignal): Promise<readonly Fact[]> {
    return this.network('identify', [place, options], signal) as Promise<readonly Fact[]>;
  }

  async acquire(
    place: LockPlace,
    info: LockInfo,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    return this.write('acquire', [place, info, options], signal) as Promise<AcquireOutcome>;
  }

  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReleaseOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    return this.write('release', [place, record, options], signal) as Promise<ReleaseOutcome>;
  }

  inspect(block: BackendBlock, facts: ModuleFacts): Promise<readonly Problem[]> {
    return this.thread.call('inspect', [block, facts]) as Promise<readonly Problem[]>;
  }

  permissions(
    block: BackendBlock,
    context: ResolveContext,
  ): Promise<RequiredPermissions | undefined> {
    return this.thread.call('permissions', [block, context]) as Promise<
      RequiredPermissions | undefined
    >;
  }

  async createLockTable(
    place: LockPlace,
    request: CreateTableRequest,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<CreateTableOutcome> {
    return this.write(
      'createLockTable',
      [place, request, options],
      signal,
    ) as Promise<CreateTableOutcome>;
  }

  updateSettings(settings: BackendSettings): void {
    this.thread.updateSettings(settings);
  }

  dispose(): void {
    this.thread.dispose();
  }

  /** A write whose thread died has an unknown outcome: it is never reported as "not done". */
  private async write(
    method: 'acquire' | 'release' | 'createLockTable',
    args: readonly unknown[],
    signal: AbortSignal,
  ): Promise<unknown> {
    if (signal.aborted) {
      return { kind: 'failed', error: { reason: 'cancelled' } };
    }
    try {
      return await this.thread.call(method, args, signal);
    } catch (error) {
      if (LockFailure.is(error, 'untrusted')) {
        return { kind: 'failed', error: error.error };
      }
      return { kind: 'failed', error: { reason: 'uncertain', detail: String(error) } };
    }
  }

  /** Everything that may go over the network, except a write, passes the gate of trust here. */
  async network(
    method: GatewayMethod,
    args: readonly unknown[],
    signal: AbortSignal,
  ): Promise<unknown> {
    if (signal.aborted) {
      throw new LockFailure({ reason: 'cancelled' });
    }
    return this.thread.call(method, args, signal);
  }
}
