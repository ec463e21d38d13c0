import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import { formatCreated, parseCreated } from '../core/lockInfo';
import type { LockService } from '../core/lockService';
import type { OwnLockEvent, OwnLockWatch } from '../core/ownLockWatch';
import type { OwnLockStore } from '../core/ownLocks';
import type { Clock } from '../core/ports';
import { resultView } from '../present/actionView';
import { ownLockNotice } from '../present/noticeView';
import { overdueWarning } from '../present/terminalView';
import { commands } from './contributions';
import type { LogChannel } from './logChannel';
import type { Notices } from './notices';
import { showResult } from './progress';
import type { LockedTerminals } from './terminals/lockedTerminals';

interface NoticesDeps {
  readonly watch: OwnLockWatch;
  readonly service: Pick<LockService, 'release'>;
  readonly ownLocks: Pick<OwnLockStore, 'remember'>;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: LogChannel;
  readonly terminals: LockedTerminals;
  requestTimeoutMs(): number;
}

const extendByMs = 30 * 60_000;
const retryMs = 60_000;

/** Tells the holder of own locks what happens to them, and keeps their time limits. */
export class OwnLockNotices implements Disposable {
  private readonly store = new DisposableStore();
  private readonly overdue = new Set<string>();

  constructor(private readonly deps: NoticesDeps) {
    this.store.add(
      deps.watch.onDidHappen((event) => {
        this.take(event);
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private take(event: OwnLockEvent): void {
    const { clock, log, notices, terminals } = this.deps;
    const view = ownLockNotice(event, clock.now());
    const release = { title: 'Release Lock', run: () => this.release(event) };
    switch (event.kind) {
      case 'due':
        void this.releaseDue(event);
        return;
      case 'dueSoon': {
        const extend = { title: 'Extend by 30 Minutes', run: () => this.extend(event) };
        notices.show(event.kind, view, [extend, release]);
        return;
      }
      case 'forgotten':
      case 'old':
        notices.show(event.kind, view, [release]);
        return;
      case 'broken':
        log.warn(view.message);
        if (terminals.hasTold(event.locks)) {
          // With what it means for the terminal.
          return;
        }
        notices.show(event.kind, view, [
          { title: 'Show Lock', run: () => vscode.commands.executeCommand(commands.showActions) },
        ]);
        return;
    }
  }

  private extend({ own }: OwnLockEvent): Promise<void> {
    const from = Math.max(this.deps.clock.now(), parseCreated(own.until ?? '') ?? 0);
    return this.deps.ownLocks.remember({ ...own, until: formatCreated(from + extendByMs) });
  }

  private release({ state }: OwnLockEvent): Thenable<unknown> {
    return vscode.commands.executeCommand(commands.release, state.id);
  }

  /** The time limit was agreed to when the lock was taken: one conditional delete of exactly that lock. */
  private async releaseDue(event: OwnLockEvent): Promise<void> {
    const { service, clock, log, terminals } = this.deps;
    const terminal = terminals.ofLocks(event.locks);
    if (terminal !== undefined) {
      // Never pulls the lock away from under a command that runs: closing the terminal gives it back.
      if (!terminals.closeIdle(terminal)) {
        this.retryLater(event);
        this.tellOverdue(event);
      }
      return;
    }
    const signal = AbortSignal.timeout(2 * this.deps.requestTimeoutMs());
    const result = await service.release(event.state, event.locks, signal);
    if (result.kind === 'done') {
      showResult(ownLockNotice(event, clock.now()), log);
    } else if (result.kind !== 'gone') {
      // Another window may have been quicker, which is the same end; anything else is worth knowing.
      showResult(resultView('release', event.state, result, clock.now()), log);
      this.retryLater(event);
    }
  }

  private tellOverdue({ own, state }: OwnLockEvent): void {
    if (!this.overdue.has(own.lockId)) {
      this.overdue.add(own.lockId);
      void vscode.window.showWarningMessage(overdueWarning(state).message);
    }
  }

  private retryLater({ own }: OwnLockEvent): void {
    const { clock, watch } = this.deps;
    this.store.add(
      clock.after(retryMs, () => {
        watch.retryDue(own);
      }),
    );
  }
}
