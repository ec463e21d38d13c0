import * as vscode from 'vscode';
import type { ConfirmView } from '../present/confirmView';

/**
 * Asks in a modal dialog, where "Cancel" is always an answer too.
 * @param buttons the first is the one that Enter presses.
 * @returns the button that was pressed, or undefined if it was called off.
 */
export async function confirm<T extends string>(
  { message, detail }: ConfirmView,
  ...buttons: readonly T[]
): Promise<T | undefined> {
  return vscode.window.showWarningMessage<T>(message, { modal: true, detail }, ...buttons);
}

/** Asks in a modal dialog that has one button beside "Cancel". */
export async function confirmed(view: ConfirmView, proceed: string): Promise<boolean> {
  return (await confirm(view, proceed)) === proceed;
}
