import { backslash, dollar, newline, percent, quote } from './charCodes';
import { templateStep } from './lookahead';

/**
 * Passes over the inside of a quoted string. Stops at its closing quote, at a newline, at the `${` or
 * `%{` of an interpolation, or at (or just behind) `limit`.
 */
export function quotedRun(text: string, from: number, limit: number): number {
  let pos = from;
  while (pos < limit) {
    const code = text.charCodeAt(pos);
    if (code === quote || code === newline) {
      return pos;
    } else if (code === backslash) {
      pos += text.charCodeAt(pos + 1) === newline ? 1 : 2;
    } else if (code === dollar || code === percent) {
      const step = templateStep(text, pos);
      if (step === 'interpolation') {
        return pos;
      }
      pos += step === 'escape' ? 3 : 1;
    } else {
      pos++;
    }
  }
  return pos;
}

/** Passes over letters and the like: to the closing quote of nearly every string. */
export function plainRun(text: string, from: number, limit: number): number {
  let pos = from;
  while (pos < limit) {
    const code = text.charCodeAt(pos);
    if (
      code === quote ||
      code === newline ||
      code === backslash ||
      code === dollar ||
      code === percent
    ) {
      return pos;
    }
    pos++;
  }
  return pos;
}

/**
 * Passes over the inside of a heredoc. Stops behind the end of a line, at the `${` or `%{` of an
 * interpolation, or at (or just behind) `limit`.
 */
export function heredocRun(text: string, from: number, limit: number): number {
  let pos = from;
  while (pos < limit) {
    const code = text.charCodeAt(pos);
    if (code === newline) {
      return pos + 1;
    } else if (code === dollar || code === percent) {
      const step = templateStep(text, pos);
      if (step === 'interpolation') {
        return pos;
      }
      pos += step === 'escape' ? 3 : 1;
    } else {
      pos++;
    }
  }
  return pos;
}
