import { Worker } from 'node:worker_threads';
import type { Disposable } from '../core/lifecycle';
import type { Clock } from '../core/ports';
import type { EvaluateRequest, WorkerReply } from './hclMessages';
import type { AttributeValues } from './hclParser';
import { LruCache } from './lruCache';

const maxGivenUp = 100;

export interface HclWorkerClientOptions {
  readonly clock: Clock;
  /** The worker ends after so long without work. */
  readonly idleMs?: number;
  /** A slice that takes longer is given up, for good. */
  readonly sliceTimeoutMs?: number;
  /** A worker that takes longer to load is given up; the next use starts another. */
  readonly startTimeoutMs?: number;
}

interface Job {
  readonly id: number;
  readonly slice: string;
  readonly promise: Promise<AttributeValues | null>;
  readonly resolve: (values: AttributeValues | null) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Evaluates slices on the parser's thread, one at a time, so that it is always known which of them
 * it hangs on. The thread starts with the first slice and ends when there have been none for a while.
 */
export class HclWorkerClient implements Disposable {
  private readonly clock: Clock;
  private readonly idleMs: number;
  private readonly sliceTimeoutMs: number;
  private readonly startTimeoutMs: number;

  /** In order of arrival, by slice; the first is with the worker if `sent`. */
  private readonly jobs = new Map<string, Job>();
  private sent: Job | undefined;
  private worker: Worker | undefined;
  private ready = false;
  private timer: Disposable | undefined;
  private nextId = 1;
  private disposed = false;
  private readonly givenUp = new LruCache<string, true>(maxGivenUp);

  constructor(
    private readonly workerFile: string,
    options: HclWorkerClientOptions,
  ) {
    this.clock = options.clock;
    this.idleMs = options.idleMs ?? 10_000;
    this.sliceTimeoutMs = options.sliceTimeoutMs ?? 5_000;
    this.startTimeoutMs = options.startTimeoutMs ?? 30_000;
  }

  /** Whether the thread is there, working or waiting. */
  get running(): boolean {
    return this.worker !== undefined;
  }

  /**
   * The attributes of the backend block whose text is `slice`; null if it does not parse, or never
   * came to an end. Rejects if the thread dies or cannot be started: then it is worth another try.
   */
  evaluate(slice: string): Promise<AttributeValues | null> {
    if (this.disposed) {
      return Promise.reject(new Error('The HCL parser has been shut down.'));
    }
    if (this.givenUp.get(slice) === true) {
      return Promise.resolve(null);
    }
    const known = this.jobs.get(slice);
    if (known !== undefined) {
      return known.promise;
    }
    const job = createJob(this.nextId++, slice);
    this.jobs.set(slice, job);
    this.proceed();
    return job.promise;
  }

  dispose(): void {
    this.disposed = true;
    this.fail(new Error('The HCL parser has been shut down.'));
  }

  private proceed(): void {
    if (this.sent !== undefined) {
      return;
    }
    const job = this.jobs.values().next().value;
    if (this.worker === undefined) {
      if (job !== undefined) {
        this.start();
      }
    } else if (this.ready && job === undefined) {
      this.setTimer(this.idleMs, () => this.stop());
    } else if (this.ready && job !== undefined) {
      this.sent = job;
      this.setTimer(this.sliceTimeoutMs, () => this.giveUp(job));
      this.worker.postMessage({ id: job.id, slice: job.slice } satisfies EvaluateRequest);
    }
  }

  private start(): void {
    const worker = new Worker(this.workerFile, { name: 'hcl parser' });
    this.worker = worker;
    this.setTimer(this.startTimeoutMs, () =>
      this.fail(new Error('The HCL parser does not start.')),
    );
    worker.on('message', (reply: WorkerReply) => this.receive(worker, reply));
    worker.on('error', (error) => this.died(worker, error));
    worker.on('exit', (code) => this.died(worker, new Error(`The HCL parser ended with ${code}.`)));
  }

  private receive(worker: Worker, reply: WorkerReply): void {
    if (worker !== this.worker) {
      return;
    }
    if (reply.kind === 'ready') {
      this.ready = true;
    } else if (reply.id === this.sent?.id) {
      const job = this.sent;
      this.settle(job).resolve(reply.values);
      if (reply.spoilt) {
        this.stop();
      }
    }
    this.proceed();
  }

  private giveUp(job: Job): void {
    this.givenUp.set(job.slice, true);
    this.settle(job).resolve(null);
    this.stop();
    this.proceed();
  }

  /** A slice that kills the worker would kill the next one too. */
  private died(worker: Worker, error: Error): void {
    if (worker !== this.worker) {
      return;
    }
    if (this.sent !== undefined) {
      this.givenUp.set(this.sent.slice, true);
    }
    this.fail(error);
  }

  private fail(error: Error): void {
    const jobs = [...this.jobs.values()];
    this.jobs.clear();
    this.stop();
    for (const job of jobs) {
      job.reject(error);
    }
  }

  private settle(job: Job): Job {
    this.jobs.delete(job.slice);
    this.sent = undefined;
    return job;
  }

  private stop(): void {
    const worker = this.worker;
    this.timer?.dispose();
    this.timer = undefined;
    this.worker = undefined;
    this.sent = undefined;
    this.ready = false;
    void worker?.terminate();
  }

  private setTimer(delayMs: number, task: () => void): void {
    this.timer?.dispose();
    this.timer = this.clock.after(delayMs, task);
  }
}

function createJob(id: number, slice: string): Job {
  let settle: Pick<Job, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<AttributeValues | null>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return {
    id,
    slice,
    promise,
    resolve: (values) => settle?.resolve(values),
    reject: (error) => settle?.reject(error),
  };
}
