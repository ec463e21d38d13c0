import { newline, quote } from './charCodes';
import { backendBody, interpolation } from './frameStack';
import { heredocEnd, heredocIntro } from './lookahead';
import type { ScanCursor, ScanRecovery } from './scanRecovery';
import { heredocRun, quotedRun } from './textRuns';

/** Moves the scanner through the text of strings and heredocs, up to where code begins again. */
export class TextPasser {
  constructor(
    private readonly cursor: ScanCursor,
    private readonly recovery: ScanRecovery,
  ) {}

  /** Inside a quoted string: to its end, into an interpolation, or to the limit. */
  quoted(limit: number): void {
    const { cursor, recovery } = this;
    const { text, frames } = cursor;
    const pos = quotedRun(text, cursor.pos, limit);
    cursor.pos = Math.min(pos, text.length);
    if (pos >= limit) {
      return;
    }
    const code = text.charCodeAt(pos);
    if (code === quote) {
      this.end(pos + 1);
    } else if (code !== newline) {
      cursor.pos = pos + 2;
      frames.push(interpolation);
    } else if (!recovery.goBack(frames.textDepth - 1)) {
      recovery.dropText(frames.textDepth - 1, pos);
    }
  }

  /** Inside a heredoc: to its end, into an interpolation, or to the limit. */
  heredoc(limit: number): void {
    const { cursor } = this;
    const { text, frames } = cursor;
    const intro = frames.heredoc;
    while (cursor.pos < limit && intro !== undefined) {
      const from = cursor.pos;
      const lineStart = text.charCodeAt(from - 1) === newline;
      const end = lineStart ? heredocEnd(text, from, intro) : -1;
      if (end >= 0) {
        this.end(end);
        return;
      }
      const pos = heredocRun(text, from, limit);
      cursor.pos = Math.min(pos, text.length);
      // Behind the end of a line the run was over for that reason, else for an interpolation.
      if (pos < limit && (pos === from || text.charCodeAt(pos - 1) !== newline)) {
        cursor.pos = pos + 2;
        frames.push(interpolation);
        return;
      }
    }
  }

  /** Enters the heredoc that the `<` at `pos` begins. False if it does not begin one. */
  openHeredoc(pos: number): boolean {
    const { cursor } = this;
    const intro = heredocIntro(cursor.text, pos);
    if (intro !== undefined) {
      cursor.frames.pushHeredoc(intro);
      cursor.pos = intro.bodyStart;
    }
    return intro !== undefined;
  }

  private end(pos: number): void {
    const { cursor } = this;
    cursor.pos = pos;
    cursor.frames.pop();
    if (cursor.frames.top <= backendBody) {
      cursor.recorder.tokenEnd(pos);
    }
  }
}
