import type * as vscode from 'vscode';
import type { WatchedStore } from '../core/watchedWorkspaces';

const key = 'watchedWorkspaces';

/** Keeps watched workspaces with the VS Code workspace, so that they stay across reloads. */
export function watchedMemory(memento: vscode.Memento): WatchedStore {
  return {
    load: () => memento.get(key),
    save: async (watched) => {
      await memento.update(key, watched);
    },
  };
}
