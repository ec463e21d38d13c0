import type { Expression } from './expression';
import { TemplateParser } from './templateParser';
import { text, unreadable, Unresolvable, type Budget } from './staticValue';

const maxParseDepth = 64;
const maxExactDigits = 15;
const identifier = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const blanks = /(?:[ \t\r]+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const blanksAndNewlines = /(?:[ \t\r\n]+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
/** From the loosest to the tightest. */
const operatorLevels = [['||'], ['&&'], ['==', '!=']] as const;

/**
 * Reads one expression. What HCL has beyond `Expression` (arithmetic, `for`, splats, heredocs, template
 * directives) is not guessed at: it throws `Unresolvable`, as does anything that is no HCL.
 */
export function parseExpression(source: string, budget: Budget): Expression {
  budget.text(source.length);
  const parser = new ExpressionParser(source, budget);
  const expression = parser.expression(0);
  parser.expectEnd();
  return expression;
}

/** As `parseExpression`; each method reads from `pos` and leaves it behind what it read. */
export class ExpressionParser {
  pos = 0;
  /** Directly inside an object's braces newlines separate; elsewhere they mean nothing. */
  private newlinesMatter = false;
  private readonly template = new TemplateParser(this);

  constructor(
    readonly source: string,
    private readonly budget: Budget,
  ) {}

  expression(depth: number): Expression {
    this.budget.step(depth);
    if (depth > maxParseDepth) {
      throw new Unresolvable('it is nested too deep');
    }
    const condition = this.operation(0, depth + 1);
    if (!this.take('?')) {
      return condition;
    }
    const then = this.expression(depth + 1);
    this.expect(':');
    return { kind: 'conditional', condition, then, otherwise: this.expression(depth + 1) };
  }

  /** Reads between brackets, where newlines mean nothing (or do), up to and with `close`. */
  within<T>(newlinesMatter: boolean, close: string, read: () => T): T {
    const outer = this.newlinesMatter;
    this.newlinesMatter = newlinesMatter;
    const result = read();
    this.newlinesMatter = false;
    this.skip();
    if (!this.source.startsWith(close, this.pos)) {
      throw unreadable();
    }
    this.pos += close.length;
    this.newlinesMatter = outer;
    return result;
  }

  expectEnd(): void {
    this.skip();
    if (this.pos < this.source.length) {
      throw unreadable();
    }
  }

  private operation(level: number, depth: number): Expression {
    const operators = operatorLevels[level];
    if (operators === undefined) {
      return this.unary(depth);
    }
    let left = this.operation(level + 1, depth);
    for (let length = 0; ; length++) {
      const operator = operators.find((candidate) => this.take(candidate));
      if (operator === undefined) {
        return left;
      }
      this.budget.step(depth + length);
      const right = this.operation(level + 1, depth);
      left = { kind: 'binary', operator, left, right };
    }
  }

  private unary(depth: number): Expression {
    if (depth > maxParseDepth) {
      throw new Unresolvable('it is nested too deep');
    }
    this.skip();
    if (!this.source.startsWith('!=', this.pos) && this.take('!')) {
      return { kind: 'not', of: this.unary(depth + 1) };
    }
    return this.postfix(this.primary(depth), depth);
  }

  private postfix(first: Expression, depth: number): Expression {
    let of = first;
    let length = 0;
    for (;;) {
      this.budget.step(depth + length++);
      if (this.take('[')) {
        const key = this.within(false, ']', () => this.expression(depth + 1));
        of = { kind: 'index', of, key };
      } else if (this.take('.')) {
        const name = this.match(identifier);
        if (name === undefined) {
          throw unreadable();
        }
        of = { kind: 'index', of, key: { kind: 'literal', value: name } };
      } else {
        return of;
      }
    }
  }

  private primary(depth: number): Expression {
    this.skip();
    switch (this.source.charAt(this.pos)) {
      case '"':
        this.pos++;
        return this.template.quoted(depth + 1);
      case '(':
        this.pos++;
        return this.within(false, ')', () => this.expression(depth + 1));
      case '[':
        this.pos++;
        return this.within(false, ']', () => ({ kind: 'list', items: this.items(']', depth + 1) }));
      case '{':
        this.pos++;
        return this.within(true, '}', () => this.fields(depth + 1));
      default:
        return this.word(depth);
    }
  }

  private word(depth: number): Expression {
    const name = this.match(identifier);
    if (name === undefined) {
      return { kind: 'literal', value: this.number() };
    }
    if (name === 'true' || name === 'false') {
      return { kind: 'literal', value: name === 'true' };
    } else if (name === 'null') {
      return { kind: 'literal', value: null };
    } else if (this.take('(')) {
      return this.within(false, ')', () => ({
        kind: 'call',
        name,
        args: this.items(')', depth + 1),
      }));
    }
    return { kind: 'name', name: text(name) };
  }

  /** A number that JavaScript holds exactly and prints as Terraform does; others are not guessed at. */
  private number(): number {
    const sign = this.take('-') ? -1 : 1;
    const digits = this.match(number);
    const value = Number(digits);
    if (
      digits === undefined ||
      digits.replace(/[eE].*|\D/g, '').length > maxExactDigits ||
      !(value === 0 || (value >= 1e-6 && value < 1e15))
    ) {
      throw unreadable();
    }
    return value === 0 ? 0 : sign * value;
  }

  private items(close: string, depth: number): Expression[] {
    const items: Expression[] = [];
    while (!this.at(close)) {
      items.push(this.expression(depth));
      if (!this.take(',')) {
        break;
      }
    }
    return items;
  }

  private fields(depth: number): Expression {
    const items: [Expression, Expression][] = [];
    const texts: string[] = [];
    this.match(blanksAndNewlines);
    while (!this.at('}')) {
      const key = this.key(depth);
      if (this.at('==') || !(this.take('=') || this.take(':'))) {
        throw unreadable();
      }
      this.skip();
      const start = this.pos;
      items.push([key, this.expression(depth)]);
      texts.push(this.source.slice(start, this.pos).trim());
      if (!this.take(',') && !this.at('\n') && !this.at('}')) {
        throw unreadable();
      }
      this.match(blanksAndNewlines);
    }
    return { kind: 'object', items, texts };
  }

  /** A bare word is a key by itself; in parentheses it is a reference. */
  private key(depth: number): Expression {
    this.skip();
    const start = this.pos;
    const name = this.match(identifier);
    if (name !== undefined && (this.at('=') || this.at(':'))) {
      return { kind: 'literal', value: text(name) };
    }
    this.pos = start;
    return this.expression(depth);
  }

  private skip(): void {
    this.match(this.newlinesMatter ? blanks : blanksAndNewlines);
  }

  private at(mark: string): boolean {
    this.skip();
    return this.source.startsWith(mark, this.pos);
  }

  private take(mark: string): boolean {
    const here = this.at(mark);
    this.pos += here ? mark.length : 0;
    return here;
  }

  private expect(mark: string): void {
    if (!this.take(mark)) {
      throw unreadable();
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.pos;
    const found = pattern.exec(this.source)?.[0];
    this.pos += found?.length ?? 0;
    return found;
  }
}
