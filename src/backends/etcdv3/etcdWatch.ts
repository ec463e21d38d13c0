import { status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { LockFailure } from '../../core/lockError';
import { onAbort } from '../onAbort';
import { EtcdRefusal } from './etcdErrors';
import { refusalOf, type CallOptions, type EtcdConnection } from './etcdConnection';
import { decodeWatch, encodeWatch, encodeWatchEnd, type KeyRange } from './etcdMessages';

/** Keys to watch, and as of which revision they are known. */
export interface Watched {
  readonly id: string;
  readonly range: KeyRange;
  readonly since: bigint;
}

interface Watching {
  readonly watchId: bigint;
  isSet: boolean;
  /** The revision of the newest change that was told. */
  changedAt: bigint;
}

/** A stream nobody waits at is closed after this long. */
const idleMs = 30_000;

/**
 * One stream over which etcd tells of changes, for all places of a cluster. It outlives the single wait, so a
 * quiet hour costs nothing but the reads that confirm it.
 */
export class EtcdWatch {
  private stream: Promise<ClientDuplexStream<Buffer, Buffer>> | undefined;
  private readonly watchings = new Map<string, Watching>();
  private readonly waiters = new Set<{ wake(): void; fail(error: unknown): void }>();
  private lastWatchId = 0n;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(private readonly connection: EtcdConnection) {}

  /**
   * Resolves as soon as something has changed since it was known, or when `maxWaitMs` have gone by.
   * @throws {EtcdRefusal} or {@link LockFailure} where that cannot be told any more.
   */
  async wait(places: readonly Watched[], maxWaitMs: number, options: CallOptions): Promise<void> {
    clearTimeout(this.idleTimer);
    const setIn = options.timeoutMs;
    const pending = new Promise<void>((resolve, reject) => {
      const isChanged = (): boolean =>
        places.some(({ id, since }) => (this.watchings.get(id)?.changedAt ?? 0n) > since);
      const isSet = (): boolean => places.every(({ id }) => this.watchings.get(id)?.isSet === true);
      const end = (settle: () => void): void => {
        clearTimeout(due);
        clearTimeout(setDue);
        stopListening();
        this.waiters.delete(waiter);
        settle();
      };
      const fail = (error: unknown): void => {
        end(() => {
          reject(error instanceof Error ? error : new Error(String(error)));
        });
      };
      const waiter = {
        wake: () => {
          if (isChanged()) end(resolve);
        },
        fail,
      };
      const stopListening = onAbort(options.signal, () => {
        fail(new LockFailure({ reason: 'cancelled' }));
      });
      const due = setTimeout(() => {
        end(resolve);
      }, maxWaitMs);
      const setDue = setTimeout(() => {
        if (!isSet())
          this.break(new EtcdRefusal(status.DEADLINE_EXCEEDED, 'the watch was not set'));
      }, setIn);
      this.waiters.add(waiter);
      waiter.wake();
    });
    try {
      await Promise.race([pending, this.watch(places, options).then(() => pending)]);
    } finally {
      this.closeWhenIdle();
    }
  }

  /** Watches these places and no others. */
  private async watch(places: readonly Watched[], options: CallOptions): Promise<void> {
    this.stream ??= this.open(options);
    let stream;
    try {
      stream = await this.stream;
    } catch (error) {
      this.break(error);
      return;
    }
    const wanted = new Set(places.map(({ id }) => id));
    for (const [id, { watchId }] of this.watchings) {
      if (!wanted.has(id)) {
        this.watchings.delete(id);
        stream.write(encodeWatchEnd(watchId));
      }
    }
    for (const { id, range, since } of places) {
      if (!this.watchings.has(id)) {
        const watchId = ++this.lastWatchId;
        this.watchings.set(id, { watchId, isSet: false, changedAt: 0n });
        stream.write(encodeWatch(range, since + 1n, watchId));
      }
    }
  }

  private async open(options: CallOptions): Promise<ClientDuplexStream<Buffer, Buffer>> {
    const stream = await this.connection.stream('/etcdserverpb.Watch/Watch', options);
    const isCurrent = async (): Promise<boolean> =>
      (await this.stream?.catch(() => undefined)) === stream;
    stream.on('data', (bytes: Buffer) => {
      try {
        this.take(bytes);
      } catch (error) {
        this.break(error);
      }
    });
    stream.on('error', (error: ServiceError) => {
      void isCurrent().then((current) => {
        if (current) {
          this.break(refusalOf(error));
          void this.connection.renew();
        }
      });
    });
    stream.on('end', () => {
      void isCurrent().then((current) => {
        if (current) this.break(new EtcdRefusal(status.UNAVAILABLE, 'the watch ended'));
      });
    });
    return stream;
  }

  private take(bytes: Buffer): void {
    const message = decodeWatch(bytes);
    if (message.cancelled !== undefined) {
      // Of a watch that was given up, this is the answer to that.
      if (![...this.watchings.values()].some(({ watchId }) => watchId === message.watchId)) return;
      const code = message.compactRevision > 0n ? status.OUT_OF_RANGE : status.UNAVAILABLE;
      throw new EtcdRefusal(code, message.cancelled);
    }
    for (const watching of this.watchings.values()) {
      if (watching.watchId === message.watchId) {
        watching.isSet ||= message.created;
        if (message.changedAt > watching.changedAt) {
          watching.changedAt = message.changedAt;
        }
      }
    }
    this.waiters.forEach((waiter) => {
      waiter.wake();
    });
  }

  /** Nothing is known of the time since the last message. */
  private break(error: unknown): void {
    this.close();
    this.waiters.forEach((waiter) => {
      waiter.fail(error);
    });
  }

  private close(): void {
    const old = this.stream;
    this.stream = undefined;
    this.watchings.clear();
    void old?.then(
      (stream) => {
        stream.on('error', () => undefined);
        stream.cancel();
      },
      () => undefined,
    );
  }

  private closeWhenIdle(): void {
    if (this.waiters.size === 0) {
      clearTimeout(this.idleTimer);
      this.idleTimer = setTimeout(() => {
        if (this.waiters.size === 0) this.close();
      }, idleMs);
      this.idleTimer.unref();
    }
  }
}
