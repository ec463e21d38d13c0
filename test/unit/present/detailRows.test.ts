import assert from 'node:assert/strict';
import type { StateView } from '../../../src/core/lockBoard';
import type { StateRef } from '../../../src/core/stateRef';
import { detailRows } from '../../../src/present/detailRows';
import { stateRows } from '../../../src/present/locksView';
import {
  allProblems,
  freeStatus,
  hostileTexts,
  locked,
  now,
  sampleLock,
  sampleModule,
  samplePlace,
  sampleState,
  statusesWith,
  unknown,
  unreadableLock,
  unresolvedView,
  viewOf,
} from '../../support/samples';

const listed = (view: StateView): [string, string][] =>
  detailRows(view, now).map((row) => [row.label, row.description]);

function allIds(views: readonly StateView[]): string[] {
  return [...stateRows(views, now), ...views.flatMap((view) => detailRows(view, now))].map(
    ({ id }) => id,
  );
}

describe('the details of a state', () => {
  const place: [string, string][] = [
    ['Table', 'tf-locks'],
    ['LockID', 'bucket/network.tfstate'],
    ['Bucket', 'bucket'],
    ['Key', 'network.tfstate'],
    ['Workspace', 'default'],
    ['Region', 'eu-west-1'],
    ['Used in', 'network'],
  ];

  it('are the whole record, then where it is', () => {
    const lock = sampleLock({ info: 'moving the network' });
    assert.deepEqual(listed(viewOf(locked('held', lock))), [
      ['ID', 'a7d40559-1145-efc8-e155-9d1a71046434'],
      ['Who', 'alice@build-07'],
      ['Operation', 'OperationTypeApply'],
      ['Version', '1.11.4'],
      ['Created', '2026-03-01T11:48:00Z (12m)'],
      ['Info', 'moving the network'],
      ...place,
    ]);
  });

  it('say what is empty, and keep the age of a lock without a time', () => {
    const lock = sampleLock({ info: ' ', created: '', version: '' });
    const rows = new Map(
      listed(viewOf(locked('held', lock), sampleState(), { unchangedSince: now - 60_000 })),
    );
    assert.equal(rows.get('Info'), '(empty)');
    assert.equal(rows.get('Version'), '(empty)');
    assert.equal(rows.get('Created'), 'not told (at least 1m)');
  });

  it('let no long time hide the age', () => {
    const lock = sampleLock({ created: `2026-03-01T11:59:59Z (1s)${'x'.repeat(400)}` });
    const created = new Map(listed(viewOf(locked('held', lock)))).get('Created');
    assert.match(created ?? '', /… \(age unknown\)$/);
  });

  it('are only the place where there is no lock', () => {
    assert.deepEqual(listed(viewOf(freeStatus)), place);
  });

  it('begin with the cause and the next step of an unknown status', () => {
    const rows = listed(viewOf(unknown({ reason: 'signedOut' }, locked('held'))));
    assert.deepEqual(
      rows.slice(0, 3).map(([name]) => name),
      ['Unknown because', 'Next step', 'ID'],
    );
    assert.equal(listed(viewOf(unknown({ reason: 'notReady' })))[0]?.[0], 'Table');
    assert.match(listed(unresolvedView())[0]?.[1] ?? '', /key = var\.key/);
  });

  it('say why a record is not readable', () => {
    for (const problem of allProblems) {
      const rows = listed(viewOf(locked('held', unreadableLock(problem, 'x'))));
      assert.ok(rows.some(([name, value]) => name === 'Record' && value.endsWith('.')));
    }
  });

  it('name every module that uses the state, and one that does not parse', () => {
    const state = sampleState();
    const one = sampleModule('file:///w/a', state);
    const two = {
      ...sampleModule('file:///w/b', state),
      block: { ...one.block, parse: 'lastGood' as const },
    };
    const rows = new Map(listed(viewOf(freeStatus, state, { modules: [one, two, one] })));
    assert.equal(rows.get('Used in'), 'a, b');
    assert.match(rows.get('Backend block') ?? '', /does not parse/);
  });

  it('mark the row of the ID, and no other, for copying', () => {
    const rows = detailRows(viewOf(locked('held')), now);
    assert.deepEqual(
      rows.filter((row) => row.contextValue === 'detail lockId').map((row) => row.label),
      ['ID'],
    );
    assert.ok(rows.every((row) => /^detail(?: lockId)?$/.test(row.contextValue)));
    assert.ok(rows.every((row) => !row.expandable));
  });

  it('show hostile text as it is', () => {
    for (const text of hostileTexts) {
      const lock = sampleLock({ who: text, info: text, id: text, created: text, version: text });
      for (const row of detailRows(viewOf(locked('held', lock), sampleState(`k${text}`)), now)) {
        for (const shown of [row.label, row.description, row.tooltip, row.accessibleLabel]) {
          assert.doesNotMatch(shown, /\$\([a-z0-9-]+(~[a-z]+)?\)|\]\(|[\u202e\u0000\n]/i);
          assert.ok(Array.from(shown).length < 400);
        }
        assert.equal(row.accessibleLabel, `${row.label}: ${row.description}`);
      }
    }
  });
});

describe('the ids of rows', () => {
  it('are the same after each read', () => {
    const ids = detailRows(viewOf(locked('held')), now).map(({ id }) => id);
    const later = detailRows(viewOf(locked('stale', sampleLock({ info: 'other' }))), now + 9000);
    assert.deepEqual(
      later.map(({ id }) => id),
      ids,
    );
  });

  it('are unique over the whole tree, whatever the statuses', () => {
    const views = statusesWith().map((status, index) =>
      viewOf(status, sampleState('same.tfstate', `bucket-${String(index)}`)),
    );
    const ids = allIds([...views, unresolvedView('file:///w/a'), unresolvedView('file:///w/b')]);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('are unique where a state has two places, both of them locked', () => {
    const places = [samplePlace('bucket/a', 'tf-locks'), samplePlace('bucket/a', 'old-locks')];
    const state: StateRef = { ...sampleState('a'), places };
    const [one, two] = places.map((place) => sampleLock({}, place));
    assert.ok(one && two);
    const ids = allIds([viewOf({ kind: 'held', at: now, locks: [one, two] }, state)]);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('are unique where one key imitates the details of another', () => {
    const plainKey = viewOf(locked('held'), sampleState('a'));
    const detailIds = detailRows(plainKey, now).map(({ id }) => id);
    const imitations = detailIds.map((id) => {
      const [, key = ''] = id.split('|bucket/');
      return viewOf(freeStatus, sampleState(key));
    });
    const others = imitations.filter((view) => view.id !== plainKey.id);
    const ids = allIds([plainKey, ...new Map(others.map((view) => [view.id, view])).values()]);
    assert.equal(new Set(ids).size, ids.length);
  });
});
