import type { Expression } from './expression';
import type { ExpressionParser } from './expressionParser';
import { text, unreadable } from './staticValue';

const plain = /[^"\\\n$%]+/y;
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
};

type Host = Pick<ExpressionParser, 'source' | 'expression' | 'within'> & { pos: number };

/** Reads quoted templates for the parser of expressions. */
export class TemplateParser {
  constructor(private readonly host: Host) {}

  /** From behind the opening quote to behind the closing one. */
  quoted(depth: number): Expression {
    const { host } = this;
    const parts: Expression[] = [];
    let literal = '';
    for (;;) {
      const at = host.source[host.pos];
      if (at === undefined || at === '\n') {
        throw unreadable();
      } else if (at === '"') {
        host.pos++;
        return whole(parts, literal);
      } else if (host.source.startsWith('${', host.pos)) {
        pushText(parts, literal);
        literal = '';
        parts.push(this.interpolation(depth));
      } else {
        literal += this.piece(at);
      }
    }
  }

  private interpolation(depth: number): Expression {
    const { host } = this;
    host.pos += 2;
    const inner = host.within(false, '}', () => host.expression(depth));
    // A template of its own, so that `"${x}"` alone is x and `"${x}${y}"` is text.
    return { kind: 'template', parts: [inner] };
  }

  /** Text without interpolation, with its escapes resolved. */
  private piece(at: string): string {
    const { host } = this;
    const { source } = host;
    if (at === '\\') {
      return this.escape();
    } else if (source.startsWith('%{', host.pos)) {
      throw unreadable();
    } else if (source.startsWith('$${', host.pos) || source.startsWith('%%{', host.pos)) {
      host.pos += 3;
      return `${at}{`;
    }
    plain.lastIndex = host.pos;
    const run = plain.exec(source)?.[0] ?? at;
    host.pos += run.length;
    return run;
  }

  private escape(): string {
    const { host } = this;
    const letter = host.source[host.pos + 1] ?? '';
    const simple = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (simple !== undefined) {
      host.pos += 2;
      return simple;
    }
    const length = letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
    const digits = host.source.slice(host.pos + 2, host.pos + 2 + length);
    const code = /^[0-9a-fA-F]+$/.test(digits) ? Number.parseInt(digits, 16) : -1;
    const isCharacter = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    if (length === 0 || digits.length !== length || !isCharacter) {
      throw unreadable();
    }
    host.pos += 2 + length;
    return String.fromCodePoint(code);
  }
}

function pushText(parts: Expression[], literal: string): void {
  if (literal !== '') {
    parts.push({ kind: 'literal', value: text(literal) });
  }
}

function whole(parts: Expression[], literal: string): Expression {
  if (parts.length === 0) {
    return { kind: 'literal', value: text(literal) };
  }
  pushText(parts, literal);
  return { kind: 'template', parts };
}
