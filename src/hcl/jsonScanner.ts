import type { TextRange } from '../core/backendBlock';

/** A member of an object, or an element of an array (with an empty key at its own start). */
export interface JsonMember {
  readonly key: string;
  /** Of the key; of the value where there is none. */
  readonly start: number;
  readonly value: TextRange;
}

const stringPattern = /"(?:[^"\\]|\\[^])*"/y;
const scalarPattern = /[^\s,:{}[\]"]+/y;

/**
 * Walks JSON without building it: what is between two brackets is passed over unread, so that a mistake
 * elsewhere in the file does not hide a block. What is malformed inside ends the walk of that object.
 */
export class JsonScanner {
  constructor(private readonly text: string) {}

  /** The offset of the first thing at or behind `pos` that is not blank. */
  skipBlanks(pos: number): number {
    let at = pos;
    while (at < this.text.length && ' \t\r\n\ufeff'.includes(this.text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** The members of the object that starts at `start`; none where there is no object. */
  *members(start: number): Generator<JsonMember> {
    if (this.text.charAt(start) !== '{') {
      return;
    }
    let pos = this.skipBlanks(start + 1);
    for (;;) {
      const keyEnd = this.stringEnd(pos);
      const colon = keyEnd === undefined ? pos : this.skipBlanks(keyEnd);
      if (keyEnd === undefined || this.text.charAt(colon) !== ':') {
        return;
      }
      const valueStart = this.skipBlanks(colon + 1);
      const end = this.valueEnd(valueStart);
      const key = decodedString(this.text.slice(pos, keyEnd));
      if (end === undefined || key === undefined) {
        return;
      }
      yield { key, start: pos, value: { start: valueStart, end } };
      const comma = this.skipBlanks(end);
      if (this.text.charAt(comma) !== ',') {
        return;
      }
      pos = this.skipBlanks(comma + 1);
    }
  }

  /** The objects that a value is or holds: HCL takes an array of objects for several blocks. */
  *objects(value: TextRange): Generator<TextRange> {
    if (this.text.charAt(value.start) === '{') {
      yield value;
    }
    if (this.text.charAt(value.start) !== '[') {
      return;
    }
    let pos = this.skipBlanks(value.start + 1);
    while (pos < value.end && this.text.charAt(pos) !== ']') {
      const end = this.valueEnd(pos);
      if (end === undefined) {
        return;
      }
      yield* this.objects({ start: pos, end });
      const comma = this.skipBlanks(end);
      if (this.text.charAt(comma) !== ',') {
        return;
      }
      pos = this.skipBlanks(comma + 1);
    }
  }

  /** Where a value ends; where it is not closed, the end of the text. Undefined where there is none. */
  valueEnd(start: number): number | undefined {
    const first = this.text.charAt(start);
    if (first === '"') {
      return this.stringEnd(start);
    }
    if (first !== '{' && first !== '[') {
      return this.match(scalarPattern, start);
    }
    let depth = 0;
    for (let pos = start; pos < this.text.length; pos++) {
      const character = this.text.charAt(pos);
      if (character === '"') {
        pos = (this.stringEnd(pos) ?? this.text.length) - 1;
      } else if (character === '{' || character === '[') {
        depth++;
      } else if ((character === '}' || character === ']') && --depth === 0) {
        return pos + 1;
      }
    }
    return this.text.length;
  }

  private stringEnd(start: number): number | undefined {
    return this.match(stringPattern, start);
  }

  private match(pattern: RegExp, start: number): number | undefined {
    pattern.lastIndex = start;
    return pattern.test(this.text) ? pattern.lastIndex : undefined;
  }
}

function decodedString(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    // A broken escape, or a line break inside.
    return undefined;
  }
}
