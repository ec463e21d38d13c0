import { allowedActions } from '../../core/allowedActions';
import { resultView } from '../../present/actionView';
import { label } from '../../present/untrusted';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import { askToAcquire, untilOf } from './askToAcquire';
import type { CommandDeps } from './commandDeps';

/** Takes the lock of a state: reason, confirmation with place and identity, one conditional write. */
export async function acquireLock(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).acquire,
    title: 'Acquire Lock',
    none: 'There is no state here whose lock could be acquired.',
  });
  const state = view?.state;
  if (state === undefined) {
    return;
  }
  const words = { title: 'Acquire Lock', verb: 'Acquire Lock' };
  const request = await askToAcquire(deps, state, words);
  if (request === undefined) {
    return;
  }
  const result = await withProgress(`Acquiring the lock of ${label(state.key)}`, (signal) =>
    deps.service.acquire(state, request.reason, signal, untilOf(deps, request.limitMs)),
  );
  deps.denied.noteResult(state.places, result);
  showResult(resultView('acquire', state, result, deps.clock.now()), deps.log);
}
