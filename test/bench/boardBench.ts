import { LockBoard } from '../../src/core/lockBoard';
import { encodeLockInfo, formatCreated } from '../../src/core/lockInfo';
import { stateRows } from '../../src/present/locksView';
import { aggregateStatusBar } from '../../src/present/statusBarView';
import { recordOfText } from '../../src/backends/s3/dynamoDbRecord';
import { sampleLock } from '../support/sampleWorkspace';
import { sampleModule, sampleState } from '../support/samples';

const clock = { now: () => Date.now(), after: () => ({ dispose: () => undefined }) };

/** What one round of readings costs the extension host's thread, for a platform group's workspace. */
export function benchBoard(states: number): string {
  const board = new LockBoard(clock, {
    freshForMs: 60_000,
    staleAfterMs: () => 3_600_000,
    isMine: () => false,
  });
  const modules = Array.from({ length: states }, (_each, index) =>
    sampleModule(`file:///w/module-${String(index)}`, sampleState(`module-${String(index)}`)),
  );
  const times: Record<string, number[]> = {
    modules: [],
    readings: [],
    views: [],
    rows: [],
    bar: [],
  };
  const measure = <T>(what: string, task: () => T): T => {
    const start = performance.now();
    const result = task();
    times[what]?.push(performance.now() - start);
    return result;
  };
  for (let round = 0; round < 7; round++) {
    measure('modules', () => board.setModules(modules));
    const answers = board.places().map((place, index) => {
      const created = formatCreated(Date.now() - index * 1000);
      const raw = encodeLockInfo(sampleLock('x', { created }));
      const at = Date.now();
      const held = { ok: true, at, record: recordOfText(raw) } as const;
      return { place, reading: index % 4 === 0 ? held : ({ ok: true, at } as const) };
    });
    measure('readings', () => board.record(answers));
    const views = measure('views', () => board.views());
    measure('rows', () => stateRows(views, Date.now()));
    measure('bar', () => aggregateStatusBar(views));
  }
  const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[3] ?? NaN;
  const text = Object.entries(times).map(([what, list]) => `${what} ${median(list).toFixed(1)} ms`);
  return `  ${states.toLocaleString('en')} states, a quarter locked: ${text.join(', ')}`;
}
