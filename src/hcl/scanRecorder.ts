import { backendBody, brace, terraformBody, topBody } from './frameStack';
import { isPlainLiteral } from './plainLiteral';
import type { ScanResult, ScannedAttribute, ScannedBlock } from './scanResult';

interface OpenBlock {
  readonly kind: ScannedBlock['kind'];
  readonly type: string;
  readonly start: number;
  readonly bodyStart: number;
  readonly attributes: ScannedAttribute[];
}

// The phases of a statement. Numbers, because they are compared for each token of the file.
const atStart = 0;
const inHeader = 1;
const inValue = 2;
const inJunk = 3;

/**
 * Follows the statements of the bodies that matter (the file, `terraform`, `backend`) token by token
 * and writes down what it finds. Bodies of other blocks never reach it.
 *
 * One statement is enough: while a block is open, the statement that opened it is over.
 */
export class ScanRecorder {
  private readonly blocks: ScannedBlock[] = [];
  private readonly requiredVersions: ScannedAttribute[] = [];
  /** The attributes outside of all blocks, at least those on lines that begin with a word of interest. */
  readonly topAttributes: ScannedAttribute[] = [];
  private open: OpenBlock | undefined;

  private phase = atStart;
  private nameStart = 0;
  private nameEnd = 0;
  private labels = 0;
  private labelStart = 0;
  private labelEnd = 0;
  private valueStart = -1;
  private lastEnd = 0;

  /** @param keepsTopAttributes whether attributes outside of all blocks are of interest: they are in Terragrunt's files. */
  constructor(
    private readonly text: string,
    private readonly keepsTopAttributes = false,
  ) {}

  get result(): ScanResult {
    return { blocks: this.blocks, requiredVersions: this.requiredVersions };
  }

  /** Whether a statement has begun and not ended. */
  get inStatement(): boolean {
    return this.phase !== atStart;
  }

  /** A name, or anything that starts like one. */
  word(start: number, end: number): void {
    if (this.phase === atStart) {
      this.phase = inHeader;
      this.nameStart = start;
      this.nameEnd = end;
      this.labels = 0;
    } else if (this.phase === inHeader) {
      this.label(start);
      this.labelEnd = end;
    }
    this.tokenStart(start);
    this.lastEnd = end;
  }

  /** The opening quote of a string. `tokenEnd` follows, unless the string is broken. */
  stringStart(start: number): void {
    if (this.phase === inHeader) {
      this.label(start + 1);
      this.labelEnd = -1;
    } else if (this.phase === atStart) {
      this.phase = inJunk;
    }
    this.tokenStart(start);
  }

  /** The end of a string, of a heredoc or of anything in brackets. */
  tokenEnd(end: number): void {
    if (this.phase === inHeader && this.labelEnd < 0) {
      this.labelEnd = end - 1;
    }
    this.lastEnd = end;
  }

  /** An `=` that stands alone. */
  equalsSign(pos: number): void {
    if (this.phase === inHeader && this.labels === 0) {
      this.phase = inValue;
      this.valueStart = -1;
      this.lastEnd = pos + 1;
    } else {
      this.other(pos);
      this.lastEnd = pos + 1;
    }
  }

  /** An opening bracket that does not open a block, an operator, or something out of place. */
  other(pos: number): void {
    if (this.phase !== inValue) {
      this.phase = inJunk;
    }
    this.tokenStart(pos);
    this.lastEnd = pos + 1;
  }

  /** An opening brace in the body `parent`: says what kind of frame it opens. */
  openBrace(parent: number, pos: number): number {
    if (this.phase !== inHeader) {
      this.other(pos);
      return brace;
    }
    this.phase = inJunk;
    if (this.opensContainer(parent)) {
      return this.enter(terraformBody);
    }
    const kind = this.blockKind(parent);
    if (kind === undefined) {
      return brace;
    }
    this.open = {
      kind,
      type: this.labels === 0 ? '' : this.text.slice(this.labelStart, this.labelEnd),
      start: this.nameStart,
      bodyStart: pos + 1,
      attributes: [],
    };
    return this.enter(backendBody);
  }

  /** Whether the block whose header has been read only holds the blocks that are looked for. */
  protected opensContainer(parent: number): boolean {
    return parent === topBody && this.headerIs('terraform', 0);
  }

  /** What the block whose header has been read is, if its attributes are to be written down. */
  protected blockKind(parent: number): ScannedBlock['kind'] | undefined {
    if (parent !== terraformBody) {
      return undefined;
    }
    return this.headerIs('backend', 1)
      ? 'backend'
      : this.headerIs('cloud', 0)
        ? 'cloud'
        : undefined;
  }

  /** Whether the header that has been read is this name with so many labels. */
  protected headerIs(name: string, labels: number): boolean {
    return this.labels === labels && this.nameIs(name);
  }

  /** The closing bracket that brings the scanner back into a body of ours. */
  backInBody(end: number): void {
    this.lastEnd = end;
    if (this.phase !== inValue) {
      this.phase = atStart;
    }
  }

  /** The end of the line, or of the body. */
  statementEnd(body: number): void {
    if (this.phase === inValue) {
      const valueStart = this.valueStart < 0 ? this.lastEnd : this.valueStart;
      if (body === backendBody) {
        this.open?.attributes.push(this.attribute(valueStart));
      } else if (body === terraformBody && this.nameIs('required_version')) {
        this.requiredVersions.push(this.attribute(valueStart));
      } else if (body === topBody && this.keepsTopAttributes) {
        this.topAttributes.push(this.attribute(valueStart));
      }
    }
    this.phase = atStart;
  }

  /** As `statementEnd`, where something was still open: the value reaches up to `end`. */
  statementBroken(body: number, end: number): void {
    this.lastEnd = Math.max(this.lastEnd, end);
    this.statementEnd(body);
  }

  /** The end of the open backend block, if there is one. */
  blockEnd(bodyEnd: number, closed: boolean): void {
    if (this.open === undefined) {
      return;
    }
    const { kind, type, start, bodyStart, attributes } = this.open;
    const range = { start, end: closed ? bodyEnd + 1 : bodyEnd };
    const bodyRange = { start: bodyStart, end: bodyEnd };
    this.blocks.push({ kind, type, range, bodyRange, closed, attributes });
    this.open = undefined;
  }

  private enter(body: number): number {
    this.phase = atStart;
    return body;
  }

  private label(start: number): void {
    this.labels++;
    this.labelStart = start;
  }

  private tokenStart(pos: number): void {
    if (this.phase === inValue && this.valueStart < 0) {
      this.valueStart = pos;
    }
  }

  private nameIs(name: string): boolean {
    return (
      this.nameEnd - this.nameStart === name.length && this.text.startsWith(name, this.nameStart)
    );
  }

  private attribute(valueStart: number): ScannedAttribute {
    const end = Math.max(this.lastEnd, valueStart);
    return {
      name: this.text.slice(this.nameStart, this.nameEnd),
      range: { start: this.nameStart, end },
      nameRange: { start: this.nameStart, end: this.nameEnd },
      valueRange: { start: valueStart, end },
      plain: isPlainLiteral(this.text, valueStart, end),
    };
  }
}
