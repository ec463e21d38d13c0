import * as code from './charCodes';
import { CommentFinder } from './comments';
import * as frame from './frameStack';
import { FrameStack } from './frameStack';
import { HeaderFinder } from './headerFinder';
import { identEnd, trimmedEnd } from './lookahead';
import { PlainCode } from './plainCode';
import { ScanRecorder } from './scanRecorder';
import { ScanRecovery, type ScanCursor } from './scanRecovery';
import type { ScanResult } from './scanResult';
import { TextPasser } from './textPasser';

/** Knows where the blocks of interest may begin. */
type Headers = Pick<HeaderFinder, 'nextLine'>;

/**
 * Reads a text once, from start to end, and can stop anywhere in between.
 *
 * Only the bodies of the file, of `terraform` and of `backend` are read token by token; everything
 * else is passed over by a loop that knows brackets, strings, heredocs and comments.
 */
export class ScanMachine implements ScanCursor {
  pos = 0;
  readonly frames = new FrameStack();
  readonly recorder: ScanRecorder;
  private readonly recovery: ScanRecovery;
  private readonly comments: CommentFinder;
  private readonly headers: Headers;
  private readonly plainCode: PlainCode;
  private readonly passText: TextPasser;

  constructor(
    readonly text: string,
    parts: { readonly recorder?: ScanRecorder; readonly headers?: Headers } = {},
  ) {
    this.recorder = parts.recorder ?? new ScanRecorder(text);
    this.recovery = new ScanRecovery(this);
    this.comments = new CommentFinder(text);
    this.headers = parts.headers ?? new HeaderFinder(text);
    this.plainCode = new PlainCode(text);
    this.passText = new TextPasser(this, this.recovery);
  }

  get result(): ScanResult {
    return this.recorder.result;
  }

  /** Reads about `maxChars` characters. True when the text is read. */
  step(maxChars: number): boolean {
    const { recovery } = this;
    const limit = Math.min(this.text.length, this.pos + maxChars);
    recovery.startCount();
    while (this.pos < limit && !recovery.wentBack) {
      const top = this.frames.top;
      if (top === frame.topBody) {
        this.readTop(limit);
      } else if (top <= frame.backendBody) {
        this.readBody(limit);
      } else if (top <= frame.interpolation) {
        this.passCode(limit, false);
      } else if (top === frame.quotedText) {
        this.passText.quoted(limit);
      } else {
        this.passText.heredoc(limit);
      }
    }
    // Having gone back, the scanner would go far beyond its allowance to reach the limit again.
    if (recovery.wentBack || this.pos < this.text.length || recovery.atEnd()) {
      return false;
    }
    recovery.closeEverything();
    return true;
  }

  /** Reads the line of the next `terraform` block, or passes over what comes before it. */
  private readTop(limit: number): void {
    const line = this.headers.nextLine(this.pos);
    if (line <= this.pos || this.recorder.inStatement) {
      this.readBody(limit);
    } else if (line < this.text.length) {
      this.passCode(Math.min(limit, line), true);
    } else {
      this.pos = line;
    }
  }

  /** Reads the statements of a body that matters; of the file itself, only one line. */
  private readBody(limit: number): void {
    const { text, frames, recorder, recovery } = this;
    const body = frames.top;
    while (this.pos < limit && frames.top === body && !recovery.wentBack) {
      const pos = this.pos;
      const c = text.charCodeAt(pos);
      if (code.isBlank(c) || c === code.byteOrderMark) {
        this.pos++;
      } else if (c === code.newline) {
        recorder.statementEnd(body);
        this.pos++;
        if (body === frame.topBody) {
          return;
        }
        if (recovery.atTopLevelHeader()) {
          recovery.closeEverything();
        }
      } else if (code.isIdentStart(c)) {
        this.pos = identEnd(text, pos);
        recorder.word(pos, this.pos);
      } else {
        this.pos++;
        this.readMark(c, pos, limit);
      }
    }
  }

