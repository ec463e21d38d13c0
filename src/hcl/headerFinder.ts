import { isBlank, newline, openBrace, slash } from './charCodes';

const word = 'terraform';
const maxRejects = 1000;
const maxBlanks = 1024;

/**
 * Says where the next `terraform {` may be. What lies before is only looked at for its brackets, and
 * what lies behind the last one is not looked at at all.
 */
export class HeaderFinder {
  /** Places found so far, ascending, and the starts of their lines. Kept: the scanner may go back. */
  private readonly places: number[] = [];
  private readonly lines: number[] = [];
  private index = 0;
  private searchedTo = 0;

  constructor(private readonly text: string) {}

  /** The start of the line of the first possible header at or behind `pos`, or the text's length. */
  nextLine(pos: number): number {
    const { places } = this;
    while (this.index > 0 && (places[this.index - 1] ?? 0) >= pos) {
      this.index--;
    }
    while (this.index < places.length || this.find()) {
      if ((places[this.index] ?? 0) >= pos) {
        return this.lines[this.index] ?? 0;
      }
      this.index++;
    }
    return this.text.length;
  }

  private find(): boolean {
    const { text } = this;
    for (let rejects = 0; this.searchedTo < text.length; rejects++) {
      const at = text.indexOf(word, this.searchedTo);
      this.searchedTo = at < 0 ? text.length : at + word.length;
      // Having said no very often costs time too; a wrong yes does no harm.
      if (at >= 0 && (rejects >= maxRejects || this.isHeader(at + word.length))) {
        this.add(at);
        return true;
      }
    }
    return false;
  }

  private add(place: number): void {
    const last = this.places.length - 1;
    const previous = this.places[last] ?? 0;
    let line = place;
    while (line > previous && this.text.charCodeAt(line - 1) !== newline) {
      line--;
    }
    this.places.push(place);
    this.lines.push(line === previous ? (this.lines[last] ?? 0) : line);
  }

  private isHeader(from: number): boolean {
    const stop = from + maxBlanks;
    let pos = from;
    while (pos < stop && isBlank(this.text.charCodeAt(pos))) {
      pos++;
    }
    const code = this.text.charCodeAt(pos);
    return code === openBrace || code === slash;
  }
}
