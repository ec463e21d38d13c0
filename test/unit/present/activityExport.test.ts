import assert from 'node:assert/strict';
import { adviceOn } from '../../../src/core/activityAdvice';
import { activityStats } from '../../../src/core/activityStats';
import type { Hold, HoldEnd } from '../../../src/core/holdHistory';
import { tableOf } from '../../../src/core/holdTable';
import {
  activityCsv,
  activityMarkdown,
  csvCell,
  type ActivityExport,
} from '../../../src/present/activityExport';
import { activityHtml } from '../../../src/present/activityHtml';
import { duration, lengthText, percentText, stateNames } from '../../../src/present/activityWords';
import { hostileTexts } from '../../support/samples';
import { rendered } from './renderedMarkdown';

const t0 = Date.parse('2026-03-02T00:00:00Z');
const day = 86_400_000;

function exportOf(holds: readonly Hold[]): ActivityExport {
  const refusals = holds.map((hold) => ({
    at: hold.firstSeenAt,
    path: hold.path,
    source: 'terminal' as const,
    lockId: hold.lockId,
    holder: hold.who,
  }));
  const table = tableOf({ holds, refusals, watched: [] });
  const filter = { from: t0, to: t0 + day };
  const stats = activityStats(table, filter);
  const facts = { now: t0 + day, pollMs: 15_000, unfocusedMs: 60_000, isEnabled: true, damaged: 0 };
  return { table, facts, filter, stats, advice: adviceOn(table, stats, filter) };
}

const holdOf = (parts: Partial<Hold> = {}): Hold => ({
  path: 'bucket/a.tfstate',
  lockId: 'x',
  who: 'alice@build-07',
  operation: 'apply',
  mine: false,
  absentAt: t0,
  firstSeenAt: t0 + 15_000,
  lastSeenAt: t0 + 45_000,
  goneAt: t0 + 60_000,
  end: 'released',
  ...parts,
});

