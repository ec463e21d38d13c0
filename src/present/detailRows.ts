import type { StateView } from '../core/lockBoard';
import { leftoversOf, locksOf } from '../core/lockStatus';
import { leftoverAdvice, livenessDetails } from './livenessWords';
import {
  conflictAdvice,
  directoryName,
  halfAdvice,
  isChecking,
  isWatched,
  moduleNotes,
  sinceWords,
} from './lockWords';
import type { LockRow } from './locksView';
import { checkDetails } from './stateCheckView';
import { label } from './untrusted';
import { errorText, problemTexts } from './wording';

/** The details below a state: what is known of its lock, then where it is. */
export function detailRows(view: StateView, now: number): LockRow[] {
  const { status } = view;
  const details: [string, string][] = [];
  if (status.kind === 'unknown' && !isChecking(status)) {
    const { message, nextStep } = errorText(status.error);
    details.push(['Unknown because', message], ['Next step', nextStep]);
  }
  const several = (view.state?.places.length ?? 0) > 1;
  if (status.kind === 'half') {
    details.push(
      ['Missing in', status.missing.map((place) => place.label).join(', ')],
      ['What to do', halfAdvice(status)],
    );
  } else if (status.kind === 'conflict') {
    details.push(['What to do', conflictAdvice]);
  }
  for (const lock of locksOf(status)) {
    const { info, problem } = lock.record;
    details.push(
      ...(several ? [['Held in', lock.place.label] as [string, string]] : []),
      ['ID', info.id],
      ['Who', info.who],
      ['Operation', info.operation],
      ['Version', info.version],
      ['Created', sinceWords(lock, now, view.unchangedSince)],
      ['Info', info.info],
      ...(problem === undefined ? [] : [['Record', problemTexts[problem]] as [string, string]]),
      ...livenessDetails(lock, 'at' in status ? now - status.at : 0),
    );
  }
  for (const leftover of leftoversOf(status)) {
    details.push(
      ['Left over', leftoverAdvice],
      ['Left by', leftover.record.info.who],
      ['Left since', sinceWords(leftover, now)],
      ...livenessDetails(leftover, 0),
    );
  }
  details.push(...(view.check === undefined ? [] : checkDetails(view.check, now)));
  for (const place of view.state?.places ?? []) {
    details.push(...place.facts.map((fact): [string, string] => [fact.label, fact.value]));
  }
  details.push(
    ...(view.state?.facts ?? []).map((fact): [string, string] => [fact.label, fact.value]),
  );
  details.push(...moduleNotes(view).map((note): [string, string] => ['Note', note]));
  const directories = new Set(view.modules.map((module) => module.dir));
  details.push([
    isWatched(view) ? 'Watched beside' : 'Used in',
    [...directories].map(directoryName).join(', '),
  ]);
  if (view.modules.some((module) => module.block.parse === 'lastGood')) {
    details.push(['Backend block', 'does not parse just now; the last version that did is used']);
  }
  const seen = new Map<string, number>();
  return details.map(([name, value]) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return detailRow(view, name, value, nth);
  });
}

/** `nth`: a state with several places has details of the same name. */
function detailRow(view: StateView, name: string, value: string, nth: number): LockRow {
  const shown = value.trim() === '' ? '(empty)' : label(value, 300);
  return {
    // The view's id last: it ends in text from outside, which must not make two ids the same.
    id: `detail|${name}|${String(nth)}|${view.id}`,
    label: name,
    description: shown,
    tooltip: `${name}: ${shown}`,
    contextValue: name === 'ID' ? 'detail lockId' : 'detail',
    accessibleLabel: `${name}: ${shown}`,
    viewId: view.id,
    expandable: false,
  };
}
