import type { AuditAction, AuditEntry } from './audit';
import type { Dossier } from './dossier';
import { formatCreated } from './lockInfo';
import type { LockPlace } from './lockPlace';
import type { PlaceResult } from './placeActions';
import type { StateRef } from './stateRef';

/** What audit lines are about. */
export interface Attempt {
  readonly action: AuditAction;
  readonly state: StateRef;
  readonly place: LockPlace;
  readonly lockId: string;
  readonly record: string;
  readonly dossier?: Dossier;
}

/** The lines of one attempt: the one before it, and that of its outcome. */
export function auditLines(
  { action, state, place, lockId, record, dossier }: Attempt,
  id: string,
  who: string,
  now: () => number,
): (outcome: AuditEntry['outcome'], result?: PlaceResult) => AuditEntry {
  return (outcome, result) => ({
    at: formatCreated(now()),
    attempt: id,
    action,
    outcome,
    by: who,
    state: state.path,
    workspace: state.workspace,
    place: place.label,
    lockId,
    record,
    ...(result !== undefined && 'holder' in result ? { found: result.holder.record.raw } : {}),
    ...(result?.kind === 'failed' ? { error: result.error } : {}),
    // Once: the attempt's line is written first, whatever becomes of it.
    ...(dossier !== undefined && outcome === 'attempt' ? { dossier } : {}),
  });
}

export function auditOutcome(result: PlaceResult): AuditEntry['outcome'] {
  switch (result.kind) {
    case 'done':
      return 'done';
    case 'held':
    case 'changed':
    case 'gone':
      return 'refused';
    case 'failed':
      return result.error.reason === 'uncertain' ? 'uncertain' : 'failed';
  }
}
