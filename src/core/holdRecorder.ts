import type { AuditEntry, AuditLog } from './audit';
import type { HistoryEvent, Refusal } from './holdHistory';
import { HoldObserver } from './holdObserver';
import { decodeLockInfo } from './lockInfo';
import type { Disposable } from './lifecycle';
import type { LockBoard } from './lockBoard';
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
    const { board, clock, gapMs, isEnabled } = this.deps;
    if (!isEnabled()) {
      this.observer = new HoldObserver();
      return;
    }
    this.append(this.observer.look(board.views(), gapMs()));
    this.timer ??= clock.after(checkpointMs, () => {
      this.timer = undefined;
      this.append(this.observer.checkpoint());
    });
  }

  private noteAction({ action, outcome, state, lockId, found }: AuditEntry): void {
    if (action === 'acquire' && outcome === 'refused') {
      const { info } = decodeLockInfo(found);
      const at = this.deps.clock.now();
      const holder = info.who.slice(0, 300);
      this.noteRefusal({
        at,
        path: state,
        source: 'acquire',
        lockId: info.id.slice(0, 300),
        holder,
      });
    }
    if (outcome === 'done' && (action === 'release' || action === 'forceUnlock')) {
      this.observer.noteEnd(state, lockId, action === 'release' ? 'releasedHere' : 'brokenHere');
    }
  }

  private append(events: readonly HistoryEvent[]): void {
    if (events.length > 0) {
      this.deps.history.append(events);
    }
  }
}
