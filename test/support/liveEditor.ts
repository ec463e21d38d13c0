import { HoldKeeper, type HoldEvent } from '../../src/core/holdKeeper';
import { LockBoard } from '../../src/core/lockBoard';
import type { LockGateway } from '../../src/core/lockGateway';
import { LockPoller } from '../../src/core/lockPoller';
import { LockService } from '../../src/core/lockService';
import { isMine } from '../../src/core/ownLocks';
import type { Clock } from '../../src/core/ports';
import type { StateRef } from '../../src/core/stateRef';
import { blockOf, gatewayOf, hostOf, noSignal } from './awsBlocks';
import { MemoryAudit, MemoryLog, MemoryOwnLocks, until } from './fakes';

/** Real time, or so many times as fast. */
function clockOf(speed: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * speed,
    after: (delayMs, task) => {
      const timer = setTimeout(task, delayMs / speed);
      return { dispose: () => clearTimeout(timer) };
    },
  };
}

/** What a window is made of but for VS Code: reads or watches by itself, and renews what it holds. */
export class LiveEditor {
  readonly ownLocks = new MemoryOwnLocks();
  readonly audit = new MemoryAudit();
  readonly log = new MemoryLog();
  readonly events: HoldEvent[] = [];
  /** Every kind of status that the first state was shown with, in order, each change once. */
  readonly shown: string[] = [];
  readonly board: LockBoard;
  readonly poller: LockPoller;
  readonly keeper: HoldKeeper;
  readonly service: LockService;
  private ids = 0;

  /** @param speed how many times as fast as it is time goes by for poller and board; servers must go along. */
  constructor(
    readonly name: string,
    readonly states: readonly StateRef[],
    options: { readonly speed?: number; readonly timeoutMs?: number } = {},
  ) {
    const { speed = 1, timeoutMs = 5000 } = options;
    const clock = clockOf(speed);
    const own = gatewayOf(hostOf());
    // Readings carry the time of this machine; the watch is asked to wait in it, too.
    const gateway = faster(own, speed, clock);
    const mine = (lock: Parameters<typeof isMine>[1], state: StateRef): boolean =>
      isMine(this.ownLocks, lock, state);
    this.board = new LockBoard(clock, {
      freshForMs: 40_000,
      staleAfterMs: () => 1e12,
      isMine: mine,
    });
    this.poller = new LockPoller(
      { clock, random: Math.random, gateway, board: this.board, log: this.log },
      { intervalMs: 15_000, unfocusedIntervalMs: 60_000, requestTimeoutMs: timeoutMs },
    );
    this.service = new LockService({
      clock,
      gateway,
      board: this.board,
      poller: this.poller,
      ownLocks: this.ownLocks,
      audit: this.audit,
      who: `${name}@test`,
      version: '0.0.0',
      newLockId: () => `${name}-${String(++this.ids)}`,
      requestTimeoutMs: () => timeoutMs,
    });
    this.keeper = new HoldKeeper({
      clock,
      board: this.board,
      gateway,
      log: this.log,
      requestTimeoutMs: () => timeoutMs,
      refresh: (state) => this.poller.refresh({ userStarted: false, places: state.places }),
      isMine: mine,
    });
    this.keeper.onDidChange((event) => this.events.push(event));
    this.board.onDidChange(() => {
      const kind = this.kind();
      if (this.shown.at(-1) !== kind) this.shown.push(kind);
    });
    const block = blockOf({});
    this.board.setModules(
      states.map((state) => {
        const dir = state.id;
        return { dir, file: dir, block, resolution: { kind: 'state', state } as const };
      }),
    );
    this.poller.syncPlaces();
  }

  kind(): string {
    return this.board.views()[0]?.status.kind ?? 'nothing';
  }

  async shows(kind: string, timeoutMs?: number): Promise<void> {
    await until(
      () => this.kind() === kind,
      `${this.name} is shown "${kind}", not "${this.kind()}"`,
      timeoutMs,
    );
  }

  async acquire(reason = 'because'): Promise<string> {
    const [state] = this.states;
    if (state === undefined) throw new Error('no state');
    return (await this.service.acquire(state, reason, noSignal)).kind;
  }

  dispose(): void {
    this.keeper.dispose();
    this.poller.dispose();
    this.board.dispose();
  }
}

function faster(gateway: LockGateway, speed: number, clock: Clock): LockGateway {
  if (speed === 1) return gateway;
  return new Proxy(gateway, {
    get: (target, name): unknown => {
      if (name === 'readMany') {
        return async (...args: Parameters<LockGateway['readMany']>) => {
          const readings = await target.readMany(...args);
          return readings.map((reading) => ({ ...reading, at: clock.now() }));
        };
      }
      if (name === 'awaitChange') {
        return async (...[places, options, signal]: Parameters<LockGateway['awaitChange']>) => {
          const maxWaitMs = options.maxWaitMs / speed;
          const answer = await target.awaitChange(places, { ...options, maxWaitMs }, signal);
          return answer.kind === 'readings'
            ? {
                ...answer,
                readings: answer.readings.map((reading) => ({ ...reading, at: clock.now() })),
              }
            : answer;
        };
      }
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function'
        ? (value as (...a: never[]) => unknown).bind(target)
        : value;
    },
  });
}
