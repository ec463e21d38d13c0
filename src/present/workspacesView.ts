import type { StateView } from '../core/lockBoard';
import { statusWords } from './locksView';
import { label } from './untrusted';

/** One workspace of a list, ready to be shown and ticked. */
export interface WorkspaceItem {
  /** As it is, for the machine. */
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly picked: boolean;
}

/** What is known here beside the list itself. */
export interface KnownWorkspaces {
  /** The module's directory. */
  readonly dir: string;
  readonly watched: readonly string[];
  readonly views: readonly StateView[];
  readonly now: number;
}

/** The workspaces of a list, each with what is known of its lock; a watched one stays, listed or not. */
export function workspaceItems(
  listed: readonly string[],
  { dir, watched, views, now }: KnownWorkspaces,
): WorkspaceItem[] {
  const ours = new Map<string, StateView>();
  const selected = new Set<string>();
  for (const view of views) {
    for (const module of view.modules.filter((candidate) => candidate.dir === dir)) {
      const name = module.watched ?? view.state?.workspace ?? '';
      ours.set(name, view);
      if (module.watched === undefined) {
        selected.add(name);
      }
    }
  }
  const missing = watched.filter((name) => !listed.includes(name));
  return [...listed, ...missing].map((name) => {
    const view = ours.get(name);
    const notes = [
      ...(selected.has(name) ? ['selected'] : []),
      ...(missing.includes(name) ? ['has no state'] : []),
      ...(view === undefined ? [] : [statusWords(view, now)]),
    ];
    return {
      name,
      label: label(name),
      description: notes.join(' · '),
      picked: watched.includes(name),
    };
  });
}
