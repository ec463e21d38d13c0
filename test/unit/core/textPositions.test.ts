import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TextPositions } from '../../../src/core/textPositions';

describe('TextPositions', () => {
  it('counts lines as an editor does', () => {
    const positions = new TextPositions('a\nbc\r\nd\r\re😀f');
    const at = (offset: number) => {
      const { line, character } = positions.at(offset);
      return `${String(line)}:${String(character)}`;
    };
    assert.deepEqual([0, 1, 2, 4, 6, 8, 9, 12, 13, 99, -1].map(at), [
      ...['0:0', '0:1', '1:0', '1:2', '2:0', '3:0', '4:0', '4:3', '4:4', '4:4', '0:0'],
    ]);
  });

  it('agrees with splitting the text', () => {
    const text = fc.array(fc.constantFrom('a', '\n', '\r\n', 'é')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.nat(), (whole, offset) => {
        const at = whole.length === 0 ? 0 : offset % whole.length;
        if (whole[at] === '\n' && whole[at - 1] === '\r') return;
        const before = whole.slice(0, at).split('\n');
        assert.deepEqual(new TextPositions(whole).at(at), {
          line: before.length - 1,
          character: before.at(-1)?.length,
        });
      }),
    );
  });
});
