import * as vscode from 'vscode';
import type { DeniedMemory } from '../../core/deniedMemory';
import { DisposableStore, Emitter, type Disposable } from '../../core/lifecycle';
import type { LockBoard } from '../../core/lockBoard';
import { holdOf, locksOfTerminal } from '../../core/lockedTerminal';
import type { HeldLock } from '../../core/lockPlace';
import type { LockPoller } from '../../core/lockPoller';
import type { LockService } from '../../core/lockService';
import type { Clock } from '../../core/ports';
import type { StateRef } from '../../core/stateRef';
import { resultView } from '../../present/actionView';
import { keptWarning, lostWarning, type TerminalHold } from '../../present/terminalView';
import { label } from '../../present/untrusted';
import { confirm } from '../confirm';
import { commands } from '../contributions';
import type { LogChannel } from '../logChannel';
import { guardedOrConfirmed } from '../unguardedDelete';

interface LockedTerminalsDeps {
  readonly board: LockBoard;
  readonly poller: Pick<LockPoller, 'refresh'>;
  readonly service: Pick<LockService, 'release'>;
  readonly denied: DeniedMemory;
  readonly clock: Clock;
  readonly log: LogChannel;
  requestTimeoutMs(): number;
}

/** What a locked terminal is for. */
export interface TerminalLock {
  readonly viewId: string;
  readonly state: StateRef;
  readonly lockId: string;
  /** Real path of the module. */
  readonly folder: string;
}

/** A terminal that works under a lock of this extension. */
export interface LockedTerminal extends TerminalLock, TerminalHold {
  readonly terminal: vscode.Terminal;
  /** Terraform commands that run in it, as far as shell integration tells. */
  readonly running: number;
}

interface Session extends LockedTerminal {
  lost: boolean;
  /** The records as last seen: what is given back if the state is not shown any more. */
  seen: readonly HeldLock[];
  running: number;
}

