import * as vscode from 'vscode';
import type { HeldLock, LockReading } from '../../core/lockPlace';
import type { ListedLock } from '../../core/lockListing';
import { lockOfPath } from '../../core/lockListingBoard';
import { isMine } from '../../core/ownLocks';
import type { StateRef } from '../../core/stateRef';
import { resultView } from '../../present/actionView';
import { lockInfoJson } from '../../present/confirmView';
import { listedLockJson } from '../../present/lockListingCopy';
import { label } from '../../present/untrusted';
import { errorText } from '../../present/wording';
import { listingTarget } from '../lockListingBranch';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';
import { unlockShown } from './forceUnlock';

type Command = (argument: unknown) => Promise<void>;

/** The same action on a state of the workspace. */
type OnState = (deps: CommandDeps, argument: unknown) => Promise<void>;

/** A listed lock that a command was started on. */
interface Target {
  readonly source: string;
  readonly path: string;
  readonly lock: ListedLock;
}

type Action = (deps: CommandDeps, target: Target, onState: OnState) => Promise<void>;

const actions = {
  forceUnlock: forceUnlockListed,
  release: releaseListed,
  copyId: copyListedId,
  copyInfo: copyListedInfo,
} satisfies Record<string, Action>;

/** A command that works on a lock of an open list where it was started on one, else on a state as always. */
export function orListed(
  deps: CommandDeps,
  action: keyof typeof actions,
  onState: OnState,
): Command {
  return async (argument) => {
    const target = listingTarget(argument);
    if (target === undefined) {
      return onState(deps, argument);
    }
    const path = 'path' in target ? target.path : '';
    const lock = lockOfPath(deps.listings.get(target.source)?.listing.locks ?? [], path);
    if (lock === undefined) {
      void vscode.window.showInformationMessage('This lock is no longer in the list.');
      return;
    }
    await actions[action](deps, { source: target.source, path: lock.path, lock }, onState);
  };
}

/** The same as for a state of the workspace: fresh read, whole record, key typed, one conditional delete. */
async function forceUnlockListed(
  deps: CommandDeps,
  target: Target,
  onState: OnState,
): Promise<void> {
  if (await doneOnState(deps, target, onState)) {
    return;
  }
  const found = await readListed(deps, target);
  if (found === undefined) {
    return;
  }
  const { state, lock } = found;
  if (isMine(deps.ownLocks, lock, state)) {
    const name = label(state.key);
    void vscode.window.showInformationMessage(`You hold the lock of ${name}: release it instead.`);
    return;
  }
  if (await unlockShown(deps, state, [lock])) {
    await refreshListed(deps, target, state);
  }
}

/** Gives back an own lock, wherever it was taken. */
async function releaseListed(deps: CommandDeps, target: Target, onState: OnState): Promise<void> {
  if (await doneOnState(deps, target, onState)) {
    return;
  }
  const found = await readListed(deps, target);
  if (found === undefined) {
    return;
  }
  const { state, lock } = found;
  const result = await withProgress(`Releasing the lock of ${label(state.key)}`, (signal) =>
    deps.service.release(state, [lock], signal),
  );
  showResult(resultView('release', state, result, deps.clock.now()), deps.log);
  await refreshListed(deps, target, state);
}

/**
 * A lock of a state that is in the workspace is acted on as that state's, of which more is known: it may
 * have a second lock elsewhere. False where the state is not in the workspace.
 */
async function doneOnState(deps: CommandDeps, target: Target, onState: OnState): Promise<boolean> {
  const source = deps.listings.get(target.source)?.listing.source;
  if (source?.unlockable !== true) {
    return false;
  }
  const listed = await deps.lister.stateOfListed(source, target.path);
  const places = new Set(listed.places.map(({ id }) => id));
  const view = deps.board
    .views()
    .find(({ state }) => state?.places.some(({ id }) => places.has(id)));
  if (view === undefined) {
    return false;
  }
  await onState(deps, view.id);
  await refreshListed(deps, target, listed);
  return true;
}

async function copyListedId(deps: CommandDeps, target: Target): Promise<void> {
  const whole = target.lock.cut ? await readListed(deps, target) : undefined;
  if (target.lock.cut && whole === undefined) {
    return;
  }
  const { id } = whole?.lock.record.info ?? target.lock.info;
  await vscode.env.clipboard.writeText(id);
  vscode.window.setStatusBarMessage('Lock ID copied', 3000);
}

/** The record as it is stored; read again, because a list keeps only what it shows. */
async function copyListedInfo(deps: CommandDeps, target: Target): Promise<void> {
  const unlockable = deps.listings.get(target.source)?.listing.source.unlockable === true;
  const found = unlockable ? await readListed(deps, target) : undefined;
  if (unlockable && found === undefined) {
    return;
  }
  const text = found === undefined ? listedLockJson(target.lock) : lockInfoJson(found.lock);
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage('Lock info copied', 3000);
}

/** Reads a listed lock now. Undefined, after saying so, where it is gone or cannot be read. */
async function readListed(
  deps: CommandDeps,
  target: Target,
): Promise<{ readonly state: StateRef; readonly lock: HeldLock } | undefined> {
  const source = deps.listings.get(target.source)?.listing.source;
  if (source === undefined) {
    return undefined;
  }
  const state = await deps.lister.stateOfListed(source, target.path);
  const name = label(state.key);
  const reading = await withProgress(`Reading the lock of ${name}`, (signal) =>
    refreshListed(deps, target, state, signal),
  );
  if (reading === undefined) {
    return undefined;
  }
  if (!reading.ok) {
    const { message, nextStep } = errorText(reading.error);
    showResult({ severity: 'error', message: label(`${message} ${nextStep}`, 600) }, deps.log);
    return undefined;
  }
  const [place] = state.places;
  if (reading.record === undefined || place === undefined) {
    void vscode.window.showInformationMessage(
      `${name} is not locked any more. Nothing was deleted.`,
    );
    return undefined;
  }
  return { state, lock: { place, record: reading.record } };
}

/** Reads one lock and puts into the list what is true now. */
async function refreshListed(
  deps: CommandDeps,
  target: Target,
  state: StateRef,
  signal = new AbortController().signal,
): Promise<LockReading | undefined> {
  const timeoutMs = deps.settings.value.polling.requestTimeoutMs;
  const options = { userStarted: true, timeoutMs };
  const [reading] = await deps.gateway.readMany(state.places, options, signal);
  if (reading?.ok) {
    const { record } = reading;
    const { path } = target;
    const lock =
      record === undefined
        ? undefined
        : {
            path,
            info: record.info,
            ...(record.problem === undefined ? {} : { problem: record.problem }),
          };
    deps.listings.update(target.source, path, lock);
  }
  return reading;
}
