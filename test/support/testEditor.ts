import { LocalGateway } from '../../src/backends/localGateway';
import { LockBoard } from '../../src/core/lockBoard';
import type { LockPlace } from '../../src/core/lockPlace';
import { LockService } from '../../src/core/lockService';
import type { LockStatus } from '../../src/core/lockStatus';
import { isMine } from '../../src/core/ownLocks';
import type { StateRef } from '../../src/core/stateRef';
import { gatewayOf, hostOf, noSignal } from './awsBlocks';
import { MemoryAudit, MemoryOwnLocks } from './fakes';

const block = {
  type: 's3',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
} as const;

/** One person with an editor: a service, a gateway and a board of their own, and nothing shared. */
export class TestEditor {
  readonly audit = new MemoryAudit();
  readonly ownLocks = new MemoryOwnLocks();
  readonly board: LockBoard;
  readonly gateway: LocalGateway = gatewayOf(hostOf());
  readonly service: LockService;
  private ids = 0;

  constructor(
    readonly name: string,
    readonly states: readonly StateRef[],
    private readonly timeoutMs = 5000,
  ) {
    const clock = { now: () => Date.now(), after: () => ({ dispose: () => undefined }) };
    this.board = new LockBoard(clock, {
      freshForMs: 60_000,
      staleAfterMs: () => 1e12,
      isMine: (lock, state) => isMine(this.ownLocks, lock, state),
    });
    this.board.setModules(
      states.map((state) => {
        const dir = state.id;
        return { dir, file: dir, block, resolution: { kind: 'state', state } as const };
      }),
    );
    this.service = new LockService({
      clock,
      gateway: this.gateway,
      board: this.board,
      poller: { refresh: ({ places = [] }) => this.refresh(places) },
      ownLocks: this.ownLocks,
      audit: this.audit,
      who: `${name}@test`,
      version: '0.0.0',
      newLockId: () => `${name}-${String(++this.ids)}`,
      requestTimeoutMs: () => timeoutMs,
    });
  }

  /** Reads places now; all of them unless told otherwise. */
  async refresh(places: readonly LockPlace[] = this.board.places()): Promise<void> {
    const options = { userStarted: true, timeoutMs: this.timeoutMs };
    const readings = await this.gateway.readMany(places, options, noSignal);
    this.board.record(
      places.flatMap((place, index) => {
        const reading = readings[index];
        return reading === undefined ? [] : [{ place, reading }];
      }),
    );
  }

  /** What the board shows of a state. */
  shown(state: StateRef): LockStatus {
    return this.board.view(state.id)?.status ?? { kind: 'notLockable' };
  }

  /** What is true of a state just now. */
  async status(state: StateRef): Promise<LockStatus> {
    await this.refresh(state.places);
    return this.shown(state);
  }
}
