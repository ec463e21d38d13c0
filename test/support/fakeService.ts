import { LockService } from '../../src/core/lockService';
import type { LockInfo } from '../../src/core/lockInfo';
import type { LockPlace, LockRecord } from '../../src/core/lockPlace';
import { LockBoard } from '../../src/core/lockBoard';
import {
  FakeClock,
  FakeGateway,
  MemoryAudit,
  MemoryOwnLocks,
  placeOf,
  recordOf,
  stateOf,
} from './fakes';

export const place = placeOf('a');
export const state = stateOf('a', [place]);
export const noSignal = new AbortController().signal;

export interface TestService {
  readonly service: LockService;
  readonly clock: FakeClock;
  readonly gateway: FakeGateway;
  readonly ownLocks: MemoryOwnLocks;
  readonly audit: MemoryAudit;
  /** What was to be written, and what was to be deleted. */
  readonly sent: readonly LockInfo[];
  readonly released: readonly LockRecord[];
  readonly refreshes: readonly object[];
}

/** A real lock service among fakes that record. */
export function lockServiceOf(options: { readonly own?: LockRecord } = {}): TestService {
  const clock = new FakeClock();
  const gateway = new FakeGateway(clock);
  const ownLocks = new MemoryOwnLocks();
  const audit = new MemoryAudit();
  const sent: LockInfo[] = [];
  const released: LockRecord[] = [];
  const refreshes: { userStarted: boolean; places?: readonly LockPlace[] }[] = [];
  gateway.onAcquire = (info) => {
    sent.push(info);
    return Promise.resolve({ kind: 'acquired', record: recordOf(info) });
  };
  gateway.onRelease = (record) => {
    released.push(record);
    return Promise.resolve({ kind: 'released' });
  };
  if (options.own !== undefined) {
    const { id } = options.own.info;
    ownLocks.locks.set(id, { lockId: id, path: state.path, takenAt: '2026-03-01T11:00:00Z' });
  }
  let lastId = 0;
  const service = new LockService({
    clock,
    gateway,
    board: new LockBoard(clock, { freshForMs: 1, staleAfterMs: () => 1, isMine: () => false }),
    poller: {
      refresh: (how) => {
        refreshes.push(how);
        return Promise.resolve();
      },
    },
    ownLocks,
    audit,
    who: 'me@here',
    version: '0.1.0',
    newLockId: () => `id-${String(++lastId)}`,
    requestTimeoutMs: () => 1000,
  });
  return { service, clock, gateway, ownLocks, audit, sent, released, refreshes };
}
