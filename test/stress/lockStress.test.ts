import assert from 'node:assert/strict';
import { decodeLockInfo } from '../../src/core/lockInfo';
import { byHolder } from '../../src/core/placeFold';
import { locksOf, type LockStatus } from '../../src/core/lockStatus';
import type { StateRef } from '../../src/core/stateRef';
import { noSignal } from '../support/awsBlocks';
import { addressOf } from '../support/awsHistory';
import type { LockMode } from '../support/terraform';
import { TestEditor } from '../support/testEditor';
import { randomOf } from '../support/randomOf';
import { StressWorld } from './stressWorld';

const operations = Number(process.env['STRESS_OPERATIONS'] ?? 10_000);
const modes: readonly (readonly [string, LockMode])[] = [
  ['a table', { file: false, table: true }],
  ['lock files', { file: true, table: false }],
  ['lock files and a table', { file: true, table: true }],
];
const formatted = (value: number): string => value.toLocaleString('en-US');

/** What a state is, by what the servers hold: judged by itself, without the code that folds readings. */
function truthOf(
  state: StateRef,
  locks: ReadonlyMap<string, string | undefined>,
): LockStatus['kind'] {
  const texts = state.places.map((place) => locks.get(addressOf(place)));
  const ids = texts.map((text) => (text === undefined ? undefined : decodeLockInfo(text).info.id));
  const there = ids.filter((id) => id !== undefined);
  if (there.length === 0) return 'free';
  if (there.length < ids.length) return 'half';
  return new Set(there).size === 1 ? 'held' : 'conflict';
}

/** Prints what happened, in numbers. */
function report(
  world: StressWorld,
  seed: number,
  seconds: number,
  ends: readonly string[],
  found: string,
): void {
  console.log(
    `      ${world.summary()}, ` +
      `${formatted(world.count('acquire partial', 'release partial', 'forceUnlock partial'))} partial; ` +
      `${found}; at the end ${ends.join(', ')} ` +
      `(${formatted(world.history.length)} writes recorded, seed ${String(seed)}, ${seconds.toFixed(0)} s)`,
  );
}

describe('many people at once', () => {
  for (const [what, mode] of modes) {
    it(`overwrite no lock and delete no lock that is not meant, in ${what}`, async function () {
      this.timeout(600_000);
      const seed = Number(process.env['STRESS_SEED'] ?? Date.now() % 2 ** 31);
      const world = await StressWorld.start(mode, randomOf(seed));
      try {
        const started = performance.now();
        await world.run(operations);
        const seconds = (performance.now() - started) / 1000;
        const { overwritten, foreignDeleted, unexplained } = await world.violations();

        const judge = new TestEditor('JUDGE', world.statesOf('JUDGE'));
        const locks = await world.locksAtEnd();
        const ends: string[] = [];
        const wrong: string[] = [];
        for (const state of judge.states) {
          const truth = truthOf(state, locks);
          ends.push(truth);
          // Everybody who looks is told the truth: a half pair as half, two holders as two.
          for (const editor of [judge, ...world.actors.map((actor) => actor.editor)]) {
            const own = editor.states.find(({ path }) => path === state.path);
            assert.ok(own);
            const { kind } = await editor.status(own);
            const told = kind === 'mine' ? 'held' : kind;
            if (told !== truth)
              wrong.push(`${editor.name}: ${state.path} is ${truth}, not ${told}`);
          }
        }
        const found =
          `${String(overwritten.length)} overwritten, ` +
          `${String(foreignDeleted.length)} foreign deleted, ${String(wrong.length)} told wrong`;
        report(world, seed, seconds, ends, found);
        assert.deepEqual(
          { overwritten, foreignDeleted, unexplained, wrong },
          { overwritten: [], foreignDeleted: [], unexplained: [], wrong: [] },
        );
        assert.equal(world.done, operations);
        // Each attempt has its outcome in the audit, and each write was sent once at most.
        const entries = world.actors.flatMap(({ editor }) => editor.audit.entries);
        const attempts = entries.filter(({ outcome }) => outcome === 'attempt').length;
        assert.equal(entries.length, 2 * attempts);
        assert.ok(world.history.length <= attempts);
        for (const name of [
          'acquire done',
          'release done',
          'forceUnlock done',
          'acquire held',
          'forceUnlock gone',
          'acquire uncertain',
          ...(mode.file && mode.table ? ['forceUnlock partial'] : ['forceUnlock changed']),
        ]) {
          assert.ok(world.count(name) > 0, `nothing of "${name}" happened`);
        }

        // The safe way out works from wherever it ended.
        world.db.reset();
        world.s3.reset();
        for (const state of judge.states) {
          for (const group of byHolder(locksOf(judge.shown(state)))) {
            const result = await judge.service.forceUnlock(state, group, noSignal);
            assert.equal(result.kind, 'done');
          }
          assert.equal((await judge.status(state)).kind, 'free');
        }
      } finally {
        await world.stop();
      }
    });
  }
});
