import * as vscode from 'vscode';
import type { NoticeView } from '../present/noticeView';

/** A button of a notice. */
export interface NoticeAction {
  readonly title: string;
  run(): unknown;
}

/** Notices of which a person wants no more. */
const mutedKey = 'mutedNotices';
const dontShowAgain = "Don't Show Again";

/** Shows what nobody asked for: rarely, with a way to act on it, and never again for who wants none. */
export class Notices {
  constructor(private readonly memento: vscode.Memento) {}

  /** @param kind one of a fixed few; all notices of a muted kind are left out. */
  show(kind: string, view: NoticeView, actions: readonly NoticeAction[]): void {
    const muted = this.memento.get<readonly string[]>(mutedKey, []);
    if (muted.includes(kind)) {
      return;
    }
    const show =
      view.severity === 'warning'
        ? vscode.window.showWarningMessage
        : vscode.window.showInformationMessage;
    const titles = actions.map(({ title }) => title);
    void show(view.message, ...titles, dontShowAgain).then((choice) => {
      if (choice === dontShowAgain) {
        return this.memento.update(mutedKey, [...new Set([...muted, kind])]);
      }
      return actions.find(({ title }) => title === choice)?.run();
    });
  }
}
