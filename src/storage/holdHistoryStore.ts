import { Worker } from 'node:worker_threads';
import type { HistoryEvent } from '../core/holdHistory';
import type { HistorySink } from '../core/holdRecorder';
import type { HoldTable } from '../core/holdTable';
import { DisposableStore, Emitter, type Disposable } from '../core/lifecycle';
import type { Clock, Log } from '../core/ports';
import { UsualHolds, type SeenHolds } from '../core/usualHolds';
import { clearHistory, type ReadReport } from './holdHistoryFiles';
import type { HistoryReply, HistoryRequest } from './holdHistoryMessages';
import { HoldHistoryWriter } from './holdHistoryWriter';

interface StoreOptions {
  readonly directory: string;
  readonly session: string;
  readonly workerFile: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Files are put together this long after the first event of a session, when nobody waits for anything. */
const compactAfterMs = 5 * 60_000;

/** The history of holds: appended to here, read in a thread that lives as long as the reading takes. */
export class HoldHistoryStore implements HistorySink, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly writer: HoldHistoryWriter;
  private readonly changeEmitter = this.disposables.add(new Emitter<void>());
  private readonly usualEmitter = this.disposables.add(new Emitter<void>());
  private usual: UsualHolds | undefined;
  /** Ended while the files were being read. */
  private readonly endedMeanwhile: HistoryEvent[] = [];
  private isLoadingUsual = false;
  private compaction: Disposable | undefined;

  /** A hold or a refusal was noted. */
  readonly onDidChange = this.changeEmitter.event;
  /** What is usual has become known: `usualHoldMs` answers from now on. */
  readonly onDidLoadUsual = this.usualEmitter.event;

  constructor(private readonly options: StoreOptions) {
    this.writer = this.disposables.add(new HoldHistoryWriter(options));
  }

  append(events: readonly HistoryEvent[]): void {
    this.writer.append(events);
    for (const event of events) {
      if (event.kind === 'hold' && event.hold.end !== undefined) {
        if (this.isLoadingUsual) {
          this.endedMeanwhile.push(event);
        }
        this.usual?.add(event.hold);
      }
    }
    this.compaction ??= this.disposables.add(
      this.options.clock.after(compactAfterMs, () => void this.compact()),
    );
    if (events.some(({ kind }) => kind !== 'watched')) {
      this.changeEmitter.fire();
    }
  }

  /**
   * How long this operation usually holds the lock of this state; undefined where that is not known.
   * Costs nothing to ask; the first question starts reading the files, and `onDidLoadUsual` tells the end.
   */
  usualHoldMs(statePath: string, operation: string): SeenHolds | undefined {
    if (this.usual === undefined) {
      void this.loadUsual();
    }
    return this.usual?.usual(statePath, operation);
  }

  /** What there is of the last `maxAgeMs`, of all windows; without it, everything. */
  async load(
    maxAgeMs?: number,
  ): Promise<{ readonly table: HoldTable; readonly report: ReadReport }> {
    await this.writer.flush();
    const reply = await this.run('table', maxAgeMs);
    if (reply.kind !== 'table') {
      throw new Error('The history was answered with something else.');
    }
    return reply;
  }

  /** Removes the history of all windows. */
  async clear(): Promise<void> {
    await this.writer.flush();
    await clearHistory(this.options.directory);
    this.usual = this.usual === undefined ? undefined : new UsualHolds();
    this.changeEmitter.fire();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async loadUsual(): Promise<void> {
    if (this.isLoadingUsual) {
      return;
    }
    this.isLoadingUsual = true;
    try {
      const reply = await this.run('usual');
      const usual = new UsualHolds(reply.kind === 'usual' ? reply.lengths : undefined);
      for (const event of this.endedMeanwhile) {
        if (event.kind === 'hold') {
          usual.add(event.hold);
        }
      }
      this.usual = usual;
      this.usualEmitter.fire();
    } catch (error) {
      this.options.log.warn(`The lock history could not be read: ${String(error)}`);
      // Not asked again for each lock that is shown: from now on it is learned anew.
      this.usual = new UsualHolds();
    } finally {
      this.endedMeanwhile.length = 0;
      this.isLoadingUsual = false;
    }
  }

  private async compact(): Promise<void> {
    try {
      const reply = await this.run('compact');
      if (reply.kind === 'compacted' && reply.files > 0) {
        this.options.log.debug(`Put ${String(reply.files)} files of the lock history together`);
      }
    } catch (error) {
      this.options.log.warn(`The lock history could not be put together: ${String(error)}`);
    }
  }

  private run(task: HistoryRequest['task'], maxAgeMs?: number): Promise<HistoryReply> {
    const { directory, workerFile, clock } = this.options;
    const workerData: HistoryRequest = {
      directory,
      now: clock.now(),
      task,
      ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
    };
    return new Promise((resolve, reject) => {
      const worker = new Worker(workerFile, { name: 'lock history', workerData });
      worker.once('message', (reply: HistoryReply) => {
        resolve(reply);
        void worker.terminate();
      });
      worker.once('error', reject);
      worker.once('exit', (code) => {
        reject(new Error(`The history's thread ended with ${String(code)}.`));
      });
    });
  }
}
