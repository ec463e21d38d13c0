import * as vscode from 'vscode';
import { DisposableStore, Emitter, type Disposable } from '../../core/lifecycle';
import type { LockBoard, StateView } from '../../core/lockBoard';
import { concerned, strayReason, type LockedRun } from '../../core/lockedTerminal';
import { locksOf } from '../../core/lockStatus';
import type { Clock } from '../../core/ports';
import { refusalIn, type Refusal } from '../../core/refusal';
import { terraformCommands } from '../../core/terraformCommand';
import { lostWarning, refusalWarning, strayWarning } from '../../present/terminalView';
import { realFolder } from '../../storage/folders';
import { commands } from '../contributions';
import type { LogChannel } from '../logChannel';
import type { Notices } from '../notices';
import type { LockedTerminal, LockedTerminals } from './lockedTerminals';

interface ShellWatchDeps {
  readonly board: LockBoard;
  readonly terminals: LockedTerminals;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: LogChannel;
}

/** A lock that somebody runs into again and again is told once in this time. */
const quietMs = 10 * 60_000;
/** A command that ends without an exit code may be one whose terminal is being closed. */
const closingMs = 2000;
/** A refusal is short, and comes before anything else of length. */
const maxOutputChars = 64_000;

/** Looks at the Terraform commands that terminals with shell integration start. Nothing is run or typed. */
export class ShellWatch implements Disposable {
  private readonly store = new DisposableStore();
  private readonly refusalEmitter = this.store.add(new Emitter<Refusal>());
  private readonly counted = new Set<vscode.TerminalShellExecution>();
  private readonly toldAt = new Map<string, number>();
  private readonly paths = new Map<string, string>();

  /** Terraform was refused in a terminal. Text from outside. */
  readonly onDidSeeRefusal = this.refusalEmitter.event;

  constructor(private readonly deps: ShellWatchDeps) {
    this.store.add(
      vscode.window.onDidStartTerminalShellExecution((event) => {
        this.started(event).catch((error: unknown) => {
          deps.log.error(`A command in a terminal could not be looked at: ${String(error)}`);
        });
      }),
    );
    this.store.add(
      vscode.window.onDidEndTerminalShellExecution((event) => {
        this.ended(event);
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Which path Terraform named when it was refused by this lock. Text from outside. */
  pathOf(lockId: string): string | undefined {
    return this.paths.get(lockId);
  }

  private async started({
    terminal,
    execution,
  }: vscode.TerminalShellExecutionStartEvent): Promise<void> {
    const line = execution.commandLine.value;
    const found = terraformCommands(line);
    if (found.length === 0) {
      return;
    }
    // Before anything is waited for: the terminal may be closed meanwhile, and output is kept from now on only.
    this.counted.add(execution);
    this.deps.terminals.noteRun(terminal, 1);
    void this.readRefusal(execution);
    const cwd = execution.cwd?.fsPath;
    const runs = await Promise.all(
      found.map(async (command): Promise<LockedRun> => {
        const { path } = command;
        const known = cwd !== undefined && path !== undefined;
        return { command, folder: known ? await realFolder(cwd, ...path) : undefined };
      }),
    );
    const locked = this.deps.terminals.of(terminal);
    if (locked === undefined) {
      await this.warnOfRefusal(runs);
    } else {
      this.warnInside(locked, line, runs);
    }
  }

  private ended({ terminal, execution, exitCode }: vscode.TerminalShellExecutionEndEvent): void {
    if (this.counted.delete(execution)) {
      const end = (): void => {
        this.deps.terminals.noteRun(terminal, -1);
      };
      if (exitCode === undefined) {
        this.store.add(this.deps.clock.after(closingMs, end));
      } else {
        end();
      }
    }
  }

  private warnInside(locked: LockedTerminal, line: string, runs: readonly LockedRun[]): void {
    const { board, clock } = this.deps;
    if (locked.lost) {
      const { message, detail } = lostWarning(locked.state, board.view(locked.viewId), clock.now());
      void vscode.window.showWarningMessage(`${message}. ${detail}`);
      return;
    }
    const reason = strayReason(line, runs, locked.folder);
    if (reason !== undefined) {
      void vscode.window.showWarningMessage(strayWarning(locked.state, reason).message);
    }
  }

  private async warnOfRefusal(runs: readonly LockedRun[]): Promise<void> {
    const views = await this.lockedViews();
    const run = concerned(runs, (folder) => views.has(folder));
    const view = run === undefined ? undefined : views.get(run.folder);
    if (run === undefined || view === undefined || this.wasToldOf(view)) {
      return;
    }
    this.deps.notices.show('refusal', refusalWarning(view, run.command, this.deps.clock.now()), [
      {
        title: 'Show Actions',
        run: () => vscode.commands.executeCommand(commands.showActions, view.id),
      },
    ]);
  }

  /** The states that are known to be locked, by the real path of each module in its selected workspace. */
  private async lockedViews(): Promise<ReadonlyMap<string, StateView>> {
    const views = this.deps.board
      .views()
      .filter(({ status }) => status.kind !== 'unknown' && locksOf(status).length > 0);
    const folders = views.flatMap((view) =>
      view.modules
        .filter(({ dir, watched }) => watched === undefined && dir.startsWith('file:'))
        .map(
          async ({ dir }) => [await realFolder(vscode.Uri.parse(dir, true).fsPath), view] as const,
        ),
    );
    return new Map(await Promise.all(folders));
  }

  private wasToldOf(view: StateView): boolean {
    const now = this.deps.clock.now();
    const mark = locksOf(view.status)
      .map(({ record }) => record.info.id)
      .join('\n');
    const before = this.toldAt.get(mark);
    if (before !== undefined && now - before < quietMs) {
      return true;
    }
    this.toldAt.set(mark, now);
    return false;
  }

  /** Keeps what Terraform says of a lock that refused it: where the lock is, for whoever follows its link. */
  private async readRefusal(execution: vscode.TerminalShellExecution): Promise<void> {
    let output = '';
    let refusal: Refusal | undefined;
    for await (const chunk of execution.read()) {
      if (refusal === undefined && output.length < maxOutputChars) {
        output += chunk;
        refusal = refusalIn(output);
        if (refusal !== undefined) {
          this.paths.set(refusal.lockId, refusal.path);
          this.refusalEmitter.fire(refusal);
        }
      }
    }
  }
}
