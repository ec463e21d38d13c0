import assert from 'node:assert/strict';
import { EvidenceDesk } from '../../../src/core/evidenceDesk';
import { evidenceSubject, evidenceSubjects } from '../../../src/core/evidenceSubject';
import type { ProcessSearch } from '../../../src/core/processSearch';
import type { StateInfo } from '../../../src/core/stateBackup';
import { verificationOf } from '../../../src/core/verification';
import { FakeClock, failed, free, held, only, placeOf, recordOf } from '../../support/fakes';
import {
  conflict,
  locked,
  now,
  sampleLock,
  statusesWith,
  unresolvedView,
  viewOf,
} from '../../support/samples';

const noSignal = new AbortController().signal;
const me = 'alice@build-07';

function deskOf(state: StateInfo, processes: Partial<ProcessSearch> = {}) {
  const asked = { directories: [] as (readonly string[])[], states: [] as string[] };
  const desk = new EvidenceDesk({
    clock: new FakeClock(now),
    who: me,
    requestTimeoutMs: () => 1000,
    usual: () => ({ ms: 3_600_000, from: 'setting' }),
    processes: {
      search: (directories) => {
        asked.directories.push(directories);
        const search = { kind: 'searched', at: now, here: [], elsewhere: 0, ...processes };
        return Promise.resolve(search as ProcessSearch);
      },
    },
    reader: {
      readStateInfo: ({ key }, { userStarted }) => {
        assert.ok(userStarted);
        asked.states.push(key);
        return Promise.resolve(state);
      },
    },
  });
  return { desk, asked };
}

const found: StateInfo = { kind: 'found', at: now, writtenAt: now - 1000 };
const view = viewOf(locked('held'));
const subject = evidenceSubject(view, [sampleLock()], ['/w/network']);
assert.ok(subject);

describe('the evidence desk', () => {
  it('looks at nothing by itself, and tells what is known anyway', () => {
    const { desk, asked } = deskOf(found);
    const kinds = desk.of(subject).map(({ finding }) => finding.kind);
    assert.deepEqual(kinds, ['age']);
    assert.deepEqual([asked.directories, asked.states], [[], []]);
  });

  it('looks where the modules are and at the state, when asked, and tells whoever shows it', async () => {
    const { desk, asked } = deskOf(found, { here: [4711] });
    let changes = 0;
    desk.onDidChange(() => (changes += 1));
    assert.equal(await desk.gather(subject, noSignal), found);
    assert.deepEqual(asked, { directories: [['/w/network']], states: ['network.tfstate'] });
    const evidence = desk.of(subject);
    assert.deepEqual(
      evidence.map(({ finding, points }) => [finding.kind, points]),
      [
        ['process', 'alive'],
        ['state', 'alive'],
        ['age', 'alive'],
      ],
    );
    assert.equal(changes, 1);
  });

  it('forgets what it found once the record is another', async () => {
    const { desk } = deskOf(found, { here: [4711] });
    await desk.gather(subject, noSignal);
    const next = { ...subject, locks: [sampleLock({ id: 'next' })] } as const;
    assert.deepEqual(
      desk.of(next).map(({ finding }) => finding.kind),
      ['age'],
    );
  });

  it('keeps what was found of two holders of one state apart', async () => {
    const { desk } = deskOf(found);
    const [one, two] = evidenceSubjects(viewOf(conflict()), []);
    assert.ok(one && two);
    await desk.gather(one, noSignal);
    await desk.gather(two, noSignal);
    for (const each of [one, two]) {
      assert.ok(
        desk.of(each).some(({ finding }) => finding.kind === 'state'),
        each.locks[0].record.info.id,
      );
    }
  });

  it('has no line about a state that cannot be read at its backend', async () => {
    const error = { reason: 'unsupported', detail: 'reading states' } as const;
    const { desk } = deskOf({ kind: 'failed', at: now, error });
    await desk.gather(subject, noSignal);
    const kinds = desk.of(subject).map(({ finding }) => finding.kind);
    assert.ok(!kinds.includes('state') && !kinds.includes('stateUnknown'), kinds.join());
  });

  it('says once what the two locks of one run have in common', () => {
    const { desk } = deskOf(found);
    const twice = { ...subject, locks: [sampleLock(), sampleLock({}, placeOf('file'))] } as const;
    assert.equal(desk.of(twice).filter(({ finding }) => finding.kind === 'age').length, 1);
  });
});

describe('the subjects of evidence', () => {
  it('are the other holders of a state, each with what is known of time', () => {
    const skewed = viewOf(locked('held'), undefined, { skewMs: 7000, unchangedSince: now - 5 });
    const { readAt, skewMs, unchangedSince } = only(evidenceSubjects(skewed, []));
    assert.deepEqual([readAt, skewMs, unchangedSince], [now - 5000, 7000, now - 5]);
    assert.equal(evidenceSubjects(viewOf(conflict()), []).length, 2);
  });

  it('are never own locks, nor anything of a block without a state', () => {
    for (const status of statusesWith()) {
      const count = evidenceSubjects(viewOf(status), []).length;
      if (status.kind === 'mine' || status.kind === 'free') assert.equal(count, 0, status.kind);
      if (status.kind === 'held' || status.kind === 'stale') assert.equal(count, 1, status.kind);
    }
    assert.deepEqual(evidenceSubjects(unresolvedView(), []), []);
  });
});

describe('a read after a delete', () => {
  const places = [placeOf('file'), placeOf('table')];

  it('is free only where every place was read and none holds a lock', () => {
    assert.deepEqual(verificationOf(places, [free(1), free(1)]), { kind: 'free' });
    for (const readings of [[], [free(1)], [free(1), failed(1)], [failed(1), free(1)]]) {
      assert.equal(verificationOf(places, readings).kind, 'unknown');
    }
  });

  it('names whoever is seen, though another place could not be read', () => {
    const record = recordOf({ who: 'bob@laptop' });
    const found = verificationOf(places, [failed(1), held(1, record)]);
    assert.ok(found.kind === 'held' && found.holder.record === record);
  });
});
