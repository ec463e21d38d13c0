import type { CiSystem } from './ciHolders';
import type { Evidence, EvidencePoint, ProcessFinding, UsualHold } from './finding';
import { lockAge } from './lockAge';
import type { HeldLock } from './lockPlace';
import { shortOperation } from './operations';
import type { ProcessSearch } from './processSearch';
import { isGenericHost } from './processSearch';
import type { StateInfo } from './stateBackup';

/** Everything the evidence of one lock is made from. What was not looked at is missing. */
export interface EvidenceInput {
  readonly lock: HeldLock;
  readonly now: number;
  /** When this editor first saw exactly this record. */
  readonly unchangedSince?: number;
  /** When it was last read. */
  readonly readAt?: number;
  readonly usual: UsualHold;
  /** Server's time minus this machine's. */
  readonly skewMs?: number;
  /** `user@host` of this editor's (remote) host. */
  readonly who: string;
  readonly processes?: ProcessSearch;
  readonly state?: StateInfo;
  readonly ci?: CiSystem;
}

/** Clocks this close are as good as equal: the header counts whole seconds, and answers take a while. */
const noteworthySkewMs = 5000;

/** What is known of a lock's holder, strongest first. */
export function evidenceOf(input: EvidenceInput): readonly Evidence[] {
  const list = [
    ...livenessEvidence(input),
    ...processEvidence(input),
    ...stateEvidence(input),
    ...timeEvidence(input),
    ...ciEvidence(input),
  ];
  const rank = ({ strength }: Evidence): number => (strength === 'proof' ? 0 : 1);
  return list.sort((a, b) => rank(a) - rank(b));
}

function livenessEvidence({ lock, now, readAt }: EvidenceInput): Evidence[] {
  const { liveness } = lock.record;
  if (liveness === undefined) {
    return [];
  }
  const finding = { kind: 'liveness', liveness } as const;
  const at = readAt ?? now;
  switch (liveness.kind) {
    case 'alive':
      return [{ points: 'alive', strength: 'proof', finding, at }];
    case 'gone':
      return [{ points: 'dead', strength: 'proof', finding, at }];
    case 'unknown':
      return [{ points: 'unknown', strength: 'hint', finding, at }];
  }
}

/**
 * Only where the holder is exactly this user on this machine. A process that is not seen points to dead only
 * where every process could be seen and none of them is of the tools at all: one in another directory may be
 * another clone that uses the same state.
 */
function processEvidence({ lock, who, processes }: EvidenceInput): Evidence[] {
  if (processes === undefined || lock.record.info.who !== who || !who.includes('@')) {
    return [];
  }
  const result = processFinding(processes, who.slice(who.lastIndexOf('@') + 1));
  const points = result.kind === 'here' ? 'alive' : result.kind === 'none' ? 'dead' : 'unknown';
  const finding = { kind: 'process', result } as const;
  return [{ points, strength: 'hint', finding, at: processes.at }];
}

function processFinding(search: ProcessSearch, host: string): ProcessFinding {
  if (search.kind === 'failed') {
    return { kind: 'failed' };
  }
  if (search.here.length > 0) {
    return { kind: 'here', pids: search.here };
  }
  if (search.incomplete !== undefined) {
    return { kind: 'hidden', why: search.incomplete };
  }
  if (search.elsewhere > 0) {
    return { kind: 'elsewhere', count: search.elsewhere };
  }
  return isGenericHost(host) ? { kind: 'genericHost' } : { kind: 'none' };
}

/** A write this short ago is the work of somebody who is still there. */
const recentWriteMs = 10 * 60_000;

/** Operations that end without writing the state, so that an unwritten one says nothing. */
const neverWrites: ReadonlySet<string> = new Set(['plan', 'manual lock', 'import or console']);

function stateEvidence(input: EvidenceInput): Evidence[] {
  const { lock, state, usual, skewMs = 0 } = input;
  if (state === undefined) {
    return [];
  }
  const unknown = (why: 'missing' | 'failed' | 'noTime'): Evidence[] => [
    { points: 'unknown', strength: 'hint', finding: { kind: 'stateUnknown', why }, at: state.at },
  ];
  if (state.kind !== 'found') {
    return unknown(state.kind);
  }
  const { writtenAt } = state;
  if (writtenAt === undefined) {
    return unknown('noTime');
  }
  const takenAt = takenAtOf(input);
  const afterLockMs = takenAt === undefined ? undefined : writtenAt - takenAt;
  const finding = { kind: 'state', writtenAt, afterLockMs } as const;
  const ageMs = ageOf(input)?.ms ?? 0;
  const isRecent = state.at + skewMs - writtenAt <= recentWriteMs;
  const writes = !neverWrites.has(shortOperation(lock.record.info.operation));
  const points =
    afterLockMs === undefined
      ? 'unknown'
      : afterLockMs > 0
        ? isRecent
          ? 'alive'
          : 'unknown'
        : writes && ageMs >= usual.ms
          ? 'dead'
          : 'unknown';
  return [{ points, strength: 'hint', finding, at: state.at }];
}

/** When the lock was taken, by the server's clock as far as the holder's can be believed. */
function takenAtOf(input: EvidenceInput): number | undefined {
  const age = ageOf(input);
  return age?.from === 'record' ? serverNow(input) - age.ms : undefined;
}

function serverNow({ now, skewMs = 0 }: EvidenceInput): number {
  return now + skewMs;
}

function ageOf(input: EvidenceInput): ReturnType<typeof lockAge> {
  return lockAge(input.lock, serverNow(input));
}

/**
 * Age by the record, which the holder's clock wrote, and by what this editor itself has seen, which trusts
 * nobody's clock but its own. Neither ever proves anything: a long run is long.
 */
function timeEvidence(input: EvidenceInput): Evidence[] {
  const { lock, now, unchangedSince, usual, skewMs } = input;
  const at = input.readAt ?? now;
  const age = ageOf(input);
  const recordAge = age?.from === 'record' ? age.ms : undefined;
  const alive = lock.record.liveness?.kind === 'alive';
  const byRecord: Evidence = {
    points: recordAge === undefined || alive ? 'unknown' : pointOfAge(recordAge, usual),
    strength: 'hint',
    finding: {
      kind: 'age',
      ageMs: recordAge,
      usual,
      inFuture: lockAge(lock, serverNow(input), now)?.inFuture ?? false,
    },
    at,
  };
  const forMs = unchangedSince === undefined ? undefined : Math.max(0, now - unchangedSince);
  return [
    byRecord,
    ...(forMs === undefined
      ? []
      : [
          {
            // An editor that has only just looked knows nothing yet, so it never points to alive.
            points: forMs >= usual.ms && !alive ? ('dead' as const) : ('unknown' as const),
            strength: 'hint' as const,
            finding: { kind: 'unchanged' as const, forMs, usual },
            at,
          },
        ]),
    ...(skewMs === undefined || Math.abs(skewMs) < noteworthySkewMs
      ? []
      : [
          {
            points: 'unknown' as const,
            strength: 'hint' as const,
            finding: { kind: 'skew' as const, skewMs },
            at,
          },
        ]),
  ];
}

function pointOfAge(ageMs: number, usual: UsualHold): EvidencePoint {
  return ageMs >= usual.ms ? 'dead' : 'alive';
}

function ciEvidence({ ci, now }: EvidenceInput): Evidence[] {
  return ci === undefined
    ? []
    : [{ points: 'unknown', strength: 'hint', finding: { kind: 'ci', system: ci }, at: now }];
}