/** Follows locked terminals: a lock that is lost is told, a terminal that is closed gives its lock back. */
export class LockedTerminals implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changeEmitter = this.store.add(new Emitter<void>());
  private readonly lostIds = new Set<string>();
  private readonly sessions = new Map<vscode.Terminal, Session>();

  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly deps: LockedTerminalsDeps) {
    this.store.add(
      deps.board.onDidChange(() => {
        this.look();
      }),
    );
    this.store.add(
      vscode.window.onDidCloseTerminal((terminal) => {
        void this.closed(terminal);
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Opens a terminal under a lock that has just been taken. */
  open(lock: TerminalLock, options: vscode.TerminalOptions): void {
    const terminal = vscode.window.createTerminal(options);
    this.sessions.set(terminal, { ...lock, terminal, lost: false, seen: [], running: 0 });
    terminal.show();
    this.look();
    this.changeEmitter.fire();
  }

  list(): readonly LockedTerminal[] {
    return [...this.sessions.values()];
  }

  of(terminal: vscode.Terminal): LockedTerminal | undefined {
    return this.sessions.get(terminal);
  }

  ofLocks(locks: readonly HeldLock[]): LockedTerminal | undefined {
    const ids = new Set(locks.map(({ record }) => record.info.id));
    return this.list().find(({ lockId }) => ids.has(lockId));
  }

  /** Whether it was told already that these locks were lost, by a terminal that worked under them. */
  hasTold(locks: readonly HeldLock[]): boolean {
    return locks.some(({ record }) => this.lostIds.has(record.info.id));
  }

  /** Notes that a Terraform command starts in a terminal, or ends. */
  noteRun(terminal: vscode.Terminal, change: 1 | -1): void {
    const session = this.sessions.get(terminal);
    if (session !== undefined) {
      session.running = Math.max(0, session.running + change);
    }
  }

  /**
   * Closes a terminal, which gives its lock back, if nothing is known to run there.
   * @returns whether it does.
   */
  closeIdle({ terminal }: LockedTerminal): boolean {
    // Without shell integration nothing is known of what runs.
    const isIdle =
      this.sessions.get(terminal)?.running === 0 && terminal.shellIntegration !== undefined;
    if (isIdle) {
      terminal.dispose();
    }
    return isIdle;
  }

  private look(): void {
    for (const session of this.sessions.values()) {
      const status = this.deps.board.view(session.viewId)?.status;
      const locks = status === undefined ? [] : locksOfTerminal(status, session.lockId);
      const hold = status === undefined ? 'unknown' : holdOf(status, session.lockId);
      if (locks.length > 0) {
        session.seen = locks;
      }
      // Before it was seen once, a reading may be older than the lock.
      if (hold === 'lost' && !session.lost && session.seen.length > 0) {
        this.lose(session);
      }
    }
  }

  private lose(session: Session): void {
    const { board, clock, log } = this.deps;
    session.lost = true;
    this.lostIds.add(session.lockId);
    this.changeEmitter.fire();
    const warning = lostWarning(session.state, board.view(session.viewId), clock.now());
    log.warn(`${warning.message}. ${warning.detail}`);
    const show = 'Show Terminal';
    const close = 'Close Terminal';
    // Modal: whatever is typed there meanwhile would run without a lock.
    void confirm(warning, show, close).then((choice) => {
      if (choice === show) {
        session.terminal.show();
      } else if (choice === close) {
        session.terminal.dispose();
      }
    });
  }

  private async closed(terminal: vscode.Terminal): Promise<void> {
    const session = this.sessions.get(terminal);
    if (session === undefined) {
      return;
    }
    this.sessions.delete(terminal);
    this.changeEmitter.fire();
    if (session.running > 0 && !session.lost) {
      this.offerRelease(keptWarning(session.state).message, session);
      return;
    }
    try {
      await this.release(session);
    } catch (error) {
      this.deps.log.error(`A locked terminal was closed: ${String(error)}`);
      this.offerRelease(`The lock of ${label(session.state.key)} could not be released.`, session);
    }
  }

  /** Gives back exactly the records of this lock, as they were seen last. */
  private async release(session: Session): Promise<void> {
    const { clock, denied, log, service } = this.deps;
    const { state } = session;
    const locks = await this.locksToRelease(session);
    if (locks.length === 0) {
      if (!session.lost) {
        const message = `It is not known whether you still hold the lock of ${label(state.key)}.`;
        this.offerRelease(message, session);
      }
      return;
    }
    const result = await guardedOrConfirmed(state, (consent) =>
      service.release(state, locks, AbortSignal.timeout(2 * this.deps.requestTimeoutMs()), consent),
    );
    denied.noteResult(state.places, result);
    const { message, severity } = resultView('release', state, result, clock.now());
    if (severity === 'info') {
      log.info(message);
      void vscode.window.showInformationMessage(message);
    } else {
      this.offerRelease(message, session);
    }
  }

  private async locksToRelease(session: Session): Promise<readonly HeldLock[]> {
    const shown = (): readonly HeldLock[] => {
      const status = this.deps.board.view(session.viewId)?.status;
      return status === undefined ? [] : locksOfTerminal(status, session.lockId);
    };
    if (session.lost) {
      return shown();
    }
    if (shown().length === 0 && session.seen.length === 0) {
      await this.deps.poller.refresh({ userStarted: true, places: session.state.places });
    }
    const now = shown();
    return now.length > 0 ? now : session.seen;
  }

  private offerRelease(message: string, { viewId }: Session): void {
    const { log } = this.deps;
    const release = 'Release Lock';
    const showLog = 'Show Log';
    log.warn(message);
    void vscode.window.showWarningMessage(message, release, showLog).then((choice) => {
      if (choice === release) {
        void vscode.commands.executeCommand(commands.release, viewId);
      } else if (choice === showLog) {
        log.show();
      }
    });
  }
}