describe('an export as CSV', () => {
  it('has a line for each hold, with both bounds of its times', () => {
    assert.equal(
      activityCsv(exportOf([holdOf()])),
      'state,holder,operation,taken_here,started_not_before,started_not_after,last_seen_held,found_gone,end,' +
        'seconds_at_least,seconds_at_most\r\n' +
        'bucket/a.tfstate,alice@build-07,apply,no,2026-03-02T00:00:00.000Z,2026-03-02T00:00:15.000Z,' +
        '2026-03-02T00:00:45.000Z,2026-03-02T00:01:00.000Z,gone at a later look,30,60\r\n',
    );
  });

  it('leaves what is not known empty', () => {
    const { goneAt, end, absentAt, ...open } = holdOf();
    assert.ok(goneAt !== undefined && end !== undefined && absentAt !== undefined);
    const [, line] = activityCsv(exportOf([open])).split('\r\n');
    assert.equal(
      line,
      'bucket/a.tfstate,alice@build-07,apply,no,,2026-03-02T00:00:15.000Z,2026-03-02T00:00:45.000Z,,' +
        'not seen to end,30,',
    );
  });

  const cells: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
    ['+1', '"\'+1"'],
    ['-1', '"\'-1"'],
    ['@SUM(A1)', '"\'@SUM(A1)"'],
    ['\tx', '"\'\tx"'],
    ['a\nb', '"a\nb"'],
    ['', ''],
  ];
  for (const [text, cell] of cells) {
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(cell)}`, () => {
      assert.equal(csvCell(text), cell);
    });
  }

  it('keeps hostile text in its cell', () => {
    const texts = [...hostileTexts, '=1+1', '-2+3', '@x', '\r\n=1'];
    const csv = activityCsv(
      exportOf(texts.map((who, index) => holdOf({ who, lockId: String(index) }))),
    );
    const lines = csv.split('\r\n');
    assert.equal(lines.length, texts.length + 2);
    for (const line of lines) {
      assert.doesNotMatch(line, /(^|,)"?[=+\-@\t]/);
      assert.equal(fieldsOf(line).length, line === '' ? 1 : 11, line);
    }
  });
});

/** Fields of a CSV line, by RFC 4180. */
function fieldsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^",]*)(?=,|$)/g)].map(
    (match) => match[1] ?? '',
  );
}

describe('an export as Markdown', () => {
  it('says the figures and how far they can be trusted', () => {
    const text = activityMarkdown(exportOf([holdOf()]));
    assert.match(
      text,
      /^# Lock activity\n\n2026-03-02T00:00:00.000Z to 2026-03-03T00:00:00.000Z: 1 hold\./,
    );
    assert.match(text, /watched for 0% of this time/);
    assert.match(text, /looked at every 15s, every 1m while the window is not focused/);
    assert.match(text, /\| apply \| 1 \| 30s to 1m \| 30s to 1m \| 0 \|/);
  });

  it('renders hostile text as letters', () => {
    for (const hostile of hostileTexts) {
      const holds = [holdOf({ who: hostile, path: hostile, operation: hostile })];
      const { tags, links } = rendered(activityMarkdown(exportOf(holds)));
      assert.deepEqual(links, [], hostile);
      for (const tag of tags) {
        assert.match(tag, /^\/?(h1|h2|p|table|thead|tbody|tr|th|td|ul|li)$/, hostile);
      }
    }
  });
});

describe('words of the activity view', () => {
  it('measure times in two units at most', () => {
    const cases: readonly (readonly [number, string])[] = [
      [0, '0s'],
      [499, '0s'],
      [45_000, '45s'],
      [60_000, '1m'],
      [725_000, '12m 5s'],
      [3_600_000, '1h'],
      [4_320_000, '1h 12m'],
      [3 * day + 4 * 3_600_000 + 1, '3d 4h'],
      [NaN, 'unknown'],
    ];
    for (const [ms, text] of cases) assert.equal(duration(ms), text);
    assert.equal(lengthText({ least: 705_000, most: 720_000 }), '11m 45s to 12m');
    assert.equal(lengthText({ least: 60_000, most: 60_100 }), '1m');
  });

  it('never round what was into nothing', () => {
    assert.deepEqual([0, 0.001, 0.01, 0.5, 1].map(percentText), [
      '0%',
      'less than 1%',
      '1%',
      '50%',
      '100%',
    ]);
  });

  it('leave out the bucket that all states share, and no other', () => {
    assert.deepEqual(stateNames(['b/x', 'b/y']), ['x', 'y']);
    assert.deepEqual(stateNames(['b/x', 'c/y']), ['b/x', 'c/y']);
    assert.deepEqual(stateNames(['', 'y']), ['(not given)', 'y']);
    assert.deepEqual(stateNames(['b\u202e/x']), ['x']);
  });

  it('have a word for every end', () => {
    const ends: Record<HoldEnd, 0> = {
      released: 0,
      replaced: 0,
      releasedHere: 0,
      brokenHere: 0,
      brokenByOther: 0,
      unknown: 0,
    };
    const holds = Object.keys(ends).map((end, index) =>
      holdOf({ lockId: String(index), end: end as HoldEnd }),
    );
    const words = activityCsv(exportOf(holds))
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[8]);
    assert.equal(new Set(words).size, holds.length);
  });
});

describe('the page of the activity view', () => {
  const html = activityHtml({
    scriptUri: 'https://x.invalid/activity.js',
    styleUri: 'https://x.invalid/activity.css',
    cspSource: 'https://*.x.invalid',
    nonce: 'abc',
  });

  it('may load its script and style and nothing else, and run nothing inline', () => {
    const [, policy = ''] = /content="(default-src[^"]*)"/.exec(html) ?? [];
    assert.deepEqual(policy.split('; '), [
      "default-src 'none'",
      "script-src 'nonce-abc'",
      'style-src https://*.x.invalid',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    assert.doesNotMatch(html, /unsafe|style=|<style|onload|onerror/);
    assert.deepEqual(html.match(/<script[^>]*>/g), [
      '<script nonce="abc" src="https://x.invalid/activity.js">',
    ]);
  });
});
