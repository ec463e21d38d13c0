import type { AuditEntry } from './audit';
import { decodeLockInfo, type LockInfo } from './lockInfo';
import type { HeldLock } from './lockPlace';
import type { StateRef } from './stateRef';

/** One force unlock of the audit file: what it removed, wherever that was. */
export interface DeletedLock {
  /** As in the record: bucket and key, a path. */
  readonly state: string;
  readonly workspace: string;
  readonly lockId: string;
  /** RFC 3339. */
  readonly at: string;
  readonly by: string;
  readonly info: LockInfo;
  /** The records, byte for byte, by the label of their place. */
  readonly records: readonly { readonly place: string; readonly raw: string }[];
}

/**
 * The force unlocks that can be undone, newest first: carried out, of records that are text, and not put back
 * since. Lines that are not whole (a crash in the middle of one) are left out.
 */
export function deletedLocks(auditText: string): readonly DeletedLock[] {
  const entries = auditText.split('\n').flatMap(entryOf);
  const unfit = new Set(
    entries.filter(({ dossier }) => dossier?.restorable === false).map(({ attempt }) => attempt),
  );
  const found = new Map<string, DeletedLock>();
  for (const entry of entries) {
    const { state, workspace, lockId, at, by, place, record: raw } = entry;
    const key = JSON.stringify([state, workspace, lockId]);
    if (entry.outcome !== 'done' && entry.outcome !== 'uncertain') {
      continue;
    }
    if (entry.action === 'restore' && entry.outcome === 'done') {
      found.delete(key);
    } else if (entry.action === 'forceUnlock' && !unfit.has(entry.attempt)) {
      const decoded = decodeLockInfo(raw);
      if (decoded.problem === undefined) {
        const others = (found.get(key)?.records ?? []).filter((one) => one.place !== place);
        const records = [...others, { place, raw }];
        // Last in the map is newest.
        found.delete(key);
        found.set(key, { state, workspace, lockId, at, by, info: decoded.info, records });
      }
    }
  }
  return [...found.values()].reverse();
}

/** What is to be put back at the places of a state; undefined where it is another state's, or its places have changed. */
export function locksToRestore(
  deleted: DeletedLock,
  state: StateRef,
): readonly HeldLock[] | undefined {
  if (deleted.state !== state.path || deleted.workspace !== state.workspace) {
    return undefined;
  }
  const locks = deleted.records.flatMap(({ place: label, raw }): HeldLock[] => {
    const place = state.places.find((one) => one.label === label);
    return place === undefined
      ? []
      : [{ place, record: { ...decodeLockInfo(raw), raw, guard: '' } }];
  });
  return locks.length === deleted.records.length && locks.length > 0 ? locks : undefined;
}

function entryOf(line: string): AuditEntry[] {
  try {
    const value = JSON.parse(line) as Partial<AuditEntry> | null;
    const texts = [value?.attempt, value?.state, value?.workspace, value?.place, value?.record];
    const isWhole = texts.every((text) => typeof text === 'string');
    return isWhole && typeof value?.lockId === 'string' ? [value as AuditEntry] : [];
  } catch {
    return [];
  }
}
