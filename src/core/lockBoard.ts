import { groupByState, type Entry } from './boardEntries';
import { Emitter, type Disposable } from './lifecycle';
import type { LockPlace, LockReading } from './lockPlace';
import { foldStatus, type LockStatus, type PlaceMemory, type StatusRules } from './lockStatus';
import { remember } from './placeMemory';
import type { Clock } from './ports';
import type { ModuleBackend } from './resolution';
import type { StateCheck } from './stateCheck';
import type { StateRef } from './stateRef';

/** One line of the board: a state, or a backend block whose state cannot be told. */
export interface StateView {
  /** Stable: the state's id, or one made from the module's directory. */
  readonly id: string;
  /** Missing where the block could not be resolved. */
  readonly state?: StateRef;
  readonly status: LockStatus;
  /** Every module directory of this workspace that uses the state. */
  readonly modules: readonly [ModuleBackend, ...ModuleBackend[]];
  /** When this editor first saw the present lock, by its own clock. */
  readonly unchangedSince?: number;
  /** What the last look at the state itself found, if anybody asked for one. */
  readonly check?: StateCheck;
}

export type BoardRules = Omit<StatusRules, 'now'>;

/** Ages and freshness change with time alone: that often, listeners are told to look again. */
const tickMs = 15_000;

/** Views are folded anew after this long even if nothing changed: ages grow. */
const snapshotMs = 1000;

interface Snapshot {
  readonly at: number;
  /** Until when no reading in it becomes too old to be called the truth. */
  readonly until: number;
  readonly views: readonly StateView[];
  readonly byId: ReadonlyMap<string, StateView>;
  readonly byDir: ReadonlyMap<string, StateView>;
}

/**
 * What is known of every state of the workspace. Modules come in from the documents, readings from the
 * poller; everything that is shown goes out from here.
 */
export class LockBoard implements Disposable {
  private entries: ReadonlyMap<string, Entry> = new Map();
  private current: Snapshot | undefined;
  private readonly memory = new Map<string, PlaceMemory>();
  private readonly checks = new Map<string, StateCheck>();
  private readonly changeEmitter: Emitter<void>;
  private tick: Disposable | undefined;
  private disposed = false;

  /** Fires after every change, and regularly while there is something to show. */
  readonly onDidChange;

  constructor(
    private readonly clock: Clock,
    private readonly rules: BoardRules,
    onListenerError?: (error: unknown) => void,
  ) {
    this.changeEmitter = new Emitter<void>(onListenerError);
    this.onDidChange = this.changeEmitter.event;
  }

  /** Replaces what the workspace holds. Readings of places that are still there are kept. */
  setModules(modules: readonly ModuleBackend[]): void {
    this.entries = groupByState(modules);
    const places = new Set(this.places().map((place) => place.id));
    keepOnly(this.memory, places);
    keepOnly(this.checks, this.entries);
    this.changed();
  }

  /** Notes what a look at a state itself found. Ignored for a state that is not here. */
  noteCheck(stateId: string, check: StateCheck): void {
    if (this.entries.has(stateId)) {
      this.checks.set(stateId, check);
      this.changed();
    }
  }

  /**
   * Notes the answers of one read. They count in the order in which they come: a place is read once at a
   * time, and comparing times instead would drop a new answer after the clock was set back.
   */
  record(answers: readonly { readonly place: LockPlace; readonly reading: LockReading }[]): void {
    for (const { place, reading } of answers) {
      this.memory.set(place.id, remember(this.memory.get(place.id), reading));
    }
    this.changed();
  }

  /**
   * Says that a watch confirms the last readings of these places, until then at most. The next answer or
   * `withdraw` ends that. Tells nobody: while the watch runs nothing changes.
   */
  confirm(places: readonly LockPlace[], until: number): void {
    for (const { id } of places) {
      const memory = this.memory.get(id);
      if (memory !== undefined) {
        this.memory.set(id, { ...memory, confirmedUntil: until });
      }
    }
    this.current = undefined;
  }

