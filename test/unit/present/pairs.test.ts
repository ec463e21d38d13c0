import assert from 'node:assert/strict';
import type { ActionResult } from '../../../src/core/actionResults';
import type { LockStatus } from '../../../src/core/lockStatus';
import { resultView } from '../../../src/present/actionView';
import { forceUnlockConfirm, unconditionalConfirm } from '../../../src/present/confirmView';
import { hoverMarkdown } from '../../../src/present/hoverView';
import { detailRows } from '../../../src/present/detailRows';
import { lockedCount, stateRows } from '../../../src/present/locksView';
import { aggregateStatusBar, stateStatusBar } from '../../../src/present/statusBarView';
import { commands } from '../../../src/ui/contributions';
import {
  conflict,
  half,
  locked,
  noLockError,
  now,
  sampleLock,
  samplePlace,
  sampleState,
  viewOf,
} from '../../support/samples';

const state = {
  ...sampleState(),
  places: [samplePlace('bucket/network.tfstate'), samplePlace('x', 'other-locks')],
};
const seen: LockStatus = {
  kind: 'unknown',
  error: noLockError,
  last: locked('held'),
  seen: [sampleLock()],
};

const statuses: readonly (readonly [string, LockStatus, RegExp, string])[] = [
  ['a half', half(), /half-released/i, 'canForceUnlock canWait'],
  ['a half of mine', half(sampleLock(), true), /half-released/i, 'canRelease'],
  ['two holders', conflict(), /twice/i, 'canForceUnlock canWait'],
  ['me and another', conflict(sampleLock(), true), /twice/i, 'canRelease canForceUnlock'],
  ['a lock beside an unknown one', seen, /unknown/i, 'canForceUnlock canWait'],
];

describe('a state with two locks', () => {
  for (const [what, status, words, actions] of statuses) {
    it(`says everywhere that there is ${what}, and offers what applies`, () => {
      const view = viewOf(status, state);
      const [row] = stateRows([view], now);
      assert.ok(row);
      const bar = stateStatusBar(view, now);
      for (const shown of [
        row.description,
        row.accessibleLabel,
        bar.text,
        bar.accessibleLabel,
        hoverMarkdown(view, commands, now),
      ]) {
        assert.match(shown, words);
        assert.doesNotMatch(shown, /\bfree\b/);
      }
      assert.deepEqual(row.contextValue.match(/can\w+/g), actions.split(' '));
      assert.equal(lockedCount([view]), 1);
      assert.doesNotMatch(aggregateStatusBar([view])?.text ?? '', /unlock\)/);
    });
  }

  it('says in its details which half is missing, and what to do', () => {
    const rows = new Map(
      detailRows(viewOf(half(), state), now).map((row) => [row.label, row.description]),
    );
    assert.equal(rows.get('Missing in'), 'DynamoDB table other-locks in eu-west-1');
    assert.equal(rows.get('Held in'), 'DynamoDB table tf-locks in eu-west-1');
    assert.match(rows.get('What to do') ?? '', /force unlock the half that is left/);
  });

  it('shows each record with its place before both are broken', () => {
    const other = sampleLock({ who: 'bob@laptop' }, samplePlace('x', 'other-locks'));
    const { detail } = forceUnlockConfirm(state, [sampleLock(), other], 'me@here', now);
    for (const part of ['alice@build-07', 'bob@laptop', 'Held in: DynamoDB table other-locks']) {
      assert.ok(detail.includes(part), part);
    }
    assert.match(detail, /Each of the locks is removed only if/);
  });

  it('says of each place what became of it when an action was done only in part', () => {
    const [one, two] = state.places;
    assert.ok(one && two);
    const result: ActionResult = {
      kind: 'partial',
      places: [
        { place: one, result: { kind: 'done', lockId: 'x' } },
        { place: two, result: { kind: 'failed', error: { reason: 'denied' } } },
      ],
    };
    const removed = resultView('forceUnlock', state, result, now);
    assert.equal(removed.severity, 'error');
    assert.match(removed.message, /partly done/);
    assert.match(
      removed.message,
      /tf-locks in eu-west-1: removed\. .*other-locks.*: .*not allowed/,
    );
    const taken = resultView('acquire', state, result, now);
    assert.match(taken.message, /tf-locks in eu-west-1: taken by you, and could not be given back/);
  });
});

describe('the question before a delete without a guard', () => {
  it('is put in other words than the usual one, and says what can happen', () => {
    const error = { reason: 'unsafeStore', place: 'bucket b', detail: 'it overwrites' } as const;
    const { message, detail } = unconditionalConfirm(state, error);
    assert.equal(message, 'Delete the lock of network.tfstate without a guard?');
    assert.match(detail, /it overwrites/);
    assert.match(detail, /their lock is deleted instead/);
    assert.match(detail, /Nothing has been deleted so far\.$/);
  });
});
