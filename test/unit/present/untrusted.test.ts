import assert from 'node:assert/strict';
import fc from 'fast-check';
import { label, markdown, plain } from '../../../src/present/untrusted';
import { hostileTexts } from '../../support/samples';
import { hostileText } from './hostileText';

/** What VS Code renders as an icon in a label, and as a link in a notification. */
const icon = /\$\([a-z0-9-]+(~[a-z]+)?\)/i;
const link = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)/i;

/** Control, reordering and invisible characters, except those that choose a picture for an emoji. */
const hidden =
  /(?![\ufe0e\ufe0f])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;

describe('text from outside, as plain text', () => {
  const table: readonly [string, string, string][] = [
    ['leaves ordinary text alone', 'alice@build-07', 'alice@build-07'],
    ['leaves punctuation alone', '[a](b) $(c) <d> `e`', '[a](b) $(c) <d> `e`'],
    ['leaves other scripts and emoji alone', '日本語 עברית ⚠️ 😀', '日本語 עברית ⚠️ 😀'],
    ['shows line breaks on one line', 'a\nb\r\nc\rd', 'a ⏎ b ⏎ c ⏎ d'],
    ['shows a tab as a space', 'a\tb', 'a b'],
    ['shows control characters', 'a\u0000\u001b[31m', 'a\\u{0}\\u{1b}[31m'],
    ['shows text that is turned round', 'free \u202egnp', 'free \\u{202e}gnp'],
    ['shows zero width characters', 'a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['shows tag characters', 'a\u{e0041}', 'a\\u{e0041}'],
    ['shows fillers, which look like nothing', '\u3164\u2800\uffa0', '\\u{3164}\\u{2800}\\u{ffa0}'],
    ['shows hidden variation selectors', 'a\u{e0100}\u034f', 'a\\u{e0100}\\u{34f}'],
    ['shows half a character', 'a\ud800b\udc00', 'a\\u{d800}b\\u{dc00}'],
    ['shows line separators', 'a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
  ];
  for (const [does, text, expected] of table) {
    it(does, () => {
      assert.equal(plain(text), expected);
    });
  }

  it('never shows more than it is told to', () => {
    assert.equal(plain('x'.repeat(200)), 'x'.repeat(200));
    assert.equal(plain('x'.repeat(201)), `${'x'.repeat(199)}…`);
    assert.equal(plain('abcdef', 3), 'ab…');
  });

  it('counts characters, not code units, and splits none', () => {
    assert.equal(plain('😀'.repeat(200)), '😀'.repeat(200));
    assert.equal(plain('😀'.repeat(201)), `${'😀'.repeat(199)}…`);
    assert.equal(plain(`a${'😀'.repeat(300)}`), `a${'😀'.repeat(198)}…`);
  });

  it('takes no time for a huge text', () => {
    const huge = '\u202e[x](command:y)$(z)'.repeat(25_000);
    const started = performance.now();
    for (const show of [plain, label, markdown]) {
      assert.ok(show(huge).length < 4000);
    }
    assert.ok(performance.now() - started < 500);
  });

  it('is one short line with nothing hidden in it, whatever comes in', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 300 }), (text, maxChars) => {
        const shown = plain(text, maxChars);
        assert.doesNotMatch(shown, hidden);
        assert.ok(Array.from(shown).length <= maxChars);
        assert.ok(shown.isWellFormed());
        assert.equal(plain(shown, maxChars), shown, 'showing it again changes nothing');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('text from outside, in labels', () => {
  it('holds no icon and no link, but reads the same', () => {
    for (const text of hostileTexts) {
      assert.doesNotMatch(label(text), icon);
      assert.doesNotMatch(label(text), link);
      assert.equal(label(text).replaceAll('\u2060', ''), plain(text));
    }
  });

  it('holds none whatever comes in, nor beside our own words', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (one, other) => {
        const shown = `$(lock) ${label(one)} · ${label(other, 40)} (12m)`;
        assert.doesNotMatch(shown.slice('$(lock)'.length), icon);
        assert.doesNotMatch(shown, link);
        assert.equal(label(one).replaceAll('\u2060', ''), plain(one));
      }),
      { numRuns: 2000 },
    );
  });
});
