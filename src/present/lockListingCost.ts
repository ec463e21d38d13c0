import type { LockSource, SourceSize } from '../core/lockListing';
import type { ListingProgress, LockListing } from '../core/lockListingRun';
import type { ResultView } from './actionView';
import type { ConfirmView } from './confirmView';
import { count, noteTexts } from './lockListing';
import { plain, label } from './untrusted';
import { errorText } from './wording';

/** A consistent read of up to this many bytes is one read unit. */
const bytesPerReadUnit = 4096;

/** Before a whole table or bucket is read: what that reads and what is charged for it. */
export function listingConfirm(source: LockSource, size: SourceSize): ConfirmView {
  const name = plain(source.label);
  const paragraphs = source.kind === 'table' ? tableCost(size) : bucketCost;
  return {
    message: `List all locks of ${name}?`,
    detail: [...paragraphs, 'It can be cancelled at any time. Nothing is changed.'].join('\n\n'),
  };
}

function tableCost(size: SourceSize): string[] {
  const what =
    'A consistent Scan (dynamodb:Scan) reads every item of the table, the digests of all states ' +
    'included, whether it is locked or not. DynamoDB charges one read unit for each 4 KB.';
  if (size.kind === 'unknown') {
    const why = size.error === undefined ? '' : ` ${plain(errorText(size.error).message, 400)}`;
    return [what, `How large the table is, and so what this costs, is not known.${why}`];
  }
  if (size.items === 0) {
    const uncounted =
      'DynamoDB counts the items of a table only every six hours or so. At the last count this one ' +
      'had none, so what this costs is not known.';
    return [what, uncounted];
  }
  const units = Math.ceil(size.bytes / bytesPerReadUnit);
  const estimate =
    `About ${count(size.items, 'item')}, ${bytesWords(size.bytes)}: about ` +
    `${count(units, 'read unit')}. DynamoDB counts its items only every six hours or so.`;
  const provisioned = size.readUnitsPerSecond;
  return [
    what,
    estimate,
    ...(provisioned === undefined
      ? []
      : [
          `The table has ${count(provisioned, 'read unit')} a second provisioned, so this uses all of ` +
            `them for about ${count(Math.ceil(units / provisioned), 'second')}. Meanwhile Terraform's ` +
            'own requests may be throttled.',
        ]),
  ];
}

const bucketCost = [
  'S3 cannot look for "*.tflock" alone: every object of the bucket is listed (s3:ListBucket), 1,000 ' +
    'with each request. Each lock file found is then read with a request of its own (s3:GetObject).',
  'How many objects the bucket has, and so what this costs, is not known beforehand.',
];

/** `812 bytes`, `1.2 MB`. */
function bytesWords(bytes: number): string {
  if (bytes < 1024) {
    return count(bytes, 'byte');
  }
  const [size, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB'];
  return `${size.toFixed(1).replace(/\.0$/, '')} ${unit}`;
}

/** While the pages come in. */
export function listingProgressText(source: LockSource, progress: ListingProgress): string {
  const { scanned, locks, waitingMs } = progress;
  const noun = source.kind === 'table' ? 'item' : 'object';
  const so = `${count(scanned, noun)} read, ${count(locks, 'lock')} found`;
  return waitingMs === undefined
    ? so
    : `${so}; throttled, waiting ${(waitingMs / 1000).toFixed(1)} s`;
}

/** What came of it. A partial list is never called anything else. */
export function listingResult(listing: LockListing): ResultView {
  const { source, locks, scanned, readUnits, end } = listing;
  const used = readUnits === undefined ? '' : `, ${count(Math.ceil(readUnits), 'read unit')} used`;
  const read = `${count(scanned, source.kind === 'table' ? 'item' : 'object')} read${used}`;
  const name = label(source.label);
  if (end.kind === 'complete') {
    return { severity: 'info', message: `${count(locks.length, 'lock')} in ${name} (${read}).` };
  }
  const next = end.error.reason === 'cancelled' ? '' : ` ${label(errorText(end.error).nextStep)}`;
  return {
    severity: 'warning',
    message: `${count(locks.length, 'lock')} so far in ${name} (${read}). ${noteTexts({ listing }).join(' ')}${next}`,
  };
}
