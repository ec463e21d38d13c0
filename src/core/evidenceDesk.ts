import { ciSystemOf } from './ciHolders';
import { evidenceOf } from './evidence';
import type { Evidence, UsualHold } from './finding';
import { Emitter, type Disposable } from './lifecycle';
import type { HeldLock } from './lockPlace';
import type { Clock } from './ports';
import type { ProcessFinder, ProcessSearch } from './processSearch';
import type { StateInfo, StateReader } from './stateBackup';
import type { StateRef } from './stateRef';

/** Locks of one holder, and all that is known around them without asking anybody. */
export interface EvidenceSubject {
  readonly state: StateRef;
  readonly locks: readonly [HeldLock, ...HeldLock[]];
  /** When this editor first saw exactly these records. */
  readonly unchangedSince?: number;
  /** When they were last read. */
  readonly readAt?: number;
  readonly skewMs?: number;
  /** Where the modules are that use the state: paths of this machine. */
  readonly directories: readonly string[];
}

interface DeskDeps {
  readonly clock: Clock;
  readonly reader: Pick<StateReader, 'readStateInfo'>;
  readonly processes: ProcessFinder;
  /** `user@host` of this editor. */
  readonly who: string;
  requestTimeoutMs(): number;
  usual(state: StateRef, operation: string): UsualHold;
}

/** What was looked at for a person, of exactly this record. */
interface Gathered {
  readonly guard: string;
  readonly processes: ProcessSearch;
  readonly state: StateInfo;
}

/**
 * The evidence of holders. What is known anyway (times, what the store says of sessions) is told at any time;
 * processes and the state's object are only looked at for a person, and kept until the record changes.
 */
export class EvidenceDesk implements Disposable {
  private readonly gathered = new Map<string, Gathered>();
  private readonly changeEmitter = new Emitter<undefined>();

  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly deps: DeskDeps) {}

  /** Looks at the processes of this machine and at the object that holds the state. */
  async gather(subject: EvidenceSubject, signal: AbortSignal): Promise<StateInfo> {
    const { state, locks, directories } = subject;
    const options = { userStarted: true, timeoutMs: this.deps.requestTimeoutMs() };
    const [processes, info] = await Promise.all([
      this.deps.processes.search(directories),
      this.deps.reader.readStateInfo(state, options, signal),
    ]);
    this.gathered.set(locks[0].place.id, { guard: locks[0].record.guard, processes, state: info });
    this.changeEmitter.fire(undefined);
    return info;
  }

  /** Everything that is known of these locks' holder, strongest first; what two records say alike is said once. */
  of(subject: EvidenceSubject): readonly Evidence[] {
    const all = subject.locks.flatMap((lock) => this.ofOne(subject, lock));
    const seen = new Set<string>();
    return all.filter(({ finding }) => {
      const mark = JSON.stringify(finding);
      return !seen.has(mark) && seen.add(mark);
    });
  }

  /** What is usual is known better than before. */
  look(): void {
    this.changeEmitter.fire(undefined);
  }

  dispose(): void {
    this.changeEmitter.dispose();
  }

  private ofOne(subject: EvidenceSubject, lock: HeldLock): readonly Evidence[] {
    const { state, unchangedSince, readAt, skewMs } = subject;
    const [first] = subject.locks;
    const kept = this.gathered.get(first.place.id);
    const known = kept?.guard === first.record.guard ? kept : undefined;
    const ci = ciSystemOf(lock.record.info);
    return evidenceOf({
      lock,
      now: this.deps.clock.now(),
      who: this.deps.who,
      usual: this.deps.usual(state, lock.record.info.operation),
      ...(unchangedSince === undefined ? {} : { unchangedSince }),
      ...(readAt === undefined ? {} : { readAt }),
      ...(skewMs === undefined ? {} : { skewMs }),
      ...(known === undefined ? {} : { processes: known.processes }),
      // A state that cannot be read at this backend is no line of evidence.
      ...(known === undefined || isUnsupported(known.state) ? {} : { state: known.state }),
      ...(ci === undefined ? {} : { ci }),
    });
  }
}

function isUnsupported(info: StateInfo): boolean {
  return info.kind === 'failed' && info.error.reason === 'unsupported';
}
