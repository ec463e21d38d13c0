import { LockBoard } from '../../src/core/lockBoard';
import { LockService, type ActionResult } from '../../src/core/lockService';
import { locksOf } from '../../src/core/lockStatus';
import { isMine } from '../../src/core/ownLocks';
import type { HeldLock, LockPlace } from '../../src/core/lockPlace';
import type { StateRef } from '../../src/core/stateRef';
import type { LocalGateway } from '../../src/backends/localGateway';
import { accessTo, awsStateOf, gatewayOf, hostOf, noSignal } from '../support/awsBlocks';
import type { Intent } from '../support/awsHistory';
import { MemoryAudit, MemoryOwnLocks } from '../support/fakes';

const block = {
  type: 's3',
  range: { start: 0, end: 0 },
  attributes: [],
  parse: 'current',
} as const;

/** One person with an editor: a service, a gateway and a board of their own, and nothing shared. */
export class StressActor {
  readonly audit = new MemoryAudit();
  /** What this actor is doing just now. */
  intent: Intent | undefined;
  readonly results = new Map<string, number>();
  private readonly ownLocks = new MemoryOwnLocks();
  private readonly board: LockBoard;
  private readonly gateway: LocalGateway;
  private readonly service: LockService;
  private readonly states: readonly StateRef[];
  private ids = 0;

  constructor(
    readonly name: string,
    endpoint: string,
    keys: readonly string[],
    private readonly random: () => number,
    timeoutMs: number,
  ) {
    const access = accessTo(endpoint, { accessKeyId: name, secretAccessKey: 'not-a-real-key' });
    this.states = keys.map((key) => awsStateOf(access, key));
    this.gateway = gatewayOf(hostOf());
    const clock = { now: () => Date.now(), after: () => ({ dispose: () => undefined }) };
    this.board = new LockBoard(clock, {
      freshForMs: 60_000,
      staleAfterMs: () => 1e12,
      isMine: (lock, state) => isMine(this.ownLocks, lock, state),
    });
    this.board.setModules(
      this.states.map((state) => {
        const dir = state.key;
        return { dir, file: dir, block, resolution: { kind: 'state', state } as const };
      }),
    );
    const refresh = async ({ places = [] }: { places?: readonly LockPlace[] }): Promise<void> => {
      const options = { userStarted: true, timeoutMs };
      const readings = await this.gateway.readMany(places, options, noSignal);
      this.board.record(
        places.flatMap((place, index) => {
          const reading = readings[index];
          return reading === undefined ? [] : [{ place, reading }];
        }),
      );
    };
    this.service = new LockService({
      clock,
      gateway: this.gateway,
      board: this.board,
      poller: { refresh },
      ownLocks: this.ownLocks,
      audit: this.audit,
      who: `${name}@stress`,
      version: '0.0.0',
      newLockId: () => `${name}-${String(++this.ids)}`,
      requestTimeoutMs: () => timeoutMs,
    });
  }

  /** Does one thing, chosen by chance among what this actor's board shows, however old that is. */
  async act(): Promise<void> {
    const { state, lock } = this.choose();
    const lockId = state.path;
    if (lock === undefined || this.random() < 0.3) {
      this.intent = { action: 'acquire', lockId };
      this.note('acquire', await this.service.acquire(state, 'stress', noSignal));
      return;
    }
    const shown = lock.record.raw;
    // Now and then a release is tried on another's lock, which the service must refuse by itself.
    if (isMine(this.ownLocks, lock, state) || this.random() < 0.05) {
      this.intent = { action: 'release', lockId, shown, own: true };
      this.note('release', await this.service.release(state, [lock], noSignal));
      return;
    }
    this.intent = { action: 'forceUnlock', lockId, shown, own: false };
    this.note('forceUnlock', await this.service.forceUnlock(state, [lock], noSignal));
  }

  /** A state and the lock that is shown for it; often one that is shown as this actor's own. */
  private choose(): { readonly state: StateRef; readonly lock: HeldLock | undefined } {
    const all = this.states.map((state) => {
      const [lock] = locksOf(this.board.view(state.id)?.status ?? { kind: 'notLockable' });
      return { state, lock };
    });
    const own = all.filter(({ lock, state }) => lock && isMine(this.ownLocks, lock, state));
    const among = own.length > 0 && this.random() < 0.7 ? own : all;
    const chosen = among[Math.floor(this.random() * among.length)];
    if (chosen === undefined) throw new Error('an actor without states');
    return chosen;
  }

  private note(action: string, result: ActionResult): void {
    const outcome = result.kind === 'failed' ? result.error.reason : result.kind;
    const name = `${action} ${outcome}`;
    this.results.set(name, (this.results.get(name) ?? 0) + 1);
  }
}
