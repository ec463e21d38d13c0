import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LockBoard } from '../../../src/core/lockBoard';
import type { LockPlace, LockReading } from '../../../src/core/lockPlace';
import { FakeClock, failed, free, held, placeOf, recordOf, stateOf } from '../../support/fakes';

const freshForMs = 40_000;

type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'setBack'; readonly ms: number }
  | { readonly kind: 'allFree' }
  | { readonly kind: 'free' | 'held' | 'failed'; readonly place: number };

const steps = fc.array(
  fc.oneof(
    fc.constant({ kind: 'allFree' as const }),
    fc.record({ kind: fc.constantFrom('wait' as const), ms: fc.nat(60_000) }),
    fc.record({ kind: fc.constantFrom('setBack' as const), ms: fc.nat(500_000) }),
    fc.record({
      kind: fc.constantFrom('free' as const, 'free' as const, 'held' as const, 'failed' as const),
      place: fc.nat(2),
    }),
  ),
  { maxLength: 40 },
);

function readingOf(kind: 'free' | 'held' | 'failed', at: number): LockReading {
  return kind === 'free' ? free(at) : kind === 'held' ? held(at, recordOf()) : failed(at);
}

/** Plays the steps and checks the rule after each of them. Returns whether "free" was ever shown. */
function play(sequence: readonly Step[], places: readonly LockPlace[]): boolean {
  const clock = new FakeClock();
  const board = new LockBoard(clock, {
    freshForMs,
    staleAfterMs: () => 3_600_000,
    isMine: () => false,
  });
  const state = stateOf('a', places);
  const block = {
    type: 's3',
    range: { start: 0, end: 0 },
    attributes: [],
    parse: 'current',
  } as const;
  board.setModules([{ dir: 'd', file: 'f', block, resolution: { kind: 'state', state } }]);
  const latest = new Map<LockPlace, LockReading>();
  let wasFree = false;
  for (const step of sequence) {
    if (step.kind === 'wait' || step.kind === 'setBack') {
      clock.set(clock.now() + (step.kind === 'wait' ? step.ms : -step.ms));
    } else {
      const kind = step.kind === 'allFree' ? 'free' : step.kind;
      const read = places.filter((_, index) => step.kind === 'allFree' || index === step.place);
      const answers = read.map((place) => ({ place, reading: readingOf(kind, clock.now()) }));
      board.record(answers);
      answers.forEach(({ place, reading }) => latest.set(place, reading));
    }
    const shown = board.view('a')?.status;
    assert.ok(shown);
    if (shown.kind !== 'free') continue;
    wasFree = true;
    for (const place of places) {
      const reading = latest.get(place);
      assert.ok(reading?.ok && reading.record === undefined, 'shown as free without an absence');
      assert.ok(clock.now() - reading.at <= freshForMs, 'shown as free by an old reading');
    }
  }
  board.dispose();
  return wasFree;
}

describe('whatever is read, in whatever order', () => {
  for (const count of [1, 2, 3]) {
    const places = Array.from({ length: count }, (_, index) => placeOf(`place ${String(index)}`));

    it(`a state of ${String(count)} place(s) is free only by a fresh absence at each of them`, () => {
      let timesFree = 0;
      fc.assert(
        fc.property(steps, (sequence) => {
          timesFree += play(sequence, places) ? 1 : 0;
        }),
        { numRuns: 2000 },
      );
      assert.ok(timesFree > 50, `the rule was hardly exercised: ${String(timesFree)} times`);
    });
  }
});
