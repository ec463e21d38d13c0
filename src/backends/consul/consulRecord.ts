import { decodeLockInfo, emptyLockInfo, type DecodedLockInfo } from '../../core/lockInfo';
import type { LockError } from '../../core/lockError';
import type { LockPlace, LockReading, LockRecord } from '../../core/lockPlace';
import type { Liveness } from '../../core/liveness';
import type { Fact } from '../../core/stateRef';
import { lockFlags, type KeyEntry } from './consulJson';
import { sessionName, terraformSessionName } from './consulSession';

/** Both keys of a lock, as one transaction found them. */
export interface LockKeys {
  readonly lock?: KeyEntry;
  readonly info?: KeyEntry;
}

/** What Consul tells of a session. Untrusted text. */
export interface SessionFacts {
  readonly name: string;
  readonly node: string;
  readonly ttl: string;
  readonly lockDelayMs: number;
  readonly checks: readonly string[];
}

/** Proof of "still exactly this": what a release makes the conditions of its transaction from. */
export interface Guard {
  /** The session that holds the lock; missing for what was left behind. */
  readonly session?: string;
  /** `ModifyIndex` of the keys that were there. */
  readonly lock?: string;
  readonly info?: string;
}

export function guardOf({ lock, info }: LockKeys): string {
  const guard: Guard = {
    ...(lock?.session === undefined ? {} : { session: lock.session }),
    ...(lock === undefined ? {} : { lock: lock.modifyIndex }),
    ...(info === undefined ? {} : { info: info.modifyIndex }),
  };
  return JSON.stringify(guard);
}

/** Changes whenever the lock is taken, given back or lost. */
export function fingerprint(lock: KeyEntry | undefined): string {
  return lock === undefined ? '' : `${lock.modifyIndex} ${lock.session ?? ''} ${lock.flags}`;
}

/**
 * Whether this may be half of a change that is still under way: terraform takes the lock first and then writes
 * who it is, and gives back the lock before it deletes the key.
 */
export function isHalfway({ lock, info }: LockKeys): boolean {
  if (lock === undefined) {
    return false;
  }
  return lock.session === undefined
    ? info === undefined
    : info === undefined || decode(info).info.id !== lock.session;
}

/** What the keys say. The lock is held exactly if its key has a session (consul/client.go). */
export function readingOf(
  place: LockPlace,
  keys: LockKeys,
  session: SessionFacts | 'gone' | undefined,
  at: number,
): LockReading {
  const { lock, info } = keys;
  if (lock !== undefined && lock.flags !== lockFlags) {
    return { ok: false, at, error: otherUse(place) };
  }
  if (lock?.session !== undefined) {
    const record = heldRecord(keys, lock.session);
    const liveness = livenessOf(lock.session, session === 'gone' ? undefined : session);
    return { ok: true, at, record: { ...record, liveness } };
  }
  if (lock === undefined && info === undefined) {
    return { ok: true, at };
  }
  const liveness = session === 'gone' ? { liveness: goneSession(info) } : {};
  return { ok: true, at, leftover: { ...leftBehind(keys), ...liveness } };
}

/** The lock ID of a Consul lock is its session, whatever stands in `.lockinfo`. */
export function heldRecord(keys: LockKeys, session: string): LockRecord {
  const decoded = keys.info === undefined ? undefined : decode(keys.info);
  const guard = guardOf(keys);
  if (decoded === undefined || (decoded.problem === undefined && decoded.info.id !== session)) {
    // Not written yet, or that of an earlier holder.
    const raw = JSON.stringify({ Session: session });
    return { info: { ...emptyLockInfo, id: session }, problem: 'missing', raw, guard };
  }
  return { ...decoded, info: { ...decoded.info, id: session }, guard };
}

function leftBehind(keys: LockKeys): LockRecord {
  const decoded = keys.info === undefined ? undefined : decode(keys.info);
  return decoded === undefined
    ? { info: emptyLockInfo, problem: 'missing', raw: '', guard: guardOf(keys) }
    : { ...decoded, guard: guardOf(keys) };
}

/** The session that left `.lockinfo` behind, as it says itself. */
export function leftoverSession({ info }: LockKeys): string | undefined {
  const id = info === undefined ? '' : decode(info).info.id;
  return id === '' ? undefined : id;
}

function decode(info: KeyEntry): DecodedLockInfo & { readonly raw: string } {
  const bytes = Buffer.from(info.value, 'base64');
  const raw = bytes.toString();
  return Buffer.from(raw).equals(bytes)
    ? { ...decodeLockInfo(raw), raw }
    : { info: emptyLockInfo, problem: 'notText', raw: info.value };
}

/**
 * A session that is in the lock's key is alive: Consul takes it out of there in the same step in which it ends
 * (agent/consul/state/session.go). What else is known of it may be hidden by access rules.
 */
function livenessOf(id: string, session: SessionFacts | undefined): Liveness {
  const facts: Fact[] = [{ label: 'Session', value: id }];
  if (session !== undefined) {
    facts.push(
      { label: 'Session name', value: session.name },
      { label: 'Node', value: session.node },
      { label: 'Time to live', value: session.ttl === '' ? 'unlimited' : session.ttl },
      { label: 'Lock-delay', value: `${String(session.lockDelayMs / 1000)} s` },
      { label: 'Checks', value: session.checks.length === 0 ? 'none' : session.checks.join(', ') },
    );
  }
  if (session?.name !== sessionName) {
    const who = session?.name === terraformSessionName ? 'Terraform' : 'A holder';
    const value = `${who} that is still running takes the lock again at once, with a new session`;
    facts.push({ label: 'If it is unlocked', value });
  }
  return { kind: 'alive', by: 'Consul session', facts };
}

function goneSession(info: KeyEntry | undefined): Liveness {
  const id = info === undefined ? '' : decode(info).info.id;
  return { kind: 'gone', by: 'Consul session', facts: [{ label: 'Session', value: id }] };
}

function otherUse(place: LockPlace): LockError {
  return {
    reason: 'blocked',
    place: place.label,
    detail: 'its flags are not those of a lock',
    help: 'Terraform refuses it, too ("existing key does not match lock use"). Find out what wrote the key; delete it only if nothing needs it.',
  };
}
