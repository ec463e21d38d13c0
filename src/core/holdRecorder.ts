import type { AuditEntry, AuditLog } from './audit';
import { keptName, type HistoryEvent, type Refusal } from './holdHistory';
import { HoldObserver } from './holdObserver';
import { decodeLockInfo } from './lockInfo';
import type { Disposable } from './lifecycle';
import type { LockBoard } from './lockBoard';
import { locksOf } from './lockStatus';
import type { Refusal as TerminalRefusal } from './refusal';
import type { PollSettings } from './lockPoller';
import type { Clock } from './ports';

/** Takes in what is to be remembered. Never throws, never waits. */
export interface HistorySink {
  append(events: readonly HistoryEvent[]): void;
}

interface RecorderDeps {
  readonly clock: Clock;
  readonly board: Pick<LockBoard, 'views' | 'onDidChange'>;
  readonly history: HistorySink;
  isEnabled(): boolean;
  /** From how long between two looks on nobody was watching, in ms. */
  gapMs(): number;
}

/**
 * From how long between two looks on nobody was watching: a round may be slow or fail, and a window that
 * comes back into focus was read more rarely before.
 */
export function watchGapMs(settings: PollSettings): number {
  const { intervalMs, unfocusedIntervalMs, requestTimeoutMs } = settings;
  return 2 * Math.max(intervalMs, unfocusedIntervalMs) + requestTimeoutMs;
}

const checkpointMs = 10 * 60_000;

/** Watches the board and writes the history of what it shows. */
export class HoldRecorder implements Disposable {
  private observer = new HoldObserver();
  private readonly subscription: Disposable;
  private timer: Disposable | undefined;

  constructor(private readonly deps: RecorderDeps) {
    this.subscription = deps.board.onDidChange(() => {
      this.look();
    });
  }

  /** Somebody was refused because of a lock: for whoever sees it, here or in a terminal. */
  noteRefusal(refusal: Refusal): void {
    if (this.deps.isEnabled()) {
      this.deps.history.append([{ kind: 'refusal', refusal }]);
    }
  }

  /** Terraform was refused in a terminal here. Who holds the lock is known if the lock is on the board. */
  noteTerminal({ lockId, path }: TerminalRefusal): void {
    const found = this.deps.board
      .views()
      .flatMap(({ state, status }) => locksOf(status).map((lock) => ({ state, lock })))
      .find(({ lock }) => lock.record.info.id === lockId);
    const at = this.deps.clock.now();
    const holder = found?.lock.record.info.who ?? '';
    const named = found?.state?.path ?? path;
    if (named !== '') {
      this.noteRefusal({
        at,
        path: keptName(named),
        source: 'terminal',
        lockId: keptName(lockId),
        holder: keptName(holder),
      });
    }
  }

  /** The same log, listened to: what is done from here says how holds end and who was refused. */
  listenTo(audit: AuditLog): AuditLog {
    return {
      append: async (entry) => {
        await audit.append(entry);
        this.noteAction(entry);
      },
    };
  }

  dispose(): void {
    this.subscription.dispose();
    this.timer?.dispose();
    this.timer = undefined;
    this.append(this.observer.checkpoint());
  }

  private look(): void {
    const { board, clock } = this.deps;
    if (!this.deps.isEnabled()) {
      this.observer = new HoldObserver();
      return;
    }
    this.append(this.observer.look(board.views(), clock.now(), this.deps.gapMs()));
    this.timer ??= clock.after(checkpointMs, () => {
      this.timer = undefined;
      this.append(this.observer.checkpoint());
    });
  }

  private noteAction({ action, outcome, state, lockId, found }: AuditEntry): void {
    if (action === 'acquire' && outcome === 'refused') {
      const { info } = decodeLockInfo(found);
      const at = this.deps.clock.now();
      const holder = keptName(info.who);
      this.noteRefusal({
        at,
        path: state,
        source: 'acquire',
        lockId: keptName(info.id),
        holder,
      });
    }
    if (action === 'release' || action === 'forceUnlock') {
      this.noteEnd(action, outcome, state, lockId);
    }
  }

  /** Said with the attempt, for the lock may be seen gone before its outcome is written. */
  private noteEnd(
    action: 'release' | 'forceUnlock',
    outcome: AuditEntry['outcome'],
    state: string,
    lockId: string,
  ): void {
    if (outcome === 'attempt') {
      this.observer.noteEnd(state, lockId, action === 'release' ? 'releasedHere' : 'brokenHere');
    } else if (outcome === 'refused' || outcome === 'failed') {
      this.observer.forgetEnd(state, lockId);
    }
  }

  private append(events: readonly HistoryEvent[]): void {
    if (events.length > 0) {
      this.deps.history.append(events);
    }
  }
}
