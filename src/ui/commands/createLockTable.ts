import * as vscode from 'vscode';
import type { StateView } from '../../core/lockBoard';
import type { LockPlace } from '../../core/lockPlace';
import type { Fact } from '../../core/stateRef';
import { createTableConfirm, createTableResult } from '../../present/iamPolicyView';
import { label } from '../../present/untrusted';
import { confirmed } from '../confirm';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

/** Creates the lock table that a backend block names: protection, confirmation, one request, then waiting. */
export async function createLockTable(deps: CommandDeps, argument: unknown): Promise<void> {
  const view = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => tableOf(candidate) !== undefined && isMissing(candidate),
    title: 'Create Lock Table',
    none: 'No backend block here names a lock table that is known to be missing.',
  });
  const place = view === undefined ? undefined : tableOf(view);
  if (view === undefined || place === undefined) {
    return;
  }
  const protection = await pickProtection(place);
  if (protection === undefined) {
    return;
  }
  const identity = await withProgress('Looking up credentials', (signal) =>
    identify(deps, place, signal),
  );
  if (!(await confirmed(createTableConfirm(place, identity, protection), 'Create Table'))) {
    return;
  }
  const options = { userStarted: true, timeoutMs: deps.settings.value.polling.requestTimeoutMs };
  const title = `Creating ${label(place.label)} and waiting until it is ready`;
  const outcome = await withProgress(title, (signal) =>
    deps.gateway.createLockTable(place, { deletionProtection: protection }, options, signal),
  );
  deps.denied.noteResult([place], outcome);
  showResult(createTableResult(place, outcome), deps.log);
  await deps.poller.refresh({ userStarted: true });
}

function tableOf(view: StateView): LockPlace | undefined {
  return view.state?.places.find((place) => place.origin?.creatable === true);
}

function isMissing({ status }: StateView): boolean {
  return status.kind === 'unknown' && status.error.reason === 'notFound';
}

async function pickProtection(place: LockPlace): Promise<boolean | undefined> {
  const items = [
    {
      label: 'With deletion protection',
      description: 'recommended: the table cannot be deleted by accident',
      protection: true,
    },
    { label: 'Without deletion protection', protection: false },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: `Create Lock Table: ${label(place.origin?.name ?? place.label)}`,
    placeHolder: 'Protect the table from being deleted?',
    ignoreFocusOut: true,
  });
  return picked?.protection;
}

/** Who would own the table. Not knowing is said, and does not stop anybody: the modal asks. */
async function identify(
  deps: CommandDeps,
  place: LockPlace,
  signal: AbortSignal,
): Promise<readonly Fact[]> {
  const timeoutMs = deps.settings.value.polling.requestTimeoutMs;
  try {
    return await deps.gateway.identify(place, { userStarted: true, timeoutMs }, signal);
  } catch (error) {
    deps.log.warn(`The credentials could not be looked up: ${String(error)}`);
    return [{ label: 'Credentials', value: 'could not be looked up' }];
  }
}
