import type { EvidenceSubject } from './evidenceDesk';
import type { StateView } from './lockBoard';
import { foreignLocksOf, type Locks } from './lockStatus';

/** What evidence of another's locks of a shown state is made from. `directories`: paths of this machine. */
export function evidenceSubject(
  view: Omit<StateView, 'modules'>,
  locks: Locks,
  directories: readonly string[],
): EvidenceSubject | undefined {
  const { state, status, unchangedSince, skewMs } = view;
  if (state === undefined) {
    return undefined;
  }
  return {
    state,
    locks,
    directories,
    ...('at' in status ? { readAt: status.at } : {}),
    ...(unchangedSince === undefined ? {} : { unchangedSince }),
    ...(skewMs === undefined ? {} : { skewMs }),
  };
}

/** One subject for each other holder of a shown state. */
export function evidenceSubjects(
  view: StateView,
  directories: readonly string[],
): readonly EvidenceSubject[] {
  return foreignLocksOf(view.status).flatMap((locks) => {
    const subject = evidenceSubject(view, locks, directories);
    return subject === undefined ? [] : [subject];
  });
}
