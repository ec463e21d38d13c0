import { Worker } from 'node:worker_threads';
import type { BackendBlock } from '../core/backendBlock';
import type { Disposable } from '../core/lifecycle';
import { LockFailure, toLockError, type LockError } from '../core/lockError';
import type {
  AcquireOutcome,
  CreateTableOutcome,
  CreateTableRequest,
  LockGateway,
  ReadOptions,
  ReleaseOptions,
  ReleaseOutcome,
} from '../core/lockGateway';
import type { LockInfo } from '../core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../core/lockPlace';
import type { Clock, Log } from '../core/ports';
import type { RequiredPermissions } from '../core/permissions';
import type { ModuleFacts, Problem } from '../core/problems';
import type { ResolveContext, Resolution } from '../core/resolution';
import type { Fact } from '../core/stateRef';
import type { BackendSettings } from './backend';
import { offline, type FromWorker, type GatewayMethod, type ToWorker } from './rpc';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface WorkerGatewayOptions {
  /** Path of the built `backends/worker.mjs`. */
  readonly workerFile: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: BackendSettings;
  /** The one gate of workspace trust: while it answers false, nothing but `offline` methods reaches the worker. */
  isTrusted(): boolean;
}

/**
 * The gateway as the extension host sees it: every call goes to the network thread.
 * The thread starts at the first call, and again after a crash.
 */
export class WorkerGateway implements LockGateway, Disposable {
  private worker: Worker | undefined;
  private disposed = false;
  private nextCall = 1;
  private settings: BackendSettings;
  private readonly pending = new Map<number, Pending>();

  constructor(private readonly options: WorkerGatewayOptions) {
    this.settings = options.settings;
  }

  resolve(block: BackendBlock, context: ResolveContext): Promise<Resolution> {
    return this.call('resolve', [block, context]) as Promise<Resolution>;
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
    return this.call('inspect', [block, facts]) as Promise<readonly Problem[]>;
  }

  permissions(
    block: BackendBlock,
    context: ResolveContext,
  ): Promise<RequiredPermissions | undefined> {
    return this.call('permissions', [block, context]) as Promise<RequiredPermissions | undefined>;
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
    this.settings = settings;
    this.send({ kind: 'settings', settings });
  }

  dispose(): void {
    this.disposed = true;
    void this.worker?.terminate();
    this.worker = undefined;
    this.failPending('the extension was stopped');
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
      return await this.call(method, args, signal);
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
    return this.call(method, args, signal);
  }

  private call(
    method: GatewayMethod,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    if (!offline[method] && !this.options.isTrusted()) {
      return Promise.reject(new LockFailure({ reason: 'untrusted' }));
    }
    if (this.disposed) {
      return Promise.reject(new LockFailure({ reason: 'cancelled' }));
    }
    const call = this.nextCall++;
    const cancel = (): void => {
      this.send({ kind: 'cancel', call });
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return new Promise<unknown>((resolve, reject) => {
      this.pending.set(call, { resolve, reject });
      this.worker ??= this.start();
      this.send({ kind: 'call', call, method, args });
    }).finally(() => {
      this.pending.delete(call);
      signal?.removeEventListener('abort', cancel);
    });
  }

  private send(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  private start(): Worker {
    const worker = new Worker(this.options.workerFile, { workerData: this.settings });
    worker.on('message', (message: FromWorker) => {
      this.receive(message);
    });
    const crashed = (why: string): void => {
      if (this.worker === worker) {
        this.worker = undefined;
        this.options.log.error(`The network thread stopped: ${why}`);
        this.failPending(why);
      }
    };
    worker.on('error', (error: unknown) => {
      crashed(error instanceof Error ? error.message : String(error));
    });
    worker.on('exit', (code) => {
      crashed(`exit code ${String(code)}`);
    });
    // The thread must not keep a process alive that has nothing else to do.
    worker.unref();
    return worker;
  }

  private receive(message: FromWorker): void {
    switch (message.kind) {
      case 'result':
        this.pending.get(message.call)?.resolve(message.value);
        return;
      case 'error':
        this.pending
          .get(message.call)
          ?.reject(new LockFailure({ reason: 'internal', detail: message.message }));
        return;
      case 'log':
        this.options.log.debug(message.message);
        return;
    }
  }

  private failPending(why: string): void {
    for (const pending of this.pending.values()) {
      pending.reject(new LockFailure({ reason: 'internal', detail: why }));
    }
    this.pending.clear();
  }
}
