import { consulBackend } from '../../src/backends/consul/consulBackend';
import { LocalGateway } from '../../src/backends/localGateway';
import { LockBoard } from '../../src/core/lockBoard';
import type { LockGateway } from '../../src/core/lockGateway';
import { LockPoller } from '../../src/core/lockPoller';
import type { Clock } from '../../src/core/ports';
import type { StateRef } from '../../src/core/stateRef';
import { blockOf, hostOf } from './awsBlocks';
import { MemoryLog } from './fakes';

export const realClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** What keeps a board up to date in the extension: its poller, its gateway and the Consul client, on real time. */
export class WatchingEditor {
  readonly board: LockBoard;
  readonly log = new MemoryLog();
  private readonly poller: LockPoller;

  /** `shortenedBy`: a watch lasts this much less long, so that an hour passes in seconds. */
  constructor(
    readonly states: readonly StateRef[],
    shortenedBy = 1,
  ) {
    const settings = { intervalMs: 1000, unfocusedIntervalMs: 60_000, requestTimeoutMs: 2000 };
    this.board = new LockBoard(realClock, {
      freshForMs: 32_000,
      staleAfterMs: () => 1e12,
      isMine: () => false,
    });
    const block = blockOf({}, 'current', 'consul');
    this.board.setModules(
      states.map((state) => {
        const dir = state.id;
        return { dir, file: dir, block, resolution: { kind: 'state', state } as const };
      }),
    );
    const own = new LocalGateway([consulBackend], hostOf({}));
    const gateway: Pick<LockGateway, 'readMany' | 'awaitChange'> = {
      readMany: (...request) => own.readMany(...request),
      awaitChange: (places, options, signal) =>
        own.awaitChange(places, { ...options, maxWaitMs: options.maxWaitMs / shortenedBy }, signal),
    };
    const { board, log } = this;
    this.poller = new LockPoller(
      { clock: realClock, random: () => 0.5, gateway, board, log },
      settings,
    );
    this.poller.syncPlaces();
  }

  kindOf(state: StateRef): string {
    return this.board.view(state.id)?.status.kind ?? 'nothing';
  }

  dispose(): void {
    this.poller.dispose();
    this.board.dispose();
  }
}
