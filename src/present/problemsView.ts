import type { TextRange } from '../core/backendBlock';
import type { LockError } from '../core/lockError';
import type { LockPlace } from '../core/lockPlace';
import type { StateView } from '../core/lockBoard';
import { attributeOf, type Fix, type Problem } from '../core/problems';
import type { FoundBlock, ModuleBackend } from '../core/resolution';
import { plain } from './untrusted';
import { errorText } from './wording';

const maxMessageChars = 600;

/** A problem as it is shown. Escaped. */
export interface ProblemView {
  readonly code: string;
  readonly severity: Problem['severity'];
  readonly message: string;
  readonly range: TextRange;
  readonly fixes: readonly Fix[];
}

/** What is shown on one backend block. */
export interface BlockProblems {
  readonly found: FoundBlock;
  /** The line of the state, for the commands that the fixes start. */
  readonly viewId?: string;
  readonly problems: readonly ProblemView[];
}

const createTable: Fix = { kind: 'createLockTable', title: 'Create Lock Table…' };
const showPolicy: Fix = { kind: 'showIamPolicy', title: 'Show Required IAM Policy' };

/**
 * The problems of a block: what its text says (`written`), less what its resolution has answered, and what
 * reading its locks has brought to light. A block that another replaces has none that count.
 * @param view the line on which the module of this block is; missing where nothing is known of it yet.
 * @param views all lines, to find a missing table in another region.
 */
export function blockProblems(
  found: FoundBlock,
  written: readonly Problem[],
  view: StateView | undefined,
  views: readonly StateView[],
): BlockProblems {
  const modules = view?.modules.filter(({ dir }) => dir === found.dir) ?? [];
  const module = modules.find(({ file }) => file === found.file);
  if (modules.length > 0 && module === undefined) {
    return { found, problems: [] };
  }
  const open = written.filter((problem) => !isAnswered(problem, module));
  const learned = view === undefined ? [] : learnedProblems(view, module, open, views);
  return {
    found,
    ...(view === undefined ? {} : { viewId: view.id }),
    problems: [...open, ...learned].map((problem) => shown(problem, found)),
  };
}

function isAnswered({ unlessResolved }: Problem, module: ModuleBackend | undefined): boolean {
  const resolution = module?.resolution;
  if (unlessResolved === undefined || resolution?.kind !== 'state') {
    return false;
  }
  return unlessResolved === 'state' || resolution.state.places.length > 0;
}

function learnedProblems(
  view: StateView,
  module: ModuleBackend | undefined,
  open: readonly Problem[],
  views: readonly StateView[],
): Problem[] {
  const resolution = module?.resolution;
  if (resolution?.kind === 'unresolved') {
    const isSaid = open.some(({ unlessResolved }) => unlessResolved === 'state');
    return resolution.error.reason === 'unresolved' && !isSaid
      ? [ofError('unresolved', 'information', resolution.error, undefined, [])]
      : [];
  }
  const { status } = view;
  if (status.kind === 'notLockable') {
    return open.some(({ code }) => code === noLocking.code) ? [] : [noLocking];
  }
  return status.kind === 'unknown' ? ofReading(status.error, view, views) : [];
}

/** Where the block itself does not show it: the configuration that init has recorded has no lock either. */
const noLocking: Problem = {
  code: 'no-locking',
  severity: 'warning',
  message: 'No locking is configured for this state, in the block or in what init has recorded.',
  fixes: [],
};

function ofReading(error: LockError, view: StateView, views: readonly StateView[]): Problem[] {
  const places = view.state?.places ?? [];
  const place = places.find(({ label }) => label === error.place) ?? places[0];
  if (error.reason === 'notFound') {
    return [missingPlace(error, place, views)];
  }
  const learned = learnedFrom[error.reason];
  return learned === undefined
    ? []
    : [ofError(learned.code, learned.severity, error, place, learned.fixes)];
}

/** The reasons that the configuration or somebody's permissions can mend; the others pass by themselves. */
const learnedFrom: Readonly<
  Record<string, Pick<Problem, 'code' | 'severity' | 'fixes'> | undefined>
> = {
  wrongSchema: { code: 'wrong-table-key', severity: 'error', fixes: [] },
  wrongRegion: { code: 'other-region', severity: 'error', fixes: [] },
  denied: { code: 'access-denied', severity: 'warning', fixes: [showPolicy] },
};

function missingPlace(
  error: LockError,
  place: LockPlace | undefined,
  views: readonly StateView[],
): Problem {
  const creates = place?.origin?.creatable === true ? [createTable] : [];
  const elsewhere = regionsWith(place, views);
  if (elsewhere.length === 0) {
    return ofError('place-missing', 'error', error, place, creates);
  }
  const problem = ofError('other-region', 'error', error, place, creates);
  return {
    ...problem,
    message: `${problem.message} There is one of this name in ${elsewhere.join(' and ')}, which another backend block of this workspace uses.`,
  };
}

/** Regions in which a place of this name has just been read for another state. */
function regionsWith(place: LockPlace | undefined, views: readonly StateView[]): string[] {
  const origin = place?.origin;
  if (origin === undefined) {
    return [];
  }
  const regions = views
    .filter(({ status }) => status.kind !== 'unknown' && status.kind !== 'notLockable')
    .flatMap((view) => view.state?.places ?? [])
    .filter(
      (other) =>
        other.backend === place?.backend &&
        other.origin?.attribute === origin.attribute &&
        other.origin.name === origin.name &&
        other.origin.region !== origin.region,
    )
    .map((other) => other.origin?.region ?? '');
  return [...new Set(regions)].sort();
}

function ofError(
  code: string,
  severity: Problem['severity'],
  error: LockError,
  place: LockPlace | undefined,
  fixes: readonly Fix[],
): Problem {
  const { message, nextStep } = errorText(error);
  const attribute = place?.origin?.attribute;
  return {
    code,
    severity,
    message: `${message} ${nextStep}`,
    fixes,
    ...(attribute === undefined ? {} : { attribute }),
  };
}

function shown(problem: Problem, { block }: FoundBlock): ProblemView {
  const { code, severity, message, attribute, fixes } = problem;
  const { start, end } = block.range;
  const header = { start, end: Math.min(end, start + `backend "${block.type}"`.length) };
  return {
    code,
    severity,
    message: plain(message, maxMessageChars),
    range: attributeOf(block, attribute)?.range ?? header,
    fixes: fixes.map((fix) => ({ ...fix, title: plain(fix.title) })),
  };
}
