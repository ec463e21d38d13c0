import type { StateCheck } from '../../core/stateCheck';
import type { StateRef } from '../../core/stateRef';
import { checkResult } from '../../present/stateCheckView';
import { label } from '../../present/untrusted';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

/** Looks at a state itself, because a person asks: whether its readers will find what they expect. */
export async function checkState(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => candidate.state !== undefined && canCheck(candidate.state),
    title: 'Check State',
    none: 'No state here can be checked.',
  });
  const state = view?.state;
  if (state === undefined || !canCheck(state)) {
    return;
  }
  const check = await lookAt(deps, state, `Checking the state ${label(state.key)}`);
  if (check.kind !== 'failed' || check.error.reason !== 'cancelled') {
    showResult(checkResult(state, check), deps.log);
  }
}

/** After a lock was broken: the holder may have stopped half-way. Undefined where the state cannot be looked at. */
export async function checkAfterUnlock(
  deps: CommandDeps,
  state: StateRef,
): Promise<StateCheck | undefined> {
  return canCheck(state)
    ? lookAt(deps, state, `The lock is removed. Checking the state ${label(state.key)}`)
    : undefined;
}

async function lookAt(deps: CommandDeps, state: StateRef, title: string): Promise<StateCheck> {
  const timeoutMs = deps.settings.value.polling.requestTimeoutMs;
  const check = await withProgress(title, (signal) =>
    deps.explorer.checkState(state, { userStarted: true, timeoutMs }, signal),
  );
  if (check.kind !== 'failed' || check.error.reason !== 'cancelled') {
    deps.board.noteCheck(state.id, check);
  }
  return check;
}

function canCheck(state: StateRef): boolean {
  return state.capabilities?.includes('checkState') === true;
}
