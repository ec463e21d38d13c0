/** A word of a command line, quotes removed. */
export interface ShellWord {
  readonly text: string;
  /** It holds what only the shell can tell: a variable, a command's output. */
  readonly dynamic: boolean;
}

/** A simple command, or a bracket of a subshell around some. */
export type ShellItem =
  | { readonly kind: 'command'; readonly words: readonly ShellWord[] }
  | { readonly kind: 'open' | 'close' };

/** Nobody types more; a longer text is no command line of a person. */
const maxChars = 8000;

/**
 * Splits a command line into simple commands, as far as shells agree. It is for warnings: what it does not
 * understand it leaves out, and nothing is ever run from it.
 */
export function shellCommands(line: string): readonly ShellItem[] {
  return line.length > maxChars ? [] : new Splitter(line).split();
}

class Splitter {
  private readonly items: ShellItem[] = [];
  private words: ShellWord[] = [];
  private text: string | undefined;
  private dynamic = false;
  /** After `<` or `>`: the next word is a file's name. */
  private redirects = false;
  private at = 0;

  constructor(private readonly line: string) {}

  split(): readonly ShellItem[] {
    while (this.at < this.line.length) {
      this.step(this.line.charAt(this.at));
    }
    this.endCommand();
    return this.items;
  }

  private step(character: string): void {
    this.at += 1;
    switch (character) {
      case ' ':
      case '\t':
        this.endWord();
        break;
      case '\n':
      case '\r':
      case ';':
      case '|':
      case '&':
        this.endCommand();
        break;
      case '(':
      case ')':
        this.endCommand();
        this.items.push({ kind: character === '(' ? 'open' : 'close' });
        break;
      case '<':
      case '>':
        this.redirect();
        break;
      case '#':
        this.comment();
        break;
      case "'":
      case '"':
        this.quoted(character);
        break;
      case '`':
        this.append(this.until('`'), true);
        break;
      case '$':
        this.expansion();
        break;
      case '\\':
        this.backslash();
        break;
      default:
        this.append(character);
    }
  }

  private redirect(): void {
    if (this.text !== undefined && /^\d+$/.test(this.text)) {
      // `2>`: the number is no word.
      this.text = undefined;
    }
    this.endWord();
    while (/[<>&]/.test(this.line.charAt(this.at))) {
      this.at += 1;
    }
    this.redirects = true;
  }

  private comment(): void {
    if (this.text !== undefined) {
      this.append('#');
      return;
    }
    const end = this.line.indexOf('\n', this.at);
    this.at = end < 0 ? this.line.length : end;
  }

  private quoted(quote: string): void {
    this.append('');
    for (;;) {
      const character = this.line.charAt(this.at);
      this.at += 1;
      if (character === '' || character === quote) {
        return;
      }
      if (quote === "'") {
        this.append(character);
      } else if (character === '$' || character === '`') {
        this.append(character, true);
      } else if (character === '\\' && /["\\$`]/.test(this.line.charAt(this.at))) {
        this.append(this.line.charAt(this.at));
        this.at += 1;
      } else {
        this.append(character);
      }
    }
  }

  private expansion(): void {
    if (this.line.charAt(this.at) === '(') {
      this.at += 1;
      this.append(this.until(')'), true);
    } else {
      this.append('$', true);
    }
  }

  /** Escapes what has a meaning; before anything else it is a separator of Windows paths. */
  private backslash(): void {
    const next = this.line.charAt(this.at);
    if (next === '\n') {
      this.at += 1;
    } else if (next !== '' && !/[\w.-]/.test(next)) {
      this.append(next);
      this.at += 1;
    } else {
      this.append('\\');
    }
  }

  private until(end: string): string {
    const found = this.line.indexOf(end, this.at);
    const stop = found < 0 ? this.line.length : found;
    const text = this.line.slice(this.at, stop);
    this.at = stop + 1;
    return text;
  }

  private append(text: string, dynamic = false): void {
    this.text = (this.text ?? '') + text;
    this.dynamic ||= dynamic;
  }

  private endWord(): void {
    if (this.text !== undefined) {
      if (!this.redirects) {
        this.words.push({ text: this.text, dynamic: this.dynamic });
      }
      this.redirects = false;
    }
    this.text = undefined;
    this.dynamic = false;
  }

  private endCommand(): void {
    this.endWord();
    this.redirects = false;
    if (this.words.length > 0) {
      this.items.push({ kind: 'command', words: this.words });
    }
    this.words = [];
  }
}
