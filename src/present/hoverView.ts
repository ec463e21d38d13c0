import type { Evidence } from '../core/finding';
import type { StateView } from '../core/lockBoard';
import { allowedActions } from '../core/allowedActions';
import { locksOf, type LockStatus } from '../core/lockStatus';
import {
  conflictAdvice,
  halfAdvice,
  isChecking,
  lastKnownWords,
  lockWords,
  moduleNotes,
  sinceWords,
  viewTitle,
} from './lockWords';
import { evidenceDetails } from './evidenceView';
import { leftoverAdvice, leftoverWords, livenessDetails } from './livenessWords';
import { shortAge } from './time';
import { markdown } from './untrusted';
import { errorText, problemTexts } from './wording';

/** Command ids that the hover links to; the adapter allows exactly these. */
export interface HoverCommands {
  readonly acquire: string;
  readonly release: string;
  readonly forceUnlock: string;
  readonly cleanUp: string;
  readonly refresh: string;
  readonly copyLockId: string;
}

/** The Markdown of the hover on a backend block. Everything from outside in it is escaped. */
export function hoverMarkdown(
  view: StateView,
  commands: HoverCommands,
  now: number,
  evidence: readonly Evidence[] = [],
): string {
  const [summary = [], ...signs] = evidenceDetails(evidence).map(([name, value]) =>
    line(name, value),
  );
  const lock = [
    `State: ${markdown(viewTitle(view))}`,
    ...lockLines(view, now),
    ...pairLines(view.status),
    ...leftoverLines(view.status, now),
    ...summary,
    ...unknownLines(view, now),
    ...moduleNotes(view).map((note) => `Note: ${markdown(note, 600)}`),
    ...checkedLine(view.status, now),
    ...(view.modules.some((module) => module.block.parse === 'lastGood')
      ? ['The block does not parse just now; this is about the last version that did.']
      : []),
  ];
  const place = [
    ...(view.state?.facts ?? [])
      .filter((fact) => fact.label !== 'Key')
      .map((fact) => `${fact.label}: ${markdown(fact.value)}`),
    ...(view.state?.places ?? []).map((lockPlace) => `Lock: ${markdown(lockPlace.label)}`),
  ];
  // The links come before details and place: they must be seen without scrolling.
  return [
    `**${headline(view.status)}**`,
    lock.join('  \n'),
    links(view, commands),
    ...(signs.length === 0 ? [] : [signs.flat().join('  \n')]),
    ...(place.length === 0 ? [] : [place.join(' · ')]),
  ].join('\n\n');
}

function headline(status: LockStatus): string {
  switch (status.kind) {
    case 'free':
      return 'Terraform state lock: free';
    case 'held':
      return 'Terraform state lock: held by someone else';
    case 'mine':
      return 'Terraform state lock: held by you';
    case 'stale':
      return 'Terraform state lock: stale, held for longer than usual';
    case 'half':
      return 'Terraform state lock: half-released';
    case 'conflict':
      return 'Terraform state lock: held twice, by two holders';
    case 'notLockable':
      return 'Terraform state lock: none configured';
    case 'unknown':
      if (isChecking(status)) {
        return 'Terraform state lock: checking';
      }
      return status.seen === undefined
        ? 'Terraform state lock: unknown just now'
        : 'Terraform state lock: held, and partly unknown just now';
  }
}

function lockLines(view: StateView, now: number): string[] {
  const locks = locksOf(view.status);
  const several = (view.state?.places.length ?? 0) > 1;
  return locks.flatMap((lock) => {
    const { info, problem } = lock.record;
    const words = lockWords(lock, now, view.unchangedSince);
    return [
      ...(several ? line('Held in', lock.place.label) : []),
      ...line('Holder', words.holder),
      ...line('Since', sinceWords(lock, now, view.unchangedSince)),
      ...line('Operation', words.operation),
      ...line('Version', info.version),
      ...line('Reason', info.info),
      ...line('Lock ID', info.id),
      ...(problem === undefined ? [] : [markdown(problemTexts[problem])]),
      ...livenessDetails(lock, 'at' in view.status ? now - view.status.at : 0).flatMap(
        ([name, value]) => line(markdown(name), value),
      ),
    ];
  });
}

function leftoverLines(status: LockStatus, now: number): string[] {
  const words = leftoverWords(status, now);
  return words === undefined ? [] : [markdown(`Free, ${words}`), leftoverAdvice];
}

function pairLines(status: LockStatus): string[] {
  switch (status.kind) {
    case 'half':
      return [
        ...status.missing.map((place) => `Missing in: ${markdown(place.label)}`),
        halfAdvice(status),
      ];
    case 'conflict':
      return [conflictAdvice];
    case 'free':
    case 'held':
    case 'mine':
    case 'stale':
    case 'unknown':
    case 'notLockable':
      return [];
  }
}

function unknownLines(view: StateView, now: number): string[] {
  const { status } = view;
  if (status.kind !== 'unknown') {
    return [];
  }
  const { message, nextStep } = errorText(status.error);
  const last = lastKnownWords(status.last, now, view.unchangedSince);
  return [
    markdown(message, 600),
    markdown(nextStep, 600),
    ...(last === undefined ? [] : [`Last known: ${markdown(last)}`]),
  ];
}

function checkedLine(status: LockStatus, now: number): string[] {
  return 'at' in status ? [`Checked ${shortAge(now - status.at)} ago`] : [];
}

function links(view: StateView, commands: HoverCommands): string {
  const allowed = allowedActions(view);
  const link = (title: string, command: string): string =>
    `[${title}](command:${command}?${commandArgument(view.id)})`;
  return [
    ...(allowed.acquire ? [link('Acquire Lock…', commands.acquire)] : []),
    ...(allowed.release ? [link('Release Lock', commands.release)] : []),
    ...(allowed.cleanUp ? [link('Clean Up Left-Over Record…', commands.cleanUp)] : []),
    ...(allowed.forceUnlock ? [link('Force Unlock…', commands.forceUnlock)] : []),
    ...(locksOf(view.status).length > 0 ? [link('Copy Lock ID', commands.copyLockId)] : []),
    link('Refresh', commands.refresh),
  ].join(' · ');
}

/**
 * A command's argument inside a Markdown link: no character of it can end the link. VS Code decodes it
 * twice (as part of a URI, and again), so percent signs of the id itself are written as JSON escapes.
 */
function commandArgument(viewId: string): string {
  const json = JSON.stringify([viewId]).replaceAll('%', '\\u0025');
  return encodeURIComponent(json).replace(
    /[()'!*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
}

function line(name: string, value: string): string[] {
  return value.trim() === '' ? [] : [`${name}: ${markdown(value)}`];
}
