import * as vscode from 'vscode';
import type { Disposable } from '../core/lifecycle';
import type { Log } from '../core/ports';

/** The log of the extension, in VS Code's output panel, with levels. */
export class LogChannel implements Log, Disposable {
  private readonly channel = vscode.window.createOutputChannel('Terraform State Lock', {
    log: true,
  });

  debug(message: string): void {
    this.channel.debug(message);
  }

  info(message: string): void {
    this.channel.info(message);
  }

  warn(message: string): void {
    this.channel.warn(message);
  }

  error(message: string): void {
    this.channel.error(message);
  }

  show(): void {
    this.channel.show();
  }

  dispose(): void {
    this.channel.dispose();
  }
}
