import type { LockPlace } from '../../src/core/lockPlace';
import type { Effect, RawItem } from './awsDynalite';
import type { S3Effect } from './awsS3';

/** What an actor was doing when its request arrived: told by the actor, before it did anything. */
export type Intent =
  | { readonly action: 'acquire'; readonly lockId: string }
  /** `shown` is the record's text that the actor was shown; `own` says that it must be the actor's. */
  | {
      readonly action: 'release' | 'forceUnlock';
      readonly lockId: string;
      readonly shown: string;
      readonly own: boolean;
    };

/** One write and its effect, in the order in which effects happened. */
export interface HistoryEntry {
  readonly actor: string;
  readonly intent: Intent | undefined;
  readonly operation: string;
  readonly lockId: string;
  readonly applied: boolean;
  readonly before: RawItem | undefined;
  /** What a `PutItem` wanted to be there. */
  readonly put: RawItem | undefined;
}

export interface Violations {
  /** Locks replaced by another without a release in between. */
  readonly overwritten: readonly string[];
  /** Locks deleted that were not the one shown, or not the actor's own in a release. */
  readonly foreignDeleted: readonly string[];
  /** Effects that the history cannot explain: the checker itself, or its input, would be wrong. */
  readonly unexplained: readonly string[];
}

export function historyEntry(effect: Effect, intent: Intent | undefined): HistoryEntry {
  const { body, operation, accessKeyId } = effect.request;
  const put = body['Item'] as RawItem | undefined;
  const key = (body['Key'] ?? put) as { LockID: { S: string } };
  return {
    actor: accessKeyId,
    intent,
    operation,
    lockId: key.LockID.S,
    applied: effect.applied,
    before: effect.before,
    put,
  };
}

/** A write to a lock file, told in the same words. */
export function fileHistoryEntry(effect: S3Effect, intent: Intent | undefined): HistoryEntry {
  const { bucket, key, method, body, accessKeyId } = effect.request;
  const isPut = method === 'PUT';
  return {
    actor: accessKeyId,
    intent,
    operation: isPut ? 'PutItem' : 'DeleteItem',
    lockId: `s3://${bucket}/${key}`,
    applied: effect.applied,
    before: itemOf(effect.before),
    put: isPut ? itemOf(body.toString()) : undefined,
  };
}

/** What a history calls a place: the LockID in a table, the URL of a lock file. */
export function addressOf(place: LockPlace): string {
  return place.facts.at(-1)?.value ?? '';
}

const itemOf = (text: string | undefined): RawItem | undefined =>
  text === undefined ? undefined : { Info: { S: text } };

const textOf = (item: RawItem | undefined): string | undefined =>
  (item?.['Info'] as { S?: string } | undefined)?.S;

/**
 * Judges a history by itself: replays the effects in their order on a table of its own, and looks at who
 * deleted what. Knows nothing of conditions or of the code that sent the requests.
 */
export function checkHistory(
  history: readonly HistoryEntry[],
  tableAtEnd: ReadonlyMap<string, string | undefined>,
): Violations {
  const overwritten: string[] = [];
  const foreignDeleted: string[] = [];
  const unexplained: string[] = [];
  const table = new Map<string, { readonly text: string; readonly owner: string; by: Intent }>();
  for (const [index, entry] of history.entries()) {
    const where = `#${String(index)} ${entry.operation} of ${entry.lockId} by ${entry.actor}`;
    const there = table.get(entry.lockId);
    if (textOf(entry.before) !== there?.text) {
      unexplained.push(`${where}: the item before was not what earlier effects had left`);
    }
    const { intent } = entry;
    if (intent?.lockId !== entry.lockId) {
      unexplained.push(`${where}: the actor was not doing this`);
      continue;
    }
    if (!entry.applied) continue;
    if (entry.operation === 'PutItem') {
      const text = textOf(entry.put);
      if (intent.action !== 'acquire' || text === undefined) {
        unexplained.push(`${where}: a write without the wish to acquire`);
        continue;
      }
      if (there !== undefined) {
        overwritten.push(`${where}: replaced ${there.owner}'s lock`);
      }
      table.set(entry.lockId, { text, owner: entry.actor, by: intent });
    } else if (there !== undefined) {
      if (intent.action === 'acquire') {
        // Whoever is refused by the second of two locks gives back the first, and nothing else.
        if (there.by !== intent) foreignDeleted.push(`${where}: deleted while acquiring`);
      } else if (there.text !== intent.shown) {
        foreignDeleted.push(`${where}: deleted ${there.owner}'s lock, which was not shown`);
      } else if (intent.own && there.owner !== entry.actor) {
        foreignDeleted.push(`${where}: released ${there.owner}'s lock`);
      }
      table.delete(entry.lockId);
    }
  }
  for (const [lockId, text] of tableAtEnd) {
    if (table.get(lockId)?.text !== text) {
      unexplained.push(`${lockId}: the table does not end as the history does`);
    }
  }
  return { overwritten, foreignDeleted, unexplained };
}
