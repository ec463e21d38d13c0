import assert from 'node:assert/strict';
import type { BackupNote } from '../../../src/core/dossier';
import { evidenceOf } from '../../../src/core/evidence';
import { mayBeAlive, summarize, type EvidenceSummary } from '../../../src/core/evidenceSummary';
import type { Evidence } from '../../../src/core/finding';
import type { StateInfo } from '../../../src/core/stateBackup';
import {
  backupItems,
  isBackupImpossible,
  noBackupConfirm,
  noBackupNote,
} from '../../../src/present/backupView';
import { restoreConfirm } from '../../../src/present/confirmView';
import { detailRows } from '../../../src/present/detailRows';
import { dossierMarkdown, holderMessage } from '../../../src/present/dossierView';
import { evidenceDetails, evidenceReport, summaryWords } from '../../../src/present/evidenceView';
import { hoverMarkdown } from '../../../src/present/hoverView';
import {
  aliveConfirm,
  deletedLockWords,
  dossierOf,
  evidenceItems,
  gatheredResult,
  withVerification,
} from '../../../src/present/runbookView';
import { statusReport } from '../../../src/present/statusReport';
import { commands } from '../../../src/ui/contributions';
import { only } from '../../support/fakes';
import {
  allReasons,
  hostileTexts,
  locked,
  now,
  proven,
  sampleLock,
  sampleState,
  secret,
  unreadableLock,
  viewOf,
} from '../../support/samples';
import { rendered } from './renderedMarkdown';

const me = 'alice@build-07';
const usual = { ms: 3_600_000, from: 'setting' } as const;

/** Every kind of finding, about one lock. */
function evidenceOfAll(lock = sampleLock()): readonly Evidence[] {
  return evidenceOf({
    lock: proven(lock, 'unknown'),
    now,
    who: lock.record.info.who,
    usual,
    unchangedSince: now - 60_000,
    readAt: now,
    skewMs: 60_000,
    processes: { kind: 'searched', at: now, here: [4711], elsewhere: 0 },
    state: { kind: 'found', at: now, writtenAt: now - 1000 },
    ci: 'GitHub Actions',
  });
}

const choices = (info: StateInfo, isRequired: boolean): (string | undefined)[] =>
  backupItems(info, isRequired).map(({ choice }) => choice);

describe('the step of the backup', () => {
  const found: StateInfo = { kind: 'found', at: now, size: 10 };

  it('offers the version that a bucket keeps first, then a copy', () => {
    assert.deepEqual(choices({ ...found, versionId: 'v1' }, true), ['version', 'save']);
    assert.deepEqual(choices(found, true), ['save']);
  });

  it('lets nobody go on without one where it is required and can be had, now or later', () => {
    for (const reason of allReasons.filter((one) => one !== 'unsupported')) {
      const info: StateInfo = { kind: 'failed', at: now, error: { reason } };
      assert.deepEqual(choices(info, true), ['again', 'setting'], reason);
      assert.deepEqual(choices(info, false), ['again', 'without'], reason);
      assert.equal(isBackupImpossible(info), false);
    }
    assert.deepEqual(choices(found, false), ['save', 'without']);
  });

  it('goes on, after an answer of its own, where the backend has none', () => {
    const info: StateInfo = { kind: 'failed', at: now, error: { reason: 'unsupported' } };
    assert.deepEqual(choices(info, true), ['without']);
    assert.ok(isBackupImpossible(info));
    const { message, detail } = noBackupConfirm({ ...sampleState(), backend: 'consul' });
    assert.match(message, /without a backup of network\.tfstate\?/);
    assert.match(detail, /No backup can be taken here.*"consul"/);
    assert.equal(noBackupNote(info).kind, 'none');
  });

  it('has nothing to save where there is no state', () => {
    const info: StateInfo = { kind: 'missing', at: now };
    assert.deepEqual(choices(info, true), ['without']);
    assert.deepEqual(noBackupNote(info), { kind: 'nothing' });
  });
});

