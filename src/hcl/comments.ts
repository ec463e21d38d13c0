import { asterisk, hash, slash } from './charCodes';

/** Finds the ends of comments in one text. */
export class CommentFinder {
  /** From here on the text holds no end of a block comment: nobody looks for one again. */
  private noBlockEndFrom = Infinity;

  constructor(private readonly text: string) {}

  /** The end of the comment that the `#` or `/` at `pos` begins, or -1 if it does not begin one. */
  endOf(pos: number): number {
    const { text } = this;
    const next = text.charCodeAt(pos + 1);
    if (text.charCodeAt(pos) === hash || next === slash) {
      return this.lineEnd(pos);
    } else if (next !== asterisk) {
      return -1;
    }
    const end = pos + 2 < this.noBlockEndFrom ? text.indexOf('*/', pos + 2) : -1;
    if (end >= 0) {
      return end + 2;
    }
    // Nobody closes it: taking it for the rest of its line loses least.
    this.noBlockEndFrom = Math.min(this.noBlockEndFrom, pos + 2);
    return this.lineEnd(pos);
  }

  private lineEnd(pos: number): number {
    const end = this.text.indexOf('\n', pos);
    return end < 0 ? this.text.length : end;
  }
}
