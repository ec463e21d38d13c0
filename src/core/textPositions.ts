/** A place in a text: line and UTF-16 code unit, both from 0. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

/** Finds lines and columns of offsets, as an editor counts them: `\r\n`, `\n` and `\r` end a line. */
export class TextPositions {
  private readonly lineStarts: readonly number[];

  constructor(private readonly text: string) {
    const starts = [0];
    for (const match of text.matchAll(/\r\n|\r|\n/g)) {
      starts.push(match.index + match[0].length);
    }
    this.lineStarts = starts;
  }

  at(offset: number): TextPosition {
    const within = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lineStarts[middle] ?? 0) <= within) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low, character: within - (this.lineStarts[low] ?? 0) };
  }
}
