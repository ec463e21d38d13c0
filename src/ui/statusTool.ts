import * as vscode from 'vscode';
import type { LockBoard } from '../core/lockBoard';
import type { LockPoller } from '../core/lockPoller';
import type { Clock } from '../core/ports';
import { statusReport } from '../present/statusReport';
import { languageModelTools } from './contributions';

interface ToolInput {
  /** A module's folder, a file in it, or a part of a state's key. */
  readonly path?: string;
}

interface ToolDeps {
  readonly board: LockBoard;
  readonly poller: LockPoller;
  readonly clock: Clock;
}

/**
 * Lets language models read how locks stand before they run Terraform. Read-only: no tool takes, releases or
 * breaks a lock, because only a person may.
 */
export function registerStatusTool({ board, poller, clock }: ToolDeps): vscode.Disposable {
  return vscode.lm.registerTool<ToolInput>(languageModelTools.status, {
    prepareInvocation: () => ({ invocationMessage: 'Reading Terraform state locks' }),
    invoke: async ({ input }, token) => {
      // Not a person: no program of a `credential_process` is run for it.
      const read = poller.refresh({ userStarted: false });
      await Promise.race([
        read,
        new Promise<void>((resolve) => token.onCancellationRequested(() => resolve())),
      ]);
      const path = typeof input.path === 'string' ? input.path : '';
      const text = statusReport(board.views(), path, clock.now());
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    },
  });
}
