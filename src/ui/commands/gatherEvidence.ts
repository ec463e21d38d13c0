import { allowedActions } from '../../core/allowedActions';
import { summarize } from '../../core/evidenceSummary';
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
  const subjects = picked === undefined ? [] : deps.evidence.subjects(picked);
  const [first] = subjects;
  if (first === undefined) {
    return;
  }
  const { state } = first;
  const isCancelled = await withProgress(
    `Looking for signs of life of the holder of ${label(state.key)}`,
    async (signal) => {
      await Promise.all(subjects.map((subject) => deps.desk.gather(subject, signal)));
      return signal.aborted;
    },
  );
  if (!isCancelled) {
    const summaries = subjects.map((subject) => summarize(deps.desk.of(subject)));
    showResult(gatheredResult(state, summaries), deps.log);
  }
}
