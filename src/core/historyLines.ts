import type { HistoryEvent, Hold, HoldEnd, Refusal } from './holdHistory';

/** The states of watched spans: written once in a file, named by their content. */
export interface StateSet {
  readonly id: string;
  readonly paths: readonly string[];
}

/** What one line of a history file says. */
export type HistoryLine =
  | { readonly kind: 'hold'; readonly hold: Hold }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'set'; readonly set: StateSet }
  | {
      readonly kind: 'watched';
      readonly from: number;
      readonly until: number;
      readonly setId: string;
    };

const ends: Readonly<Record<HoldEnd, true>> = {
  released: true,
  replaced: true,
  releasedHere: true,
  brokenHere: true,
  brokenByOther: true,
  unknown: true,
};

const sources: Readonly<Record<Refusal['source'], true>> = { acquire: true, terminal: true };

/** Each line is whole by itself: a damaged one costs no other. Arrays, because a history is long. */
export function encodeLine(line: HistoryLine): string {
  return `${JSON.stringify(valuesOf(line))}\n`;
}

/** Undefined for a line that is damaged, or of a kind that is not known here. */
export function decodeLine(text: string): HistoryLine | undefined {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    // Cut off by a crash or a full disk; it is counted.
    return undefined;
  }
  if (!Array.isArray(values)) {
    return undefined;
  }
  const fields: readonly unknown[] = values;
  switch (fields[0]) {
    case 'hold':
      return holdOf(fields);
    case 'refusal':
      return refusalOf(fields);
    case 'set':
      return setOf(fields);
    case 'watched':
      return watchedOf(fields);
    default:
      return undefined;
  }
}

/** The lines of an event. `isKnown`: whether the file has the set already. */
export function linesOf(
  event: HistoryEvent,
  isKnown: (setId: string) => boolean,
): readonly HistoryLine[] {
  if (event.kind !== 'watched') {
    return [event];
  }
  const { from, until, paths } = event.span;
  const set: StateSet = { id: setIdOf(paths), paths: [...paths].sort() };
  const watched: HistoryLine = { kind: 'watched', from, until, setId: set.id };
  return isKnown(set.id) ? [watched] : [{ kind: 'set', set }, watched];
}

/** Equal for equal sets of states, in whatever window and order (FNV-1a, twice with different seeds). */
export function setIdOf(paths: readonly string[]): string {
  const text = [...paths].sort().join('\n');
  return `${hash(text, 0x811c9dc5)}${hash(text, 0x01000193)}-${String(paths.length)}`;
}

function valuesOf(line: HistoryLine): readonly unknown[] {
  switch (line.kind) {
    case 'hold': {
      const { path, lockId, who, operation, mine, createdAt, absentAt } = line.hold;
      const { firstSeenAt, lastSeenAt, goneAt, end } = line.hold;
      const times = [createdAt ?? null, absentAt ?? null, firstSeenAt, lastSeenAt, goneAt ?? null];
      return ['hold', path, lockId, who, operation, mine ? 1 : 0, ...times, end ?? null];
    }
    case 'refusal': {
      const { at, path, source, lockId, holder } = line.refusal;
      return ['refusal', at, path, source, lockId, holder];
    }
    case 'set':
      return ['set', line.set.id, line.set.paths];
    case 'watched':
      return ['watched', line.from, line.until, line.setId];
  }
}

function holdOf(values: readonly unknown[]): HistoryLine | undefined {
  const [, path, lockId, who, operation, mine, createdAt, absentAt, first, last, goneAt, end] =
    values;
  if (
    !isText(path) ||
    !isText(lockId) ||
    !isText(who) ||
    !isText(operation) ||
    !isTime(first) ||
    !isTime(last) ||
    last < first ||
    !isTimeOrNull(createdAt) ||
    !isTimeOrNull(absentAt) ||
    !isTimeOrNull(goneAt) ||
    !(end === null || (isText(end) && Object.hasOwn(ends, end)))
  ) {
    return undefined;
  }
  const hold: Hold = {
    path,
    lockId,
    who,
    operation,
    mine: mine === 1,
    ...(createdAt === null ? {} : { createdAt }),
    ...(absentAt === null ? {} : { absentAt }),
    firstSeenAt: first,
    lastSeenAt: last,
    ...(goneAt === null ? {} : { goneAt }),
    ...(end === null ? {} : { end: end as HoldEnd }),
  };
  return { kind: 'hold', hold };
}

function refusalOf(values: readonly unknown[]): HistoryLine | undefined {
  const [, at, path, source, lockId, holder] = values;
  return isTime(at) &&
    isText(path) &&
    isText(source) &&
    Object.hasOwn(sources, source) &&
    isText(lockId) &&
    isText(holder)
    ? {
        kind: 'refusal',
        refusal: { at, path, source: source as Refusal['source'], lockId, holder },
      }
    : undefined;
}

function setOf(values: readonly unknown[]): HistoryLine | undefined {
  const [, id, paths] = values;
  return isText(id) && Array.isArray(paths) && paths.every(isText)
    ? { kind: 'set', set: { id, paths } }
    : undefined;
}

function watchedOf(values: readonly unknown[]): HistoryLine | undefined {
  const [, from, until, setId] = values;
  return isTime(from) && isTime(until) && until > from && isText(setId)
    ? { kind: 'watched', from, until, setId }
    : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isTimeOrNull(value: unknown): value is number | null {
  return value === null || isTime(value);
}

function hash(text: string, seed: number): string {
  let value = seed;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
