import type { LockError } from './lockError';
import type { ModuleBackend } from './resolution';
import type { StateRef } from './stateRef';

/** A line of the board before its status is known: a state, or a block whose state cannot be told. */
export interface Entry {
  readonly state?: StateRef;
  readonly error?: LockError;
  readonly modules: [ModuleBackend, ...ModuleBackend[]];
}

/** One entry per state, however many modules use it; ordered by state key, then id. */
export function groupByState(modules: readonly ModuleBackend[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const module of modules) {
    const { resolution } = module;
    const unresolved = [
      'unresolved',
      module.dir,
      ...(module.watched === undefined ? [] : [module.watched]),
    ];
    const id = resolution.kind === 'state' ? resolution.state.id : unresolved.join('|');
    const entry = entries.get(id);
    if (entry !== undefined) {
      entry.modules.push(module);
    } else if (resolution.kind === 'state') {
      entries.set(id, { state: resolution.state, modules: [module] });
    } else {
      entries.set(id, { error: resolution.error, modules: [module] });
    }
  }
  const sortKey = ([id, entry]: [string, Entry]): string => `${entry.state?.key ?? ''}\n${id}`;
  return new Map(
    [...entries].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : sortKey(a) > sortKey(b) ? 1 : 0)),
  );
}
