import type { HeldLock } from '../../src/core/lockPlace';
import type { ActionResult } from '../../src/core/actionResults';
import { foreignLocksOf, locksOf, ownLocksOf } from '../../src/core/lockStatus';
import type { StateRef } from '../../src/core/stateRef';
import { noSignal } from '../support/awsBlocks';
import { addressOf, type Intent } from '../support/awsHistory';
import { TestEditor } from '../support/testEditor';

/** One person with an editor, who does what chance says. */
export class StressActor {
  /** What this actor is doing just now, by the address of the place that it is done to. */
  intents: ReadonlyMap<string, Intent> = new Map();
  readonly results = new Map<string, number>();
  readonly editor: TestEditor;

  constructor(
    readonly name: string,
    private readonly states: readonly StateRef[],
    private readonly random: () => number,
    timeoutMs: number,
  ) {
    this.editor = new TestEditor(name, states, timeoutMs);
  }

  /** Does one thing, chosen by chance among what this actor's board shows, however old that is. */
  async act(): Promise<void> {
    const { service } = this.editor;
    const state = this.choose();
    const status = this.editor.shown(state);
    const own = ownLocksOf(status);
    const foreign = foreignLocksOf(status);
    const anyone = foreign[Math.floor(this.random() * foreign.length)] ?? [];
    if (locksOf(status).length === 0 || this.random() < 0.3) {
      this.intents = new Map(
        state.places.map(addressOf).map((lockId) => [lockId, { action: 'acquire', lockId }]),
      );
      this.note('acquire', await service.acquire(state, 'stress', noSignal));
      return;
    }
    // Now and then a release is tried on another's lock, which the service must refuse by itself.
    if (own.length > 0 || this.random() < 0.05) {
      const shown = own.length > 0 ? own : anyone;
      this.intents = removal('release', shown);
      this.note('release', await service.release(state, shown, noSignal));
      return;
    }
    this.intents = removal('forceUnlock', anyone);
    this.note('forceUnlock', await service.forceUnlock(state, anyone, noSignal));
  }

  /** A state; often one that is shown as this actor's own. */
  private choose(): StateRef {
    const own = this.states.filter((state) => ownLocksOf(this.editor.shown(state)).length > 0);
    const among = own.length > 0 && this.random() < 0.7 ? own : this.states;
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

function removal(
  action: 'release' | 'forceUnlock',
  shown: readonly HeldLock[],
): ReadonlyMap<string, Intent> {
  const own = action === 'release';
  return new Map(
    shown.map(({ place, record: { raw } }) => {
      const lockId = addressOf(place);
      return [lockId, { action, lockId, shown: raw, own }];
    }),
  );
}