  /** Takes back what exactly that `confirm` said: its watch has ended without an answer. */
  withdraw(places: readonly LockPlace[], until: number): void {
    for (const { id } of places) {
      const memory = this.memory.get(id);
      if (memory?.confirmedUntil === until) {
        this.memory.set(id, { ...memory, confirmedUntil: 0 });
      }
    }
    this.current = undefined;
  }

  /** Something outside the readings changed that statuses depend on: settings, focus, own locks. */
  refreshRules(): void {
    this.changed();
  }

  /** Each place once, however many states and modules share it. */
  places(): readonly LockPlace[] {
    const places = new Map<string, LockPlace>();
    for (const { state } of this.entries.values()) {
      state?.places.forEach((place) => places.set(place.id, place));
    }
    return [...places.values()];
  }

  view(id: string): StateView | undefined {
    return this.snapshot().byId.get(id);
  }

  /** All views, ordered by state key, then id. */
  views(): readonly StateView[] {
    return this.snapshot().views;
  }

  /** The view of the state that a module directory uses: that of its selected workspace, never a watched one. */
  viewOfDir(dir: string): StateView | undefined {
    return this.snapshot().byDir.get(dir);
  }

  dispose(): void {
    this.disposed = true;
    this.tick?.dispose();
    this.tick = undefined;
    this.changeEmitter.dispose();
  }

  /** Status bar, tree and API ask for the same views after each change: they are folded once for all of them. */
  private snapshot(): Snapshot {
    const now = this.clock.now();
    const { current } = this;
    if (current === undefined || now < current.at || now > current.until) {
      const rules = { ...this.rules, now };
      const views = [...this.entries].map(([id, entry]) => this.toView(id, entry, rules));
      const byDir = new Map<string, StateView>();
      for (const view of views) {
        for (const { dir, watched } of view.modules) {
          if (watched === undefined) {
            byDir.set(dir, byDir.get(dir) ?? view);
          }
        }
      }
      const byId = new Map(views.map((view) => [view.id, view]));
      const fresh = { at: now, until: this.unchangedUntil(now), views, byDir, byId };
      this.current = fresh;
      return fresh;
    }
    return current;
  }

  private unchangedUntil(now: number): number {
    const { freshForMs } = this.rules;
    let until = now + snapshotMs;
    for (const { reading, confirmedUntil } of this.memory.values()) {
      const limit = Math.max(reading.at + freshForMs, confirmedUntil ?? 0);
      if (reading.ok && limit >= now) {
        until = Math.min(until, limit);
      }
    }
    return until;
  }

  private toView(id: string, entry: Entry, rules: StatusRules): StateView {
    const since = entry.state?.places
      .map((place) => this.memory.get(place.id)?.unchangedSince)
      .find((at) => at !== undefined);
    const check = this.checks.get(id);
    return {
      id,
      modules: entry.modules,
      status: this.status(entry, rules),
      ...(entry.state === undefined ? {} : { state: entry.state }),
      ...(since === undefined ? {} : { unchangedSince: since }),
      ...(check === undefined ? {} : { check }),
    };
  }

  private status(entry: Entry, rules: StatusRules): LockStatus {
    if (entry.state === undefined) {
      return { kind: 'unknown', error: entry.error ?? { reason: 'internal' } };
    }
    return foldStatus(entry.state, (placeId) => this.memory.get(placeId), rules);
  }

  private changed(): void {
    this.current = undefined;
    this.tick?.dispose();
    this.tick =
      this.disposed || this.entries.size === 0
        ? undefined
        : this.clock.after(tickMs, () => {
            this.changed();
          });
    this.changeEmitter.fire();
  }
}

function keepOnly(map: Map<string, unknown>, ids: { has(id: string): boolean }): void {
  for (const id of [...map.keys()].filter((key) => !ids.has(key))) {
    map.delete(id);
  }
}
