import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  dollar,
  equals,
  greaterThan,
  hash,
  hyphen,
  isBlank,
  isIdentPart,
  isIdentStart,
  lessThan,
  newline,
  openBrace,
  openBracket,
  percent,
  quote,
  slash,
} from './charCodes';
import { heredocEnd, heredocIntro, identEnd, templateStep } from './lookahead';

// Beyond these a value is treated as an expression: no backend is configured with it, and the
// scanner's promise about time must hold. The parser itself gives up at a depth of some hundreds.
const maxLiteralChars = 65_536;
const maxDepth = 64;
const maxExactDigits = 15;

const numberPattern = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Whether `text` from `start` to `end` is a constant written out: a string without interpolation, a
 * number, `true`, `false`, `null`, a heredoc without interpolation, or a tuple or object of those.
 *
 * A number that JavaScript cannot hold exactly, or would print differently from Terraform, is not
 * plain: better unresolved than the key of another state.
 */
export function isPlainLiteral(text: string, start: number, end: number): boolean {
  if (start >= end || end - start > maxLiteralChars) {
    return false;
  }
  return new LiteralReader(text, end).value(start, 0) === end;
}

/** Each method returns the offset behind what it read, or -1. */
class LiteralReader {
  constructor(
    private readonly text: string,
    private readonly end: number,
  ) {}

  value(pos: number, depth: number): number {
    const code = this.text.charCodeAt(pos);
    if (pos >= this.end || depth > maxDepth) {
      return -1;
    }
    switch (code) {
      case quote:
        return this.quoted(pos);
      case lessThan:
        return this.heredoc(pos);
      case openBracket:
        return this.tuple(pos + 1, depth + 1);
      case openBrace:
        return this.object(pos + 1, depth + 1);
      default:
        return isIdentStart(code) ? this.keyword(pos) : this.number(pos);
    }
  }

  private quoted(start: number): number {
    let pos = start + 1;
    while (pos < this.end) {
      const code = this.text.charCodeAt(pos);
      if (code === quote) {
        return pos + 1;
      } else if (code === newline) {
        return -1;
      } else if (code === backslash) {
        pos += 2;
      } else {
        pos = this.templateChar(pos, code);
        if (pos < 0) {
          return -1;
        }
      }
    }
    return -1;
  }

  private heredoc(start: number): number {
    const intro = heredocIntro(this.text, start);
    if (intro === undefined) {
      return -1;
    }
    let pos = intro.bodyStart;
    while (pos < this.end) {
      const markerEnd = heredocEnd(this.text, pos, intro);
      if (markerEnd >= 0) {
        return markerEnd;
      }
      let code = 0;
      while (pos < this.end && code !== newline) {
        code = this.text.charCodeAt(pos);
        pos = this.templateChar(pos, code);
        if (pos < 0) {
          return -1;
        }
      }
    }
    return -1;
  }

  private templateChar(pos: number, code: number): number {
    if (code !== dollar && code !== percent) {
      return pos + 1;
    }
    const step = templateStep(this.text, pos);
    if (step === 'interpolation') {
      return -1;
    }
    return step === 'escape' ? pos + 3 : pos + 1;
  }

  private keyword(pos: number): number {
    const end = identEnd(this.text, pos);
    const word = this.text.slice(pos, end);
    return word === 'true' || word === 'false' || word === 'null' ? end : -1;
  }

  private number(start: number): number {
    numberPattern.lastIndex = this.text.charCodeAt(start) === hyphen ? start + 1 : start;
    const digits = numberPattern.exec(this.text)?.[0];
    if (digits === undefined || isIdentPart(this.text.charCodeAt(numberPattern.lastIndex))) {
      return -1;
    }
    const value = Number(digits);
    const exact =
      digits.replace(/[eE].*|\D/g, '').length <= maxExactDigits &&
      value < 1e15 &&
      (value === 0 || value >= 1e-6);
    return exact ? numberPattern.lastIndex : -1;
  }

  private tuple(start: number, depth: number): number {
    let pos = this.gap(start, true);
    while (pos >= 0 && pos < this.end) {
      if (this.text.charCodeAt(pos) === closeBracket) {
        return pos + 1;
      }
      pos = this.value(pos, depth);
      pos = pos < 0 ? -1 : this.gap(pos, true);
      const code = this.text.charCodeAt(pos);
      if (pos >= 0 && code === comma) {
        pos = this.gap(pos + 1, true);
      } else if (pos >= 0 && code !== closeBracket) {
        return -1;
      }
    }
    return -1;
  }

  private object(start: number, depth: number): number {
    let pos = this.gap(start, true);
    while (pos >= 0 && pos < this.end) {
      if (this.text.charCodeAt(pos) === closeBrace) {
        return pos + 1;
      }
      pos = this.objectItem(pos, depth);
      if (pos < 0) {
        return -1;
      }
      const itemEnd = this.gap(pos, false);
      const code = this.text.charCodeAt(itemEnd);
      if (itemEnd < 0 || (code !== comma && code !== newline && code !== closeBrace)) {
        return -1;
      }
      pos = this.gap(code === closeBrace ? itemEnd : itemEnd + 1, true);
    }
    return -1;
  }

  private objectItem(start: number, depth: number): number {
    const code = this.text.charCodeAt(start);
    let pos = -1;
    if (code === quote) {
      pos = this.quoted(start);
    } else if (isIdentStart(code)) {
      pos = identEnd(this.text, start);
    }
    if (pos < 0) {
      return -1;
    }
    const sign = this.gap(pos, false);
    const signCode = this.text.charCodeAt(sign);
    const next = this.text.charCodeAt(sign + 1);
    const assigns =
      signCode === colon || (signCode === equals && next !== equals && next !== greaterThan);
    const valueStart = sign >= 0 && assigns ? this.gap(sign + 1, false) : -1;
    return valueStart < 0 ? -1 : this.value(valueStart, depth);
  }

  /** Skips blanks and comments, and newlines too where they mean nothing. */
  private gap(start: number, overNewlines: boolean): number {
    let pos = start;
    while (pos < this.end) {
      const code = this.text.charCodeAt(pos);
      if (isBlank(code) || (overNewlines && code === newline)) {
        pos++;
      } else if (code === hash || (code === slash && this.text.startsWith('//', pos))) {
        const length = this.text.slice(pos, this.end).indexOf('\n');
        pos = length < 0 ? this.end : pos + length;
      } else if (code === slash && this.text.startsWith('/*', pos)) {
        const length = this.text.slice(pos + 2, this.end).indexOf('*/');
        if (length < 0) {
          return -1;
        }
        pos += length + 4;
      } else {
        return pos;
      }
    }
    return pos;
  }
}
