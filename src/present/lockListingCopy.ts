import type { ListedLock } from '../core/lockListing';
import type { OpenListing } from '../core/lockListingBoard';
import { mapInTurns, type Turn } from '../core/lockListingTurns';
import { formatCreated } from '../core/lockInfo';
import { listingWords, noteTexts } from './lockListing';
import { lockWords } from './lockWords';
import { markdown } from './untrusted';
import { errorText, problemTexts } from './wording';

/** Longest text in a cell: an S3 key has up to 1,024 bytes. */
const maxCellChars = 1100;

/** Rows written before others get a turn: escaping is dear. */
const rowsAtOnce = 200;

/** The locks that are shown, as a table in Markdown. All text of theirs is escaped. */
export async function listingMarkdown(open: OpenListing, now: number, turn: Turn): Promise<string> {
  const { source, at } = open.listing;
  const head = [
    `All locks of ${markdown(source.label)}, read at ${formatCreated(at)}: ${markdown(listingWords(open, now))}`,
    ...noteTexts(open).map((note) => `**${markdown(note, 600)}**`),
    [
      '| State | Holder | Operation | Created | Age | ID | Info |',
      '|---|---|---|---|---|---|---|',
    ].join('\n'),
  ].join('\n\n');
  const parts = await mapInTurns(
    open.shown,
    (part) => part.map((lock) => `${markdownRow(lock, now)}\n`).join(''),
    turn,
    rowsAtOnce,
  );
  return parts.reduce((text, part) => text + part, `${head}\n`);
}

function markdownRow(lock: ListedLock, now: number): string {
  const { info } = lock;
  const words = lockWords({ record: lock }, now);
  const cells = [
    lock.path,
    words.holder,
    words.operation,
    info.created,
    words.age,
    info.id,
    unreadable(lock) ?? info.info,
  ];
  return `| ${cells.map((cell) => markdown(cell, maxCellChars)).join(' | ')} |`;
}

function unreadable({ problem, unread }: ListedLock): string | undefined {
  if (unread !== undefined) {
    return errorText(unread).message;
  }
  return problem === undefined ? undefined : problemTexts[problem];
}

/** The locks that are shown, as JSON that says itself whether it is complete. */
export async function listingJson(open: OpenListing, turn: Turn): Promise<string> {
  const { source, at, end } = open.listing;
  const head = {
    source: source.label,
    readAt: formatCreated(at),
    complete: end.kind === 'complete',
    ...(end.kind === 'partial' ? { incompleteBecause: end.error.reason } : {}),
    ...(open.filter === '' ? {} : { filter: open.filter }),
  };
  const parts = await mapInTurns(
    open.shown,
    (part, start) =>
      part
        .map(
          (lock, index) => `${start + index === 0 ? '' : ','}\n    ${JSON.stringify(jsonOf(lock))}`,
        )
        .join(''),
    turn,
    rowsAtOnce,
  );
  const start = `${JSON.stringify(head, undefined, 2).replace(/\n\}$/, '')},\n  "locks": [`;
  // One after the other: joining millions of characters at once would hold the thread.
  return `${parts.reduce((text, part) => text + part, start)}\n  ]\n}\n`;
}

function jsonOf(lock: ListedLock): Readonly<Record<string, unknown>> {
  const { info } = lock;
  return {
    state: lock.path,
    ID: info.id,
    Operation: info.operation,
    Info: info.info,
    Who: info.who,
    Version: info.version,
    Created: info.created,
    Path: info.path,
    ...(lock.problem === undefined ? {} : { problem: lock.problem }),
    ...(lock.cut === undefined ? {} : { cut: true }),
    ...(lock.unread === undefined ? {} : { notReadBecause: lock.unread.reason }),
  };
}

/** One listed lock, for the clipboard. */
export function listedLockJson(lock: ListedLock): string {
  return JSON.stringify(jsonOf(lock), undefined, 2);
}