  /** Reads one character that is neither blank nor part of a name, in a body that matters. */
  private readMark(c: number, pos: number, limit: number): void {
    const { text, frames, recorder } = this;
    const next = text.charCodeAt(pos + 1);
    if (c === code.quote) {
      recorder.stringStart(pos);
      frames.pushQuoted(pos);
      this.passText.quoted(limit);
    } else if (c === code.equals && next !== code.equals && next !== code.greaterThan) {
      recorder.equalsSign(pos);
    } else if (c === code.openBrace) {
      frames.push(recorder.openBrace(frames.top, pos));
    } else if (c === code.closeBrace) {
      this.closeBody(pos);
    } else if (c === code.hash || c === code.slash) {
      const end = this.comments.endOf(pos);
      if (end < 0) {
        recorder.other(pos);
      } else {
        this.pos = end;
      }
    } else {
      recorder.other(pos);
      if (c === code.openBracket || c === code.openParen) {
        frames.push(c === code.openBracket ? frame.bracket : frame.paren);
      } else if (c === code.lessThan) {
        this.passText.openHeredoc(pos);
      }
    }
  }

  /**
   * Passes over code until its bracket closes, or, `toLimit`, until the limit.
   */
  private passCode(limit: number, toLimit: boolean): void {
    const { text, frames, plainCode } = this;
    while (this.pos < limit) {
      const pos = plainCode.run(this.pos, limit, frames.top);
      for (let depth = plainCode.depth; depth > 0; depth--) {
        frames.push(frame.brace);
      }
      this.pos = pos + 1;
      if (pos >= limit) {
        this.pos = pos;
      } else if (this.passMark(text.charCodeAt(pos), pos, limit)) {
        if (!(toLimit && frames.top === frame.topBody) || this.recovery.wentBack) {
          return;
        }
      }
    }
  }

  /** Passes over one mark. True when the scanner may no longer be in code. */
  private passMark(c: number, pos: number, limit: number): boolean {
    const { frames, recovery } = this;
    switch (c) {
      case code.newline:
        return frames.top !== frame.topBody && recovery.atLine();
      case code.quote:
        frames.pushQuoted(pos);
        this.passText.quoted(limit);
        return frames.top > frame.interpolation || recovery.wentBack;
      case code.openBrace:
        frames.push(frame.brace);
        return false;
      case code.closeBrace:
        return this.closeBrace(pos);
      case code.openBracket:
        frames.push(frame.bracket);
        return false;
      case code.openParen:
        frames.push(frame.paren);
        return false;
      case code.closeBracket:
        return frames.top === frame.bracket && this.leaveBracket();
      case code.closeParen:
        return frames.top === frame.paren && this.leaveBracket();
      case code.lessThan:
        return this.passText.openHeredoc(pos);
      default:
        this.pos = Math.max(this.pos, this.comments.endOf(pos));
        return false;
    }
  }

  /** A `}` also closes the lists and calls that somebody forgot to close inside its braces. */
  private closeBrace(pos: number): boolean {
    const { frames, recorder } = this;
    while (frames.top === frame.bracket || frames.top === frame.paren) {
      frames.pop();
    }
    if (frames.top === frame.topBody) {
      return true;
    }
    if (frames.top <= frame.backendBody) {
      this.pos = pos;
      recorder.statementBroken(frames.top, trimmedEnd(this.text, pos));
      return true;
    }
    return this.leaveBracket();
  }

  private leaveBracket(): boolean {
    this.frames.pop();
    if (this.frames.top <= frame.backendBody) {
      this.recorder.backInBody(this.pos);
      return true;
    }
    return this.frames.top >= frame.quotedText;
  }

  private closeBody(pos: number): void {
    const { frames, recorder } = this;
    recorder.statementEnd(frames.top);
    if (frames.top === frame.backendBody) {
      recorder.blockEnd(pos, true);
    }
    frames.pop();
    recorder.backInBody(pos + 1);
  }
}
