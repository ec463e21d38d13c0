import type { HeredocIntro } from './lookahead';

// What the scanner can be inside of. Numbers and not names: they are compared for each character.
// The order matters: bodies come first, then the other places that hold code, then text.
export const topBody = 0;
export const terraformBody = 1;
export const backendBody = 2;
export const brace = 3;
export const bracket = 4;
export const paren = 5;
export const interpolation = 6;
export const quotedText = 7;
export const heredocText = 8;

/** What is open at the scanner's place, from the file itself inwards. Never empty. */
export class FrameStack {
  /** The innermost kind. A field, because it is read far more often than it changes. */
  top = topBody;
  private readonly kinds: number[] = [topBody];
  /** Where the strings and heredocs among the frames are in `kinds`, and where they start. */
  private readonly textFrames: number[] = [];
  private readonly textStarts: number[] = [];
  private readonly intros: HeredocIntro[] = [];

  push(kind: number): void {
    this.kinds.push(kind);
    this.top = kind;
  }

  /** Opens a string whose quote is at `start`. */
  pushQuoted(start: number): void {
    this.textFrames.push(this.kinds.length);
    this.textStarts.push(start);
    this.push(quotedText);
  }

  /** Opens a heredoc. Its start is the newline that ends its first line: nothing before it is lost. */
  pushHeredoc(intro: HeredocIntro): void {
    this.textFrames.push(this.kinds.length);
    this.textStarts.push(intro.bodyStart - 1);
    this.intros.push(intro);
    this.push(heredocText);
  }

  /** Closes the innermost frame; the file itself stays. */
  pop(): void {
    if (this.top >= quotedText) {
      this.textFrames.pop();
      this.textStarts.pop();
      if (this.top === heredocText) {
        this.intros.pop();
      }
    }
    if (this.kinds.length > 1) {
      this.kinds.pop();
    }
    this.top = this.kinds[this.kinds.length - 1] ?? topBody;
  }

  get depth(): number {
    return this.kinds.length;
  }

  /** How many strings and heredocs are open. */
  get textDepth(): number {
    return this.textFrames.length;
  }

  /** The innermost heredoc. */
  get heredoc(): HeredocIntro | undefined {
    return this.intros[this.intros.length - 1];
  }

  /** Whether the innermost text is a heredoc: then its end may be looked for. */
  get innermostTextIsHeredoc(): boolean {
    return this.kinds[this.textFrames[this.textFrames.length - 1] ?? 0] === heredocText;
  }

  /** Whether the outermost text is a quoted string. */
  get outermostTextIsQuoted(): boolean {
    return this.kinds[this.textFrames[0] ?? 0] === quotedText;
  }

  /** Where the text number `level` (0 is the outermost) starts. */
  textStart(level: number): number {
    return this.textStarts[level] ?? 0;
  }

  /** Closes the text number `level` and everything inside it. */
  dropText(level: number): void {
    this.dropTo(this.textFrames[level] ?? this.kinds.length);
  }

  private dropTo(depth: number): void {
    while (this.kinds.length > depth) {
      this.pop();
    }
  }
}
