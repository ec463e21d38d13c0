import * as vscode from 'vscode';
import type { StepItem } from '../../present/runbookView';

export interface Step<T extends string> {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly placeholder: string;
  /** Entries without a choice only say something, and choosing them does nothing. */
  readonly items: readonly (StepItem<T> | 'line')[];
  readonly canGoBack: boolean;
}

type Item<T extends string> = vscode.QuickPickItem & { readonly choice?: T };

/** One step of a flow of several. `undefined`: it was left. */
export function showStep<T extends string>(step: Step<T>): Promise<T | 'back' | undefined> {
  const pick = vscode.window.createQuickPick<Item<T>>();
  pick.title = step.title;
  pick.step = step.step;
  pick.totalSteps = step.totalSteps;
  pick.placeholder = step.placeholder;
  // What is decided here must not be lost by a look at another window.
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.buttons = step.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  pick.items = step.items.map((item) =>
    item === 'line' ? { label: '', kind: vscode.QuickPickItemKind.Separator } : item,
  );
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const choice = pick.selectedItems[0]?.choice;
      if (choice !== undefined) {
        resolve(choice);
        pick.hide();
      }
    });
    pick.onDidTriggerButton(() => {
      resolve('back');
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
