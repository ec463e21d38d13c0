import assert from 'node:assert/strict';
import type { AuditAction } from '../../../src/core/audit';
import type { ActionResult } from '../../../src/core/actionResults';
import { resultView } from '../../../src/present/actionView';
import { acquireConfirm, forceUnlockConfirm, lockInfoJson } from '../../../src/present/confirmView';
import {
  allProblems,
  allReasons,
  hostileTexts,
  now,
  sampleLock,
  sampleState,
  unreadableLock,
} from '../../support/samples';

const me = 'alice@build-07';
const state = sampleState();
const actions: readonly AuditAction[] = ['acquire', 'release', 'forceUnlock'];

describe('the question before a lock is acquired', () => {
  it('shows state, place, identity and reason', () => {
    const identity = [{ label: 'Account', value: '123456789012' }];
    const { message, detail } = acquireConfirm(state, identity, me, 'moving the network');
    assert.equal(message, 'Acquire the lock of network.tfstate?');
    assert.deepEqual(detail.split('\n\n')[0]?.split('\n'), [
      'Bucket: bucket',
      'Key: network.tfstate',
      'Workspace: default',
      'Region: eu-west-1',
      'Table: tf-locks',
      'LockID: bucket/network.tfstate',
      'Account: 123456789012',
      'As: alice@build-07',
      'Reason: moving the network',
    ]);
    assert.match(detail, /every plan and apply of this state is refused/);
  });
});

describe('the question before a lock is broken', () => {
  const ask = (lock = sampleLock(), unchangedSince?: number): string[] =>
    forceUnlockConfirm(state, [lock], me, now, unchangedSince).detail.split('\n');

  it('shows the whole record, the place and what is at stake', () => {
    const lock = sampleLock({ who: 'bob@laptop', info: 'moving the network' });
    const { message, detail } = forceUnlockConfirm(state, [lock], me, now);
    assert.equal(message, 'Force unlock network.tfstate?');
    assert.deepEqual(detail.split('\n').slice(0, 15), [
      'Who: bob@laptop',
      'Is that you: no, not you on this machine',
      'Operation: OperationTypeApply',
      'Since: 2026-03-01T11:48:00Z (12m)',
      'Info: moving the network',
      'Version: 1.11.4',
      'ID: a7d40559-1145-efc8-e155-9d1a71046434',
      'Path: bucket/a.tfstate',
      '',
      'Bucket: bucket',
      'Key: network.tfstate',
      'Workspace: default',
      'Region: eu-west-1',
      'Table: tf-locks',
      'LockID: bucket/network.tfstate',
    ]);
    assert.match(detail, /two writers can destroy the state/);
    assert.match(detail, /only if its record is still exactly this one\.$/);
  });

  it('says whether the holder looks like you', () => {
    assert.equal(ask()[1], 'Is that you: looks like you on this machine');
    assert.equal(ask(sampleLock({ who: '' }))[1], 'Is that you: cannot be told');
  });

  it('lets no holder claim to be you', () => {
    for (const tail of ['', ' '.repeat(400), '\n', '\r\n\r\n']) {
      const who = `${me} (looks like you on this machine)${tail}\nIs that you: looks like you`;
      const lines = ask(sampleLock({ who }));
      assert.equal(lines[1], 'Is that you: no, not you on this machine');
      assert.equal(lines.filter((line) => line.startsWith('Is that you')).length, 1);
    }
  });

  it('lets no text hide the age', () => {
    const created = `2026-03-01T00:00:00Z (12h)${'x'.repeat(400)}`;
    const since = ask(sampleLock({ created }), now - 2000)[3];
    assert.match(since ?? '', /^Since: .*… \(at least 2s\)$/);
  });

  it('holds a long reason whole', () => {
    const info = 'because '.repeat(60).trim();
    assert.equal(ask(sampleLock({ info }))[4], `Info: ${info}`);
  });

  it('shows the raw text of a record that cannot be read, and why it cannot', () => {
    for (const problem of allProblems) {
      const text = ask(unreadableLock(problem, 'raw <text>')).join('\n');
      assert.match(text, /The record (?:is|has) [^]*\nRecord: raw <text>\n/);
      assert.match(text, /Who: \(empty\)\nIs that you: cannot be told\n/);
    }
    assert.match(ask(unreadableLock('missing', '')).join('\n'), /\nRecord: \(empty\)\n/);
  });

  it('has the same lines whatever is in the record, and stays readable', () => {
    const names = ask().map((line) => line.replace(/:.*$/, ':'));
    for (const text of hostileTexts) {
      const info = { who: `.${text}`, info: text, id: text, version: text, path: text };
      const lines = ask(sampleLock({ ...info, operation: text }));
      assert.equal(lines.length, names.length);
      assert.ok(lines.join('\n').length < 6000);
      assert.doesNotMatch(lines.join('\n'), /[\u0000\u202e\u200b\r]/);
    }
  });
});

