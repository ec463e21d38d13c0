import assert from 'node:assert/strict';
import type { StateView } from '../../../src/core/lockBoard';
import { leftoversOf, locksOf } from '../../../src/core/lockStatus';
import { resultView } from '../../../src/present/actionView';
import {
  acquireConfirm,
  cleanUpConfirm,
  forceUnlockConfirm,
  lockInfoJson,
} from '../../../src/present/confirmView';
import { hoverMarkdown } from '../../../src/present/hoverView';
import { detailRows } from '../../../src/present/detailRows';
import { stateRows } from '../../../src/present/locksView';
import { decorationOf } from '../../../src/present/decorationView';
import { holdNotice, ownLockNotice, waitWords } from '../../../src/present/noticeView';
import {
  aggregateStatusBar,
  codeLensTitle,
  stateStatusBar,
} from '../../../src/present/statusBarView';
import { statusReport } from '../../../src/present/statusReport';
import { commands } from '../../../src/ui/contributions';
import {
  hostileTexts,
  now,
  sampleLock,
  sampleState,
  secret,
  statusesWith,
  viewOf,
} from '../../support/samples';

/** Everything that anybody can see of a view. */
function everythingShown(view: StateView): string {
  const { state } = view;
  assert.ok(state);
  const locks = locksOf(view.status);
  return JSON.stringify([
    stateStatusBar(view, now),
    aggregateStatusBar([view]),
    codeLensTitle(view, now),
    decorationOf(view, now),
    statusReport([view], '', now),
    waitWords(view, now),
    ...(['forgotten', 'old', 'dueSoon', 'due', 'broken'] as const).map((kind) =>
      ownLockNotice(
        { kind, state, locks, found: locks, own: { lockId: 'x', path: 'x', takenAt: '' } },
        now,
      ),
    ),
    stateRows([view, { ...view, id: 'twin' }], now),
    detailRows(view, now),
    hoverMarkdown(view, commands, now),
    cleanUpConfirm(state, leftoversOf(view.status), now),
    ...(['atRisk', 'lost', 'safe'] as const).flatMap((kind) =>
      locks.map((lock) => holdNotice({ kind, state, lock, safeUntil: now }, now)),
    ),
    acquireConfirm(state, [], 'alice@build-07', 'reason'),
    ...locks.flatMap((lock) => [
      forceUnlockConfirm(state, [lock], 'alice@build-07', now),
      resultView('acquire', state, { kind: 'held', holder: lock }, now),
      resultView('forceUnlock', state, { kind: 'changed', holder: lock }, now),
      lockInfoJson(lock),
    ]),
  ]);
}

describe('the configuration of a lock place', () => {
  it('holds a secret in these samples', () => {
    assert.ok(JSON.stringify(sampleState().places).includes(secret));
    assert.ok(JSON.stringify(sampleLock().place).includes(secret));
  });

  it('is never shown, whatever the status, the record and the key', () => {
    let views = 0;
    for (const text of hostileTexts) {
      const info = { who: text, operation: text, info: text, id: text, created: text };
      for (const status of statusesWith(sampleLock(info))) {
        const shown = everythingShown(viewOf(status, sampleState(`k${text}`)));
        assert.ok(!shown.includes(secret));
        assert.ok(!/secretAccessKey|staticKeys/.test(shown));
        views += 1;
      }
    }
    assert.ok(views > 400);
  });
});
