import { BatchChain, type BatchRead, type BatchWatch } from './batchChain';
import { groupByBatch } from './batches';
import type { Disposable } from './lifecycle';
import type { LockBoard } from './lockBoard';
import type { LockGateway } from './lockGateway';
import type { LockPlace, LockReading } from './lockPlace';
import type { Clock, Log, Random } from './ports';

export interface PollSettings {
  /** Between reads while the window is focused. */
  readonly intervalMs: number;
  /** Between reads while it is not; 0 pauses. */
  readonly unfocusedIntervalMs: number;
  /** For each single request. */
  readonly requestTimeoutMs: number;
}

interface PollerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly gateway: Pick<LockGateway, 'readMany' | 'awaitChange'>;
  readonly board: LockBoard;
  readonly log: Log;
}

/** A watch answers at least this often, in ms: 15 requests an hour. */
const maxWatchMs = 4 * 60_000;

/**
 * Decides when locks are read. Places that can be read together have one timer chain together, so that a
 * slow or failing table does not hold up another.
 */
export class LockPoller implements Disposable {
  private readonly chains = new Map<string, BatchChain>();
  private focused = true;
  private disposed = false;

  constructor(
    private readonly deps: PollerDeps,
    private settings: PollSettings,
  ) {}

  /** The time between two reads as things stand, in ms; 0 while polling is paused. */
  get currentIntervalMs(): number {
    return this.focused ? this.settings.intervalMs : this.settings.unfocusedIntervalMs;
  }

  /** How old a reading may be and still count as the truth: two rounds and a slow request. */
  get freshForMs(): number {
    const interval = this.currentIntervalMs || this.settings.intervalMs;
    return 2 * interval + this.settings.requestTimeoutMs;
  }

  /** Follows the places that the board holds now. New batches are read at once. */
  syncPlaces(): void {
    if (this.disposed) {
      return;
    }
    const batches = groupByBatch(this.deps.board.places());
    for (const [key, chain] of this.chains) {
      if (!batches.has(key)) {
        chain.dispose();
        this.chains.delete(key);
      }
    }
    for (const [key, places] of batches) {
      this.chain(key).setPlaces(places);
    }
  }

  setFocused(focused: boolean): void {
    if (focused === this.focused) {
      return;
    }
    this.focused = focused;
    for (const chain of this.chains.values()) {
      chain.reschedule({ readSoon: focused });
    }
  }

  applySettings(settings: PollSettings): void {
    this.settings = settings;
    for (const chain of this.chains.values()) {
      chain.reschedule({ readSoon: false });
    }
  }

  /**
   * Reads now: everything, or what shares a batch with `places`. Resolves when the answers are on the board.
   * `userStarted` also looks for new credentials.
   */
  async refresh(options: {
    readonly userStarted: boolean;
    readonly places?: readonly LockPlace[];
  }): Promise<void> {
    const keys =
      options.places === undefined
        ? [...this.chains.keys()]
        : [...new Set(options.places.map((place) => place.batchKey))];
    const chains = keys.flatMap((key) => this.chains.get(key) ?? []);
    await Promise.all(chains.map((chain) => chain.readNow(options.userStarted)));
  }

  dispose(): void {
    this.disposed = true;
    for (const chain of this.chains.values()) {
      chain.dispose();
    }
    this.chains.clear();
  }

  private chain(key: string): BatchChain {
    let chain = this.chains.get(key);
    if (chain === undefined) {
      chain = new BatchChain({
        clock: this.deps.clock,
        random: this.deps.random,
        intervalMs: () => this.currentIntervalMs,
        read: this.read,
        watch: this.watch,
      });
      this.chains.set(key, chain);
    }
    return chain;
  }

  private readonly read: BatchRead = async (places, userStarted, signal) => {
    const { gateway, board, log, clock } = this.deps;
    const timeoutMs = this.settings.requestTimeoutMs;
    const started = clock.now();
    const readings = await gateway.readMany(places, { userStarted, timeoutMs }, signal);
    if (this.disposed || signal.aborted) {
      return { failed: false };
    }
    const answers = answersOf(places, readings);
    board.record(answers);
    const failures = answers.flatMap(({ reading }) => (reading.ok ? [] : [reading.error]));
    const label = places[0]?.label ?? 'nothing';
    log.debug(
      `Read ${String(places.length)} lock(s) of ${label}: ` +
        `${String(failures.length)} failed, ${String(clock.now() - started)} ms`,
    );
    // Signed out costs no request, so it needs no back-off, and a log-in is noticed at the next round.
    return { failed: failures.some((error) => !costsNothing.has(error.reason)) };
  };

  private readonly watch: BatchWatch = async (places, signal) => {
    const { gateway, board, log, clock } = this.deps;
    const timeoutMs = this.settings.requestTimeoutMs;
    const options = { userStarted: false, timeoutMs, maxWaitMs: maxWatchMs };
    // A server may answer a long request a little later than it was asked to.
    const until = clock.now() + maxWatchMs * 1.1 + timeoutMs;
    board.confirm(places, until);
    const answer = await gateway.awaitChange(places, options, signal);
    board.withdraw(places, until);
    if (this.disposed || signal.aborted) {
      return 'broken';
    }
    const label = places[0]?.label ?? 'nothing';
    switch (answer.kind) {
      case 'readings':
        board.record(answersOf(places, answer.readings));
        log.debug(`Watched ${String(places.length)} lock(s) of ${label}`);
        // A failed reading needs the back-off of reads.
        return answer.readings.every((reading) => reading.ok) ? 'answered' : 'broken';
      case 'broken':
        log.debug(`The watch of ${label} broke off: ${answer.error.reason}`);
        return 'broken';
      case 'unsupported':
        return 'unsupported';
    }
  };
}

function answersOf(
  places: readonly LockPlace[],
  readings: readonly LockReading[],
): { readonly place: LockPlace; readonly reading: LockReading }[] {
  return places.flatMap((place, index) => {
    const reading = readings[index];
    return reading === undefined ? [] : [{ place, reading }];
  });
}

const costsNothing: ReadonlySet<string> = new Set(['signedOut', 'untrusted', 'blocked', 'denied']);
