/**
 * A text that counts the characters looked at, for tests of how much work something is. It has the
 * methods of a string that the scanner uses, and passes for one.
 */
export class CountingText {
  looks = 0;

  constructor(private readonly text: string) {}

  get length(): number {
    return this.text.length;
  }

  charCodeAt(index: number): number {
    this.looks++;
    return this.text.charCodeAt(index);
  }

  startsWith(part: string, from: number): boolean {
    this.looks += part.length;
    return this.text.startsWith(part, from);
  }

  indexOf(part: string, from: number): number {
    const at = this.text.indexOf(part, from);
    this.looks += (at < 0 ? this.text.length : at + part.length) - from;
    return at;
  }

  slice(start: number, end: number): string {
    this.looks += end - start;
    return this.text.slice(start, end);
  }

  get asString(): string {
    return this as unknown as string;
  }
}
