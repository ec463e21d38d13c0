import assert from 'node:assert/strict';
import type { AuditEntry } from '../../../src/core/audit';
import type { HistoryEvent } from '../../../src/core/holdHistory';
import { HoldRecorder, watchGapMs } from '../../../src/core/holdRecorder';
import { LockBoard } from '../../../src/core/lockBoard';
import type { LockReading } from '../../../src/core/lockPlace';
import { FakeClock, free, held, placeOf, recordOf, stateOf } from '../../support/fakes';
import { sampleModule } from '../../support/samples';

const place = placeOf('a');
const path = 'bucket/a.tfstate';

describe('the recorder of holds', () => {
  let clock: FakeClock;
  let board: LockBoard;
  let recorder: HoldRecorder;
  let events: HistoryEvent[];
  let isEnabled: boolean;

  beforeEach(() => {
    clock = new FakeClock();
    const rules = { freshForMs: 40_000, staleAfterMs: () => 3_600_000, isMine: () => false };
    board = new LockBoard(clock, rules);
    events = [];
    isEnabled = true;
    recorder = new HoldRecorder({
      clock,
      board,
      history: { append: (more) => events.push(...more) },
      isEnabled: () => isEnabled,
      gapMs: () => 130_000,
    });
    board.setModules([sampleModule('file:///a', stateOf('a', [place]))]);
  });
  afterEach(() => {
    recorder.dispose();
    board.dispose();
  });

  const answer = (reading: LockReading): void => board.record([{ place, reading }]);
  const ends = (): readonly unknown[] =>
    events.flatMap((event) =>
      event.kind === 'hold' && event.hold.end !== undefined ? [event.hold.end] : [],
    );
  const record = recordOf({ id: 'x' });
  const entry = (parts: Partial<AuditEntry>): AuditEntry => ({
    at: '2026-03-01T12:00:00Z',
    attempt: '1',
    action: 'forceUnlock',
    outcome: 'attempt',
    by: 'bob@laptop',
    state: path,
    workspace: 'default',
    place: place.label,
    lockId: 'x',
    record: record.raw,
    ...parts,
  });
  const audited = (...entries: readonly Partial<AuditEntry>[]): Promise<unknown> => {
    const audit = recorder.listenTo({ append: () => Promise.resolve() });
    return Promise.all(entries.map((parts) => audit.append(entry(parts))));
  };

  it('writes down what the board shows', async () => {
    answer(free(clock.now()));
    await clock.advance(15_000);
    answer(held(clock.now(), record));
    await clock.advance(15_000);
    answer(free(clock.now()));
    assert.deepEqual(ends(), ['released']);
  });

  it('writes down nothing while it is off, and knows nothing of before afterwards', async () => {
    answer(held(clock.now(), record));
    assert.equal(events.length, 1);
    isEnabled = false;
    await clock.advance(15_000);
    answer(free(clock.now()));
    recorder.noteRefusal({ at: 0, path, source: 'acquire', lockId: '', holder: '' });
    assert.equal(events.length, 1);
    isEnabled = true;
    await clock.advance(15_000);
    answer(free(clock.now()));
    assert.deepEqual(ends(), []);
  });

  it('says who ended a lock, even if it is seen gone before the outcome is written', async () => {
    answer(held(clock.now(), record));
    await audited({ outcome: 'attempt' });
    await clock.advance(1_000);
    answer(free(clock.now()));
    await audited({ outcome: 'done' });
    assert.deepEqual(ends(), ['brokenHere']);
  });

  for (const outcome of ['refused', 'failed'] as const) {
    it(`does not say so where the attempt was ${outcome}`, async () => {
      answer(held(clock.now(), record));
      await audited({ outcome: 'attempt' }, { outcome });
      await clock.advance(1_000);
      answer(free(clock.now()));
      assert.deepEqual(ends(), ['released']);
    });
  }

  it('notes who was in the way of an acquire, and hands every line on to the audit', async () => {
    await audited({ action: 'acquire', outcome: 'refused', found: record.raw });
    assert.deepEqual(events, [
      {
        kind: 'refusal',
        refusal: {
          at: clock.now(),
          path,
          source: 'acquire',
          lockId: 'x',
          holder: 'alice@build-07',
        },
      },
    ]);
    const failing = recorder.listenTo({ append: () => Promise.reject(new Error('full')) });
    await assert.rejects(failing.append(entry({})), /full/);
  });

  it('notes a refusal in a terminal under the state that is on the board', () => {
    answer(held(clock.now(), record));
    events.length = 0;
    recorder.noteTerminal({ lockId: 'x', path: 'as its holder wrote it' });
    recorder.noteTerminal({ lockId: 'y', path: 'elsewhere/b.tfstate' });
    recorder.noteTerminal({ lockId: 'z', path: '' });
    assert.deepEqual(
      events.map((event) =>
        event.kind === 'refusal' ? [event.refusal.path, event.refusal.holder] : [],
      ),
      [
        [path, 'alice@build-07'],
        ['elsewhere/b.tfstate', ''],
      ],
    );
  });

  it('notes where things stand every ten minutes, and when the window closes', async () => {
    answer(held(clock.now(), record));
    for (let minutes = 0; minutes < 11; minutes++) {
      await clock.advance(60_000);
      answer(held(clock.now(), record));
    }
    const spans = (): number => events.filter(({ kind }) => kind === 'watched').length;
    assert.equal(spans(), 1);
    recorder.dispose();
    assert.equal(spans(), 2);
    const last = events.findLast(({ kind }) => kind === 'hold');
    assert.ok(last?.kind === 'hold');
    assert.equal(last.hold.lastSeenAt, clock.now());
  });

  it('calls it a gap when two slow rounds have passed', () => {
    const settings = { intervalMs: 15_000, unfocusedIntervalMs: 60_000, requestTimeoutMs: 10_000 };
    assert.equal(watchGapMs(settings), 130_000);
    assert.equal(watchGapMs({ ...settings, unfocusedIntervalMs: 0 }), 40_000);
  });
});
