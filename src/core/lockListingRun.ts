import type { Disposable } from './lifecycle';
import { toLockError, type LockError } from './lockError';
import type { ReadOptions } from './lockGateway';
import type { ListedLock, ListingPage, LockLister, LockSource } from './lockListing';
import { mapInTurns, sortInTurns, type Turn } from './lockListingTurns';
import type { Clock, Random } from './ports';

/** What a list of all locks came to. */
export interface LockListing {
  readonly source: LockSource;
  /** Ordered by path. */
  readonly locks: readonly ListedLock[];
  readonly end: ListingEnd;
  readonly scanned: number;
  readonly readUnits?: number;
  /** When the reading began: a lock taken later may be missing, one released later may still be listed. */
  readonly at: number;
}

/** A list is complete only when the store has said that there is no further page. */
export type ListingEnd =
  | { readonly kind: 'complete' }
  /** Cancelled or failed on the way: there may be more locks. */
  | { readonly kind: 'partial'; readonly error: LockError };

export interface ListingProgress {
  readonly scanned: number;
  readonly locks: number;
  /** The store is throttling; the next page is asked for after this time. */
  readonly waitingMs?: number;
}

interface RunDeps {
  readonly lister: Pick<LockLister, 'listPage'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly options: ReadOptions;
  readonly turn: Turn;
  onProgress(progress: ListingProgress): void;
}

/** After that many throttled answers to one page the list ends, partial. */
const maxThrottled = 7;
const firstBackOffMs = 500;
const maxBackOffMs = 20_000;

/** Reads a source page by page until its end, an error or cancellation. Rejects never. */
export async function runListing(
  source: LockSource,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<LockListing> {
  const at = deps.clock.now();
  const found: ListedLock[] = [];
  const shared = new SharedTexts();
  const keep = (lock: ListedLock): ListedLock => shared.of(lock);
  let scanned = 0;
  let readUnits: number | undefined;
  let after: string | undefined;
  let end: ListingEnd | undefined;
  while (end === undefined) {
    const so = { scanned, locks: found.length };
    const page = await nextPage(source, after, deps, signal, (waitingMs) => {
      deps.onProgress({ ...so, waitingMs });
    });
    if (page.kind === 'failed') {
      end = { kind: 'partial', error: page.error };
      break;
    }
    for (const part of await mapInTurns(page.locks, (locks) => locks.map(keep), deps.turn)) {
      found.push(...part);
    }
    scanned += page.scanned;
    readUnits = page.readUnits === undefined ? readUnits : (readUnits ?? 0) + page.readUnits;
    deps.onProgress({ scanned, locks: found.length });
    end = page.next === undefined ? { kind: 'complete' } : undefined;
    after = page.next;
    await deps.turn();
  }
  const locks = await lastOfEachPath(await sortInTurns(found, byPath, deps.turn), deps.turn);
  return { source, locks, end, scanned, at, ...(readUnits === undefined ? {} : { readUnits }) };
}

/** A path that was met twice counts as it was read last: the sorting keeps the order of equals. */
async function lastOfEachPath(
  sorted: readonly ListedLock[],
  turn: Turn,
): Promise<readonly ListedLock[]> {
  const parts = await mapInTurns(
    sorted,
    (part, start) => part.filter(({ path }, index) => sorted[start + index + 1]?.path !== path),
    turn,
  );
  return parts.flat();
}

function byPath(a: ListedLock, b: ListedLock): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** One page; where the store throttles, again after a growing, random pause. Reading twice changes nothing. */
async function nextPage(
  source: LockSource,
  after: string | undefined,
  deps: RunDeps,
  signal: AbortSignal,
  onWait: (ms: number) => void,
): Promise<ListingPage> {
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) {
      return cancelled;
    }
    const page = await deps.lister
      .listPage(source, after, deps.options, signal)
      .catch((error: unknown): ListingPage => ({ kind: 'failed', error: toLockError(error) }));
    const throttled = page.kind === 'failed' && page.error.reason === 'throttled';
    if (!throttled || attempt === maxThrottled) {
      return page.kind === 'page' && page.next !== undefined && page.next === after
        ? endless(source)
        : page;
    }
    const ms = Math.min(maxBackOffMs, firstBackOffMs * 2 ** attempt) * (0.5 + deps.random() / 2);
    onWait(ms);
    await pause(deps.clock, ms, signal);
  }
}

const cancelled: ListingPage = { kind: 'failed', error: { reason: 'cancelled' } };

function endless(source: LockSource): ListingPage {
  const detail = 'a page says that it follows itself';
  return { kind: 'failed', error: { reason: 'malformed', place: source.label, detail } };
}

/** Ends early when the signal is aborted. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timers: Disposable[] = [];
    const done = (): void => {
      timers.forEach((timer) => {
        timer.dispose();
      });
      signal.removeEventListener('abort', done);
      resolve();
    };
    timers.push(clock.after(ms, done));
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Keeps equal texts once: a table of 100,000 locks has few holders, operations and versions. */
class SharedTexts {
  private readonly texts = new Map<string, string>();

  of(lock: ListedLock): ListedLock {
    const { info } = lock;
    return {
      ...lock,
      info: {
        ...info,
        operation: this.text(info.operation),
        info: this.text(info.info),
        who: this.text(info.who),
        version: this.text(info.version),
        path: info.path === lock.path ? lock.path : info.path,
      },
    };
  }

  private text(text: string): string {
    const known = this.texts.get(text);
    if (known === undefined) {
      this.texts.set(text, text);
    }
    return known ?? text;
  }
}
