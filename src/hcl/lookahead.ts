import {
  equals,
  greaterThan,
  hyphen,
  isBlank,
  isIdentPart,
  isIdentStart,
  lessThan,
  newline,
  openBrace,
  quote,
} from './charCodes';

// Questions about the text at one place. Each looks at a bounded number of characters, so that the
// scanner stays linear and never overstays its time, whatever it is given.

const maxIndent = 1024;
const maxIdent = 256;
const maxHeader = 1024;

const topLevelKeywords: ReadonlySet<string> = new Set([
  'terraform',
  'resource',
  'data',
  'module',
  'provider',
  'variable',
  'output',
  'locals',
  'moved',
  'import',
  'check',
  'removed',
  'ephemeral',
]);

function skipBlanks(text: string, from: number, most: number): number {
  const stop = Math.min(text.length, from + most);
  let pos = from;
  while (pos < stop && isBlank(text.charCodeAt(pos))) {
    pos++;
  }
  return pos;
}

/** The end of the identifier that starts at `from`, or of its first `maxIdent` characters. */
export function identEnd(text: string, from: number): number {
  const stop = Math.min(text.length, from + maxIdent);
  let pos = from;
  while (pos < stop && isIdentPart(text.charCodeAt(pos))) {
    pos++;
  }
  return pos;
}

/** Whether `from` is the header of a block that can only stand at the top level: `resource "a" "b" {`. */
export function isTopLevelHeader(text: string, from: number): boolean {
  const keywordEnd = identEnd(text, from);
  if (keywordEnd - from > 10 || !topLevelKeywords.has(text.slice(from, keywordEnd))) {
    return false;
  }
  const stop = Math.min(text.length, from + maxHeader);
  let quoted = false;
  for (let pos = keywordEnd; pos < stop; pos++) {
    const code = text.charCodeAt(pos);
    if (code === newline) {
      return false;
    } else if (code === quote) {
      quoted = !quoted;
    } else if (!quoted && code === openBrace) {
      return true;
    } else if (!quoted && !isBlank(code) && !isIdentPart(code)) {
      return false;
    }
  }
  return false;
}

/** Whether the line at `from` starts with `name =`, which no list, call or template can hold. */
export function startsAttribute(text: string, from: number): boolean {
  const start = skipBlanks(text, from, maxIndent);
  if (!isIdentStart(text.charCodeAt(start))) {
    return false;
  }
  const sign = skipBlanks(text, identEnd(text, start), maxIndent);
  const next = text.charCodeAt(sign + 1);
  return text.charCodeAt(sign) === equals && next !== equals && next !== greaterThan;
}

/** The first line of a heredoc: where its marker is, and where its text begins. */
export interface HeredocIntro {
  readonly markerStart: number;
  readonly markerEnd: number;
  readonly bodyStart: number;
}

/** Reads `<<MARKER` or `<<-MARKER` at `from`. Nothing may follow the marker on its line. */
export function heredocIntro(text: string, from: number): HeredocIntro | undefined {
  if (text.charCodeAt(from + 1) !== lessThan) {
    return undefined;
  }
  const markerStart = text.charCodeAt(from + 2) === hyphen ? from + 3 : from + 2;
  if (!isIdentStart(text.charCodeAt(markerStart))) {
    return undefined;
  }
  const markerEnd = identEnd(text, markerStart);
  const lineEnd = text.startsWith('\r\n', markerEnd) ? markerEnd + 1 : markerEnd;
  return text.charCodeAt(lineEnd) === newline
    ? { markerStart, markerEnd, bodyStart: lineEnd + 1 }
    : undefined;
}

/** If the line at `from` holds nothing but the heredoc's marker: the end of the marker, else -1. */
export function heredocEnd(text: string, from: number, intro: HeredocIntro): number {
  const start = skipBlanks(text, from, maxIndent);
  const length = intro.markerEnd - intro.markerStart;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(start + i) !== text.charCodeAt(intro.markerStart + i)) {
      return -1;
    }
  }
  const after = skipBlanks(text, start + length, maxIndent);
  return after >= text.length || text.charCodeAt(after) === newline ? start + length : -1;
}

function isWhite(code: number): boolean {
  return isBlank(code) || code === newline;
}

/** The end of the last thing before `to` that is not white space. */
export function trimmedEnd(text: string, to: number): number {
  const stop = Math.max(0, to - maxIndent);
  let pos = to;
  while (pos > stop && isWhite(text.charCodeAt(pos - 1))) {
    pos--;
  }
  return pos;
}

/** What a `$` or `%` at `pos` inside a template means: how many characters, and whether code follows. */
export function templateStep(text: string, pos: number): 'escape' | 'interpolation' | 'text' {
  const next = text.charCodeAt(pos + 1);
  if (next === openBrace) {
    return 'interpolation';
  }
  const escaped = next === text.charCodeAt(pos) && text.charCodeAt(pos + 2) === openBrace;
  return escaped ? 'escape' : 'text';
}
