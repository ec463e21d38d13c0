import { setTimeout as sleep } from 'node:timers/promises';
import type { StateRef } from '../../src/core/stateRef';
import type { Intent } from '../support/awsHistory';
import { StressActor } from './stressActor';

/** Longer than any read takes here, shorter than the longest delay: some answers come too late. */
export const requestTimeoutMs = 1500;
export const actorCount = 20;
/** The states that everybody competes for. */
export const stressKeys = ['network', 'cluster', 'database', 'dns', 'monitoring'];

/** Actors who compete for the locks of a few states. */
export class StressCrowd {
  readonly actors: readonly StressActor[];

  /** @param statesOf the states as the actor of this name sees them. */
  constructor(random: () => number, statesOf: (name: string) => readonly StateRef[]) {
    this.actors = Array.from({ length: actorCount }, (_, index) => {
      const name = `ACTOR${String(index)}`;
      return new StressActor(name, statesOf(name), random, requestTimeoutMs);
    });
  }

  /** Lets every actor act until so many operations were begun; waits for what is still on its way. */
  async run(operations: number): Promise<void> {
    let begun = 0;
    await Promise.all(
      this.actors.map(async (actor) => {
        while (begun < operations) {
          begun += 1;
          await actor.act();
        }
      }),
    );
    await sleep(requestTimeoutMs + 500);
  }

  /** How often operations ended so: `acquire done`. */
  count(...names: string[]): number {
    const all = this.actors.flatMap(({ results }) => [...results]);
    return all.filter(([name]) => names.includes(name)).reduce((sum, [, count]) => sum + count, 0);
  }

  get done(): number {
    const all = this.actors.flatMap(({ results }) => [...results.values()]);
    return all.reduce((sum, count) => sum + count, 0);
  }

  /** What an actor is doing to a place just now. */
  intentOf(actor: string, address: string): Intent | undefined {
    return this.actors.find(({ name }) => name === actor)?.intents.get(address);
  }

  /** The outcomes in numbers, as one line. */
  summary(): string {
    const count = this.count.bind(this);
    const formatted = (value: number): string => value.toLocaleString('en-US');
    return (
      `${formatted(this.done)} operations by ${String(actorCount)} actors: ` +
      `${formatted(count('acquire done'))} acquired, ${formatted(count('release done'))} released, ` +
      `${formatted(count('forceUnlock done'))} broken, ` +
      `${formatted(count('acquire held', 'acquire busy', 'release held', 'release changed', 'release gone', 'forceUnlock changed', 'forceUnlock gone'))} refused, ` +
      `${formatted(count('acquire uncertain', 'release uncertain', 'forceUnlock uncertain'))} uncertain`
    );
  }
}
