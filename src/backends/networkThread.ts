import { Worker } from 'node:worker_threads';
import type { Disposable } from '../core/lifecycle';
import { LockFailure } from '../core/lockError';
import type { Clock, Log } from '../core/ports';
import type { BackendSettings } from './backend';
import { onAbort } from './onAbort';
import { offline, type FromWorker, type GatewayMethod, type ToWorker } from './rpc';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export interface NetworkThreadOptions {
  /** Path of the built `backends/worker.mjs`. */
  readonly workerFile: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: BackendSettings;
  /** The one gate of workspace trust: while it answers false, nothing but `offline` methods reaches the worker. */
  isTrusted(): boolean;
}

/**
 * The network thread, seen from the extension host, and the gate of workspace trust before it. It starts at
 * the first call, and again after a crash.
 */
export class NetworkThread implements Disposable {
  private worker: Worker | undefined;
  private disposed = false;
  private nextCall = 1;
  private settings: BackendSettings;
  private readonly pending = new Map<number, Pending>();

  constructor(private readonly options: NetworkThreadOptions) {
    this.settings = options.settings;
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

  /** Asks the thread. Rejects with a `LockFailure` where it cannot answer. */
  call(method: GatewayMethod, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    if (!offline[method] && !this.options.isTrusted()) {
      return Promise.reject(new LockFailure({ reason: 'untrusted' }));
    }
    if (this.disposed) {
      return Promise.reject(new LockFailure({ reason: 'cancelled' }));
    }
    const call = this.nextCall++;
    const stopListening =
      signal === undefined
        ? undefined
        : onAbort(signal, () => {
            this.send({ kind: 'cancel', call });
          });
    return new Promise<unknown>((resolve, reject) => {
      this.pending.set(call, { resolve, reject });
      this.worker ??= this.start();
      this.send({ kind: 'call', call, method, args });
    }).finally(() => {
      this.pending.delete(call);
      stopListening?.();
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