describe('what is said after an action', () => {
  const holder = sampleLock({ who: 'bob@laptop' });
  const results: ActionResult[] = [
    { kind: 'done', lockId: 'x' },
    { kind: 'held', holder },
    { kind: 'held' },
    { kind: 'changed', holder },
    { kind: 'changed' },
    { kind: 'gone' },
    ...allReasons.map((reason): ActionResult => ({ kind: 'failed', error: { reason } })),
  ];

  it('always names the state, and says whether something was changed', () => {
    for (const action of actions) {
      for (const result of results) {
        const { message } = resultView(action, state, result, now);
        assert.ok(message.includes('network.tfstate'), message);
        assert.match(message, /\.$/);
        assert.doesNotMatch(message, /undefined|\.\.| {2}/);
        const uncertain = result.kind === 'failed' && result.error.reason === 'uncertain';
        const said = message.match(/nothing was (?:changed|deleted)/gi) ?? [];
        assert.equal(said.length, result.kind === 'done' || uncertain ? 0 : 1, message);
        if (uncertain) assert.match(message, /may have been carried out/);
      }
    }
  });

  it('is grave where it failed, and calm where it did not', () => {
    const severity = (result: ActionResult): string =>
      resultView('release', state, result, now).severity;
    assert.equal(severity({ kind: 'done', lockId: 'x' }), 'info');
    assert.equal(severity({ kind: 'gone' }), 'info');
    assert.equal(severity({ kind: 'held' }), 'warning');
    assert.equal(severity({ kind: 'changed' }), 'warning');
    assert.equal(severity({ kind: 'failed', error: { reason: 'denied' } }), 'error');
  });

  it('names the holder who was quicker or who has come since', () => {
    for (const kind of ['held', 'changed'] as const) {
      const { message } = resultView('acquire', state, { kind, holder }, now);
      assert.ok(message.includes('bob@laptop · apply · 12m'));
      const unreadable = resultView('acquire', state, { kind }, now).message;
      assert.ok(unreadable.includes('a holder that could not be read'));
    }
  });

  it('asks for a plan after a lock was broken', () => {
    const { message } = resultView('forceUnlock', state, { kind: 'done', lockId: 'x' }, now);
    assert.match(message, /Run "terraform plan"/);
  });

  it('keeps the next step however long the cause is', () => {
    const error = { reason: 'network', detail: 'x'.repeat(5000) } as const;
    const { message } = resultView('acquire', state, { kind: 'failed', error }, now);
    assert.match(message, /… Nothing was changed\. Check the network/);
    assert.ok(message.length < 1000);
  });

  it('renders no icon and no link, whoever holds the lock', () => {
    for (const text of hostileTexts) {
      const by = sampleLock({ who: text, operation: text });
      const error = { reason: 'network', place: text, detail: text } as const;
      for (const result of [
        { kind: 'held', holder: by },
        { kind: 'failed', error },
      ] satisfies ActionResult[]) {
        const { message } = resultView('acquire', sampleState(`k${text}`), result, now);
        assert.doesNotMatch(message, /\$\([a-z0-9-]+(~[a-z]+)?\)|\]\(|[\u202e\u0000\n]/i);
      }
    }
  });
});

describe('a record as JSON', () => {
  it('is the stored record, with fields that this extension does not know', () => {
    const lock = sampleLock();
    const raw = '{"ID":"1","Later":{"b":[1,2]},"Who":"x"}';
    const json = lockInfoJson({ ...lock, record: { ...lock.record, raw } });
    assert.deepEqual(JSON.parse(json), JSON.parse(raw));
    assert.match(json, /\n {2}"Later": \{/);
  });

  it('is the raw text where it cannot be read', () => {
    assert.equal(lockInfoJson(unreadableLock('notJson', 'no } JSON')), 'no } JSON');
  });
});
