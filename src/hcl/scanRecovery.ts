import { backendBody, brace, bracket, interpolation, paren, topBody } from './frameStack';
import type { FrameStack } from './frameStack';
import { heredocEnd, isTopLevelHeader, startsAttribute, trimmedEnd } from './lookahead';
import type { ScanRecorder } from './scanRecorder';

/** Where the scanner is. */
export interface ScanCursor {
  readonly text: string;
  readonly frames: FrameStack;
  readonly recorder: ScanRecorder;
  pos: number;
}

/**
 * What to do about things that somebody has not finished typing.
 *
 * What was left open is recognized later, by something that cannot stand inside it. The scanner then
 * goes back to the end of the line where it began and reads on as if it had ended there. It may go
 * back by twice the text's length in all, so that its work stays linear.
 */
export class ScanRecovery {
  private hasGoneBack = false;
  private allowance: number;

  constructor(private readonly cursor: ScanCursor) {
    this.allowance = 2 * cursor.text.length;
  }

  /** Whether the scanner has gone back since it began to count characters. */
  get wentBack(): boolean {
    return this.hasGoneBack;
  }

  /** The scanner begins to count characters. */
  startCount(): void {
    this.hasGoneBack = false;
  }

  /**
   * At the start of a line inside brackets or an interpolation: is there something that cannot be
   * inside? True when it was acted on.
   */
  atLine(): boolean {
    const { frames, text, pos } = this.cursor;
    if (frames.heredoc !== undefined) {
      return (
        frames.innermostTextIsHeredoc && this.endHeredoc(heredocEnd(text, pos, frames.heredoc))
      );
    }
    if (this.atTopLevelHeader()) {
      if (frames.textDepth === 0 || !this.goBack(0)) {
        this.closeEverything();
      }
      return true;
    }
    return frames.top !== brace && startsAttribute(text, pos) && this.endUnclosedList();
  }

  /** Whether a block that belongs to the top level starts here. Only asked at the start of a line. */
  atTopLevelHeader(): boolean {
    const { text, pos } = this.cursor;
    const next = text.charCodeAt(pos);
    return next >= 97 && next <= 122 && isTopLevelHeader(text, pos);
  }

  /** At the end of the text. True when there is something to read again. */
  atEnd(): boolean {
    return this.cursor.frames.textDepth > 0 && this.goBack(0);
  }

  /**
   * Gives up the string or heredoc number `level` (0 is the outermost) and everything inside it.
   * False if that leads nowhere (it is on this very line) or has been done too often.
   */
  goBack(level: number): boolean {
    const { frames, text, pos } = this.cursor;
    const lineEnd = text.indexOf('\n', frames.textStart(level));
    const distance = pos - lineEnd;
    if (lineEnd < 0 || distance <= 0 || distance > this.allowance) {
      return false;
    }
    this.allowance -= distance;
    this.hasGoneBack = true;
    this.dropText(level, lineEnd);
    return true;
  }

  /** Ends the string or heredoc number `level` at `end`, where it should not end. */
  dropText(level: number, end: number): void {
    const { frames, text, recorder } = this.cursor;
    frames.dropText(level);
    this.cursor.pos = end;
    if (frames.top <= backendBody) {
      recorder.tokenEnd(trimmedEnd(text, end));
    }
  }

  /** Closes whatever is open, as at the end of the text or before a top-level block. */
  closeEverything(): void {
    const { frames, recorder, text, pos } = this.cursor;
    const end = trimmedEnd(text, pos);
    if (frames.top <= backendBody) {
      recorder.statementEnd(frames.top);
    }
    while (frames.depth > 1) {
      if (frames.top <= backendBody) {
        recorder.statementBroken(frames.top, end);
      }
      if (frames.top === backendBody) {
        recorder.blockEnd(end, false);
      }
      frames.pop();
    }
    recorder.statementBroken(topBody, end);
  }

  private endHeredoc(end: number): boolean {
    if (end < 0) {
      return false;
    }
    this.dropText(this.cursor.frames.textDepth - 1, end);
    return true;
  }

  /** A list, call or interpolation was never closed: an attribute follows on a line of its own. */
  private endUnclosedList(): boolean {
    const { frames, recorder, text, pos } = this.cursor;
    while (frames.top === bracket || frames.top === paren) {
      frames.pop();
    }
    if (frames.top === interpolation) {
      return frames.outermostTextIsQuoted && this.goBack(0);
    }
    if (frames.top <= backendBody) {
      recorder.statementBroken(frames.top, trimmedEnd(text, pos));
    }
    return true;
  }
}
