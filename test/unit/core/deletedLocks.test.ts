import assert from 'node:assert/strict';
import type { AuditEntry } from '../../../src/core/audit';
import { deletedLocks, locksToRestore } from '../../../src/core/deletedLocks';
import type { Dossier } from '../../../src/core/dossier';
import { only, placeOf, recordOf, stateOf } from '../../support/fakes';

const state = stateOf('a', [placeOf('file'), placeOf('table')]);
const { raw, info } = recordOf();
let attempts = 0;

const dossier = (restorable: boolean): Dossier => ({
  summary: 'cannotBeTold',
  evidence: [],
  backup: { kind: 'nothing' },
  messageCopied: false,
  confirmedAlive: false,
  confirmedBy: 'me@here',
  restorable,
});

/** Both lines of one attempt at one place. */
function entries(place: string, parts: Partial<AuditEntry> = {}): AuditEntry[] {
  const both = {
    at: '2026-03-01T12:00:00Z',
    attempt: `attempt-${String(++attempts)}`,
    action: 'forceUnlock',
    by: 'me@here',
    state: state.path,
    workspace: state.workspace,
    place: `place ${place}`,
    lockId: info.id,
    record: raw,
  } as const;
  const { dossier: kept = dossier(true), ...rest } = parts;
  return [
    { ...both, ...rest, outcome: 'attempt', dossier: kept },
    { ...both, outcome: 'done', ...rest },
  ];
}

const textOf = (...lists: AuditEntry[][]): string =>
  lists
    .flat()
    .map((entry) => `${JSON.stringify(entry)}\n`)
    .join('');

describe('locks that a force unlock deleted', () => {
  it('are found with the records of all their places, byte for byte', () => {
    const deleted = only(deletedLocks(textOf(entries('file'), entries('table'))));
    assert.deepEqual([deleted.lockId, deleted.by, deleted.info], [info.id, 'me@here', info]);
    const locks = locksToRestore(deleted, state) ?? [];
    assert.deepEqual(
      locks.map(({ place, record }) => [place.id, record.raw]),
      [
        ['file', raw],
        ['table', raw],
      ],
    );
  });

  it('are listed newest first', () => {
    const text = textOf(
      entries('file', { lockId: 'first' }),
      entries('file', { lockId: 'second' }),
    );
    assert.deepEqual(
      deletedLocks(text).map(({ lockId }) => lockId),
      ['second', 'first'],
    );
  });

  it('are those that were removed or may have been, and no others', () => {
    for (const outcome of ['attempt', 'refused', 'failed'] as const) {
      assert.deepEqual(deletedLocks(textOf(entries('file', { outcome }))), [], outcome);
    }
    assert.equal(deletedLocks(textOf(entries('file', { outcome: 'uncertain' }))).length, 1);
    for (const action of ['acquire', 'release', 'cleanUp'] as const) {
      assert.deepEqual(deletedLocks(textOf(entries('file', { action }))), [], action);
    }
  });

  it('are gone from the list once they are put back, and there again once they are removed again', () => {
    const put = entries('file', { action: 'restore' });
    assert.deepEqual(deletedLocks(textOf(entries('file'), put)), []);
    assert.equal(deletedLocks(textOf(entries('file'), put, entries('file'))).length, 1);
    const refused = entries('file', { action: 'restore', outcome: 'refused' });
    assert.equal(deletedLocks(textOf(entries('file'), refused)).length, 1);
  });

  it('are left out where the audit file does not hold what was stored', () => {
    const unfit = entries('file', { dossier: dossier(false) });
    assert.deepEqual(deletedLocks(textOf(unfit)), []);
    assert.deepEqual(deletedLocks(textOf(entries('file', { record: 'not JSON' }))), []);
  });

  it('are found beside lines that are cut, empty or somebody else’s', () => {
    const rubbish = '{"action":"forceUnl\n\nnull\n[]\n{"outcome":"done"}\n7\n';
    const text = `${rubbish}${textOf(entries('file'))}{"at":"2026`;
    assert.equal(deletedLocks(text).length, 1);
  });

  it('are put back only at the same state, and only where each of its places is still there', () => {
    const deleted = only(deletedLocks(textOf(entries('file'), entries('table'))));
    assert.equal(locksToRestore(deleted, stateOf('b', state.places)), undefined);
    assert.equal(locksToRestore(deleted, { ...state, workspace: 'dev' }), undefined);
    assert.equal(locksToRestore(deleted, stateOf('a', [placeOf('file')])), undefined);
  });
});
