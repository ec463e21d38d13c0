import { allowedActions } from '../../core/allowedActions';
import { summarize } from '../../core/evidenceSummary';
import { foreignLocksOf } from '../../core/lockStatus';
import { gatheredResult } from '../../present/runbookView';
import { label } from '../../present/untrusted';
import { pickView } from '../pickView';
import { showResult, withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

/** Looks for signs of life of whoever holds a lock, and changes nothing. The details in the tree show all of it. */
export async function gatherEvidence(deps: CommandDeps, argument: unknown): Promise<void> {
  const picked = await pickView(deps.board, deps.clock, argument, {
    fits: (candidate) => allowedActions(candidate).forceUnlock,
    title: 'Gather Evidence',
    none: 'No state here is locked by somebody else.',
  });
  const [locks] = picked === undefined ? [] : foreignLocksOf(picked.status);
  const subject =
    picked === undefined || locks === undefined ? undefined : deps.evidence.subject(picked, locks);
  if (subject === undefined) {
    return;
  }
  const { state } = subject;
  await withProgress(`Looking for signs of life of the holder of ${label(state.key)}`, (signal) =>
    deps.desk.gather(subject, signal),
  );
  showResult(gatheredResult(state, summarize(deps.desk.of(subject))), deps.log);
}
