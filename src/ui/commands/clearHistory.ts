import { confirmed } from '../confirm';
import type { CommandDeps } from './commandDeps';

/** Forgets every hold that was observed from this machine. */
export async function clearHistory({ history, activity, log }: CommandDeps): Promise<void> {
  const question = {
    message: 'Clear the lock history?',
    detail:
      'What was observed of locks is removed from this machine, for all workspaces and windows. It ' +
      'cannot be brought back. No lock is touched, and the audit file stays.',
  };
  if (!(await confirmed(question, 'Clear History'))) {
    return;
  }
  await history.clear();
  log.info('The lock history was cleared.');
  activity.refresh();
}