describe('evidence in words', () => {
  it('has a verdict, a source and a time on each line', () => {
    const evidence = evidenceOfAll();
    const items = evidenceItems(evidence);
    assert.equal(items.length, evidence.length);
    for (const { label, description, detail, choice } of items) {
      assert.match(
        label,
        /^\$\([a-z-]+\) (?:points to (?:dead|alive)|proves (?:dead|alive)|unknown)$/,
      );
      assert.match(description ?? '', /^.+, 2026-03-01 12:00 UTC$/);
      assert.ok((detail ?? '') !== '');
      assert.equal(choice, undefined, 'a line of evidence does nothing');
    }
    const rows = evidenceDetails(evidence);
    assert.equal(rows[0]?.[0], 'Evidence');
    for (const [, text] of rows.slice(1)) assert.match(text, /\(.+, 2026-03-01 12:00 UTC\)$/);
    assert.deepEqual(evidenceDetails([]), []);
  });

  it('is in tree, hover and the report for language models, of shown locks only', () => {
    const evidence = evidenceOfAll();
    const view = viewOf(locked('held'));
    const rows = detailRows(view, now, evidence);
    assert.ok(rows.some(({ label }) => label === 'Evidence'));
    assert.ok(rows.filter(({ label }) => label === 'Points to alive').length >= 2);
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length, 'each row has its own id');
    const hover = rendered(hoverMarkdown(view, commands, now, evidence)).text;
    assert.match(hover, /Points to alive: a run works in this module's directory/);
    const text = statusReport([view], '', now, () => evidence);
    const { states } = JSON.parse(text) as {
      states: { isTheHolderAlive: { summary: string; lines: { source: string; at: string }[] } }[];
    };
    const { summary, lines } = only(states).isTheHolderAlive;
    assert.match(summary, /POINTS TO ALIVE/);
    assert.equal(lines.length, evidence.length);
    assert.ok(lines.every(({ source, at }) => source !== '' && !Number.isNaN(Date.parse(at))));
    assert.doesNotMatch(statusReport([view], '', now), /isTheHolderAlive/);
  });

  it('is the same at every moment of a minute, so that rows are not drawn anew with every read', () => {
    const at = (ms: number): unknown =>
      evidenceDetails(evidenceOfAll().map((one) => ({ ...one, at: now + ms })));
    assert.deepEqual(at(0), at(59_999));
  });

  it('calls dead only what is proved, and shouts where a holder is or seems alive', () => {
    const all: Record<EvidenceSummary, RegExp> = {
      provedAlive: /^PROVED ALIVE: .*can destroy the state/,
      provedGone: /^Proved gone/,
      pointsToAlive: /^POINTS TO ALIVE/,
      pointsToGone: /^Points to gone\. That is no proof/,
      cannotBeTold: /^Cannot be told/,
    };
    for (const [summary, words] of Object.entries(all)) {
      assert.match(summaryWords(summary as EvidenceSummary), words);
    }
    const evidence = evidenceOfAll();
    const summary = summarize(evidence);
    assert.ok(mayBeAlive(summary));
    const { message, detail } = aliveConfirm(sampleState(), [sampleLock()], summary, evidence, now);
    assert.match(message, /^THE HOLDER OF network\.tfstate SEEMS TO BE ALIVE/);
    assert.match(detail, /points to alive: a run works in this module's directory/);
  });
});

describe('the dossier', () => {
  const backup: BackupNote = { kind: 'file', file: '/a/b', bytes: 3, sha256: 'abc' };
  const dossierAbout = (locks: Parameters<typeof dossierOf>[0]['locks']) => {
    const evidence = evidenceOfAll(locks[0]);
    const summary = summarize(evidence);
    const said = { messageCopied: true, confirmedAlive: true, confirmedBy: me };
    return dossierOf({ summary, evidence, backup, locks, ...said });
  };

  it('can be restored only where the record is text, and lives in no session and no process', () => {
    const lock = sampleLock();
    const { place } = lock;
    const lease = { name: 'session', ttlMs: 1, graceMs: 0 };
    assert.equal(dossierAbout([lock]).restorable, true);
    for (const unfit of [
      { ...lock, place: { ...place, lease } },
      { ...lock, place: { ...place, heldByProcess: true } },
      unreadableLock('notText', 'AAEC'),
    ]) {
      assert.equal(dossierAbout([lock, unfit]).restorable, false);
    }
  });

  it('holds evidence, backup and answers, as Markdown of which nothing from outside is more than text', () => {
    const result = { severity: 'info', message: 'done' } as const;
    for (const text of hostileTexts) {
      const lock = sampleLock({ who: text, info: text, id: text, operation: text, created: text });
      const state = sampleState(`k${text}`);
      const markdown = dossierMarkdown(state, [lock], dossierAbout([lock]), result);
      const { tags, links } = rendered(markdown);
      assert.deepEqual(links, [], text);
      const ours = new Set(['h2', 'h3', 'ul', 'li', 'p'].flatMap((tag) => [tag, `/${tag}`]));
      assert.deepEqual(
        tags.filter((tag) => !ours.has(tag)),
        [],
        JSON.stringify(text),
      );
      assert.equal(tags.filter((tag) => /^h\d$/.test(tag)).length, 3, text);
      assert.match(markdown, /### Evidence[^]*SHA\\-256 abc[^]*holder copied: yes/);
    }
  });

  it('and all else of the runbook shows no secret, no icon and no second line of anybody else’s', () => {
    for (const text of hostileTexts) {
      const lock = sampleLock({ who: text, info: text, id: text, operation: text, created: text });
      const state = sampleState(`k${text}`);
      const evidence = evidenceOfAll(lock);
      const { info } = lock.record;
      const deleted = {
        state: text,
        workspace: text,
        lockId: text,
        at: text,
        by: text,
        info,
        records: [],
      };
      const labels = [
        ...evidenceItems(evidence).map(({ description, detail }) => [description, detail]),
        withVerification(
          { severity: 'info', message: '' },
          { kind: 'held', holder: lock },
          { kind: 'version', versionId: text },
          now,
        ).message,
        gatheredResult(state, [summarize(evidence)]).message,
        Object.values(deletedLockWords(deleted, now)),
      ];
      for (const shown of labels.flat(2)) {
        assert.doesNotMatch(shown ?? '', /\$\([a-z]|\]\(|[\r\n\u202e]/, JSON.stringify(shown));
      }
      const everything = JSON.stringify([
        labels,
        holderMessage(state, lock, now, text),
        aliveConfirm(state, [lock], 'pointsToAlive', evidence, now),
        restoreConfirm(state, deleted, [lock]),
        noBackupConfirm(state),
        evidenceReport(evidence),
        dossierAbout([lock]),
        dossierMarkdown(state, [lock], dossierAbout([lock]), { severity: 'info', message: text }),
      ]);
      assert.ok(!everything.includes(secret));
      assert.equal(holderMessage(state, lock, now, text).includes('\u202e'), false);
    }
  });
});

describe('the read after a delete, in words', () => {
  const done = { severity: 'info', message: 'Removed.' } as const;
  const none: BackupNote = { kind: 'none', why: 'not wanted' };

  it('says free only where it was read as free', () => {
    assert.equal(
      withVerification(done, { kind: 'free' }, none, now).message,
      'Removed. Read again: nobody holds it.',
    );
    for (const reason of allReasons) {
      const shown = withVerification(done, { kind: 'unknown', error: { reason } }, none, now);
      assert.equal(shown.severity, 'warning');
      assert.match(shown.message, /^Removed\. It could not be read again just now: /);
    }
    const held = withVerification(done, { kind: 'held', holder: sampleLock() }, none, now);
    assert.equal(held.severity, 'warning');
    assert.match(held.message, /Read again: it is held by alice@build-07/);
    assert.equal(withVerification(done, undefined, none, now), done, 'nothing was deleted');
  });

  it('stays short enough to be shown: VS Code hides a notification that is too tall', () => {
    const folder = '/home/alice/.vscode-server/data/User/globalStorage/state-lock.x/backups';
    const file = `${folder}/env-dev-app-terraform.tfstate-2026-03-01.tfstate`;
    const backup: BackupNote = { kind: 'file', file, bytes: 24, sha256: 'a'.repeat(64) };
    const { message } = withVerification(done, { kind: 'free' }, backup, now);
    assert.match(message, /Backup: saved to env-dev-app-terraform\.tfstate-2026-03-01\.tfstate\.$/);
    assert.ok(!message.includes(folder) && !message.includes('aaa'), message);
  });
});
