import { closeBrace, isNotable, newline, openBrace, quote, space } from './charCodes';
import { brace, topBody } from './frameStack';
import { plainRun } from './textRuns';

/**
 * Passes over what nearly all code is made of: names, simple strings and braces that match.
 *
 * Small on purpose. A file is read once, mostly before the JIT has compiled anything, and a function
 * of this size is compiled within the first milliseconds, the whole scanner within twenty.
 */
export class PlainCode {
  /** The braces that the last run opened and did not close. */
  depth = 0;

  constructor(private readonly text: string) {}

  /**
   * Stops at whatever takes more thought, or at `limit`. `base` is the kind of frame around `from`: it
   * says whether a new line means anything.
   */
  run(from: number, limit: number, base: number): number {
    const { text } = this;
    let pos = from;
    let depth = 0;
    while (pos < limit) {
      const code = text.charCodeAt(pos);
      if (code > 127 || isNotable[code] === 0) {
        pos++;
      } else if (code === quote) {
        const end = plainRun(text, pos + 1, limit);
        if (end >= limit || text.charCodeAt(end) !== quote) {
          break;
        }
        pos = end + 1;
      } else if (code === openBrace) {
        depth++;
        pos++;
      } else if (code === closeBrace && depth > 0) {
        depth--;
        pos++;
      } else if (code === newline && !lineMatters(text.charCodeAt(pos + 1), depth, base)) {
        pos++;
      } else {
        break;
      }
    }
    this.depth = depth;
    return pos;
  }
}

/** Within braces a line matters only if it is not indented; at the top level never. */
function lineMatters(next: number, depth: number, base: number): boolean {
  return depth > 0 || base === brace ? next > space && next !== closeBrace : base !== topBody;
}
