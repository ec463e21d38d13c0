import assert from 'node:assert/strict';
import fc from 'fast-check';
import { markdown, plain } from '../../../src/present/untrusted';
import { hostileTexts } from '../../support/samples';
import { hostileText } from './hostileText';
import { rendered } from './renderedMarkdown';

describe('text from outside, in Markdown', () => {
  it('is checked by a renderer that would make tags of it', () => {
    const raw = rendered('[x](command:a) <img src=x> https://example.com `c` | ~~s~~');
    assert.deepEqual(raw.links, ['command:a', 'https://example.com']);
    assert.ok(raw.tags.includes('img') && raw.tags.includes('code') && raw.tags.includes('s'));
  });

  for (const text of hostileTexts) {
    it(`renders ${JSON.stringify(text.slice(0, 40))} as these very letters`, () => {
      const { tags, text: shown } = rendered(markdown(text));
      assert.deepEqual(tags, plain(text) === '' ? [] : ['p', '/p']);
      assert.equal(shown, plain(text));
    });
  }

  it('renders anything as these very letters, alone and inside our own lines', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 300 }), (text, maxChars) => {
        fc.pre(text !== '');
        const alone = rendered(markdown(text, maxChars));
        assert.deepEqual(alone.tags, ['p', '/p']);
        assert.equal(alone.text, plain(text, maxChars));
        const line = rendered(`Holder: ${markdown(text)}  \n${markdown(text)}  \nLock: x`);
        assert.deepEqual(line.tags, ['p', 'br', 'br', '/p']);
        assert.equal(line.text, `Holder: ${plain(text)}\n${plain(text)}\nLock: x`);
      }),
      { numRuns: 3000 },
    );
  });
});
