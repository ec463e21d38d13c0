import { decodeLockInfo, maxDecodedChars, type DecodedLockInfo } from '../../core/lockInfo';
import { LockFailure } from '../../core/lockError';
import type { LockRecord } from '../../core/lockPlace';
import { isMutexKey, lockInfoKey, mutexRange } from './etcdKeys';
import type { Compare, Found, KeyValue, Operation } from './etcdMessages';

/** What the keys of one state's lock say, all as of one revision. */
export interface LockKeys {
  /** The holder's lease; 0 where its key has none. */
  readonly holder?: { readonly record: LockRecord; readonly lease: bigint };
  /** A record whose holder is gone. */
  readonly leftover?: LockRecord;
  /** Others that wait for the lock. */
  readonly waiting: number;
}

/** What proves that a lock is still the one that was shown; crosses threads as JSON. */
type Guard =
  | {
      readonly kind: 'held';
      readonly key: string;
      readonly create: string;
      readonly mod: string;
      readonly lease: string;
      /** The lock record beside it, whosever it is. */
      readonly info?: InfoProof;
      /** Whether that record is of this holder, and so goes with it. */
      readonly ownInfo: boolean;
    }
  | { readonly kind: 'leftover'; readonly info: InfoProof };

interface InfoProof {
  readonly mod: string;
  /** Base64; missing where it is too large to be carried about: the revision proves as much. */
  readonly value?: string;
}

/** The two reads that `readLockKeys` understands, in this order. */
export function lockReads(state: string): readonly [Operation, Operation] {
  return [
    { kind: 'range', range: { start: lockInfoKey(state) } },
    { kind: 'range', range: mutexRange(state), oldestOnly: true },
  ];
}

/**
 * The holder is the oldest key below the state's own. The lock record is kept apart from it and may be of a
 * holder before: it counts only if its `Path` is that key.
 * @throws {LockFailure} where the oldest key is nobody's lock.
 */
export function readLockKeys(state: string, info: Found, mutex: Found): LockKeys {
  const [infoKey] = info.keys;
  const [oldest] = mutex.keys;
  if (oldest === undefined) {
    return infoKey === undefined ? { waiting: 0 } : { leftover: leftoverOf(infoKey), waiting: 0 };
  }
  if (!isMutexKey(state, oldest.key)) {
    throw new LockFailure({
      reason: 'unsupported',
      detail: `the key ${oldest.key} is no lock, but keeps everybody from locking ${state}`,
      help: 'Give the backend that wrote this key a prefix that does not begin with the key of this state.',
    });
  }
  const record = holderOf(oldest, infoKey);
  return { holder: { record, lease: oldest.lease }, waiting: mutex.count - 1 };
}

/** The record of a lock that has just been taken, with both keys written at this revision. */
export function recordOfTaken(
  key: string,
  lease: bigint,
  raw: string,
  revision: bigint,
): LockRecord {
  const value = Buffer.from(raw, 'utf8');
  const both = { createRevision: revision, modRevision: revision, lease, value };
  return holderOf({ ...both, key }, { ...both, key: '' });
}

function holderOf(oldest: KeyValue, infoKey: KeyValue | undefined): LockRecord {
  const text = infoKey?.value.toString('utf8');
  const decoded = decodeLockInfo(text);
  const ownInfo = text !== undefined && decoded.info.path === oldest.key;
  const guard: Guard = {
    kind: 'held',
    key: oldest.key,
    create: String(oldest.createRevision),
    mod: String(oldest.modRevision),
    lease: String(oldest.lease),
    ...(infoKey === undefined ? {} : { info: proofOf(infoKey) }),
    ownInfo,
  };
  const shown = ownInfo ? { ...decoded, raw: text } : ownRecordOf(oldest);
  return { ...shown, guard: JSON.stringify(guard) };
}

/**
 * Locks of this extension carry their record in the contender's key, too: a run whose lease had ended deletes
 * the record beside it when it comes back, whosever that is then. Others' keys are empty.
 */
function ownRecordOf(oldest: KeyValue): DecodedLockInfo & { readonly raw: string } {
  const text = oldest.value.toString('utf8');
  const decoded = decodeLockInfo(text === '' ? undefined : text);
  const nothing = `${oldest.key} (created at revision ${String(oldest.createRevision)}, no lock record)`;
  return { ...decoded, raw: text === '' ? nothing : text };
}

function leftoverOf(infoKey: KeyValue): LockRecord {
  const raw = infoKey.value.toString('utf8');
  const guard: Guard = { kind: 'leftover', info: proofOf(infoKey) };
  return { ...decodeLockInfo(raw), raw, guard: JSON.stringify(guard) };
}

function proofOf({ modRevision, value }: KeyValue): InfoProof {
  return {
    mod: String(modRevision),
    ...(value.length > maxDecodedChars ? {} : { value: value.toString('base64') }),
  };
}

/** The lease that a record's holder keeps; 0 where it has none. */
export function leaseOf(record: LockRecord): bigint {
  const guard = JSON.parse(record.guard) as Guard;
  return guard.kind === 'held' ? BigInt(guard.lease) : 0n;
}

/** The one guarded transaction that removes exactly what was shown. */
export function removalOf(
  state: string,
  record: LockRecord,
): { readonly compares: readonly Compare[]; readonly removes: readonly Operation[] } {
  const guard = JSON.parse(record.guard) as Guard;
  const info = lockInfoKey(state);
  const infoUnchanged = unchanged(info, guard.info);
  const removeInfo: Operation = { kind: 'delete', key: info };
  if (guard.kind === 'leftover') {
    return { compares: [nobodyHolds(state), ...infoUnchanged], removes: [removeInfo] };
  }
  const { key } = guard;
  return {
    compares: [
      { start: key, create: BigInt(guard.create) },
      { start: key, mod: BigInt(guard.mod) },
      ...infoUnchanged,
    ],
    removes: [{ kind: 'delete', key }, ...(guard.ownInfo ? [removeInfo] : [])],
  };
}

/** Of a range in which no key is, every comparison with "never created" holds; of any other none does. */
export function nobodyHolds(state: string): Compare {
  return { ...mutexRange(state), create: 0n };
}

function unchanged(key: string, proof: InfoProof | undefined): Compare[] {
  if (proof === undefined) {
    return [{ start: key, version: 0n }];
  }
  const { mod, value } = proof;
  return [
    { start: key, mod: BigInt(mod) },
    ...(value === undefined ? [] : [{ start: key, value: Buffer.from(value, 'base64') }]),
  ];
}
