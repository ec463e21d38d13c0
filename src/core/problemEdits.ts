import type { Attribute, BackendBlock, TextRange } from './backendBlock';
import type { BlockEdit } from './problems';

/** Replace this range by this text. */
export interface TextEdit {
  readonly range: TextRange;
  readonly text: string;
}

/** A line of the block while it is being edited. */
interface Line {
  text: string;
  /** The attribute that is all there is on this line. */
  readonly name?: string;
}

const indentStep = '  ';

/**
 * The one text edit that carries out the changes, within the block; the attributes around a change are
 * aligned as `terraform fmt` does. Undefined where the text is not (any more) the one the block was read
 * from, or a change does not fit it.
 */
export function editBlock(
  text: string,
  block: BackendBlock,
  edits: readonly BlockEdit[],
): TextEdit | undefined {
  if (block.parse !== 'current' || !stillThere(text, block)) {
    return undefined;
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = linesOf(text, block);
  for (const edit of edits) {
    if (!apply(edit, lines, indentOf(text, block))) {
      return undefined;
    }
  }
  const changed = lines.map((line) => line.text).join(newline);
  return changed === text.slice(block.range.start, block.range.end)
    ? undefined
    : { range: block.range, text: changed };
}

function stillThere(text: string, { range, attributes }: BackendBlock): boolean {
  return (
    text.startsWith('backend', range.start) &&
    text[range.end - 1] === '}' &&
    attributes.every(({ name, range: at }) => text.startsWith(name, at.start))
  );
}

/** The block's lines; a block on one line is opened, so that every attribute has a line of its own. */
function linesOf(text: string, block: BackendBlock): Line[] {
  const { range, attributes } = block;
  const slice = text.slice(range.start, range.end);
  if (!/\r?\n/.test(slice)) {
    const open = slice.indexOf('{');
    const indent = indentOf(text, block);
    const body = attributes.map((attribute): Line => ({
      text: indent + indentStep + text.slice(attribute.range.start, attribute.range.end),
      name: attribute.name,
    }));
    return [{ text: slice.slice(0, open + 1) }, ...body, { text: `${indent}}` }];
  }
  let offset = range.start;
  return slice.split(/(?<=\n)/).map((line): Line => {
    const start = offset;
    offset += line.length;
    const name = attributes.find((attribute) => isOnLine(attribute, start, offset))?.name;
    return { text: line.replace(/\r?\n$/, ''), ...(name === undefined ? {} : { name }) };
  });
}

function isOnLine({ range }: Attribute, start: number, end: number): boolean {
  return range.start >= start && range.end <= end;
}

function indentOf(text: string, block: BackendBlock): string {
  const line = text.lastIndexOf('\n', block.range.start - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, block.range.start))?.[0] ?? '';
}

function apply(edit: BlockEdit, lines: Line[], blockIndent: string): boolean {
  switch (edit.kind) {
    case 'add':
      return add(edit, lines, blockIndent);
    case 'remove': {
      const at = lines.findIndex((line) => line.name === edit.name);
      if (at < 0) {
        return false;
      }
      lines.splice(at, 1);
      align(lines, at);
      return align(lines, at - 1);
    }
    case 'rename': {
      const at = lines.findIndex((line) => line.name === edit.name);
      const line = lines[at];
      if (line === undefined) {
        return false;
      }
      lines[at] = { text: line.text.replace(edit.name, edit.to), name: edit.to };
      return align(lines, at);
    }
  }
}

function add(
  edit: Extract<BlockEdit, { kind: 'add' }>,
  lines: Line[],
  blockIndent: string,
): boolean {
  if (lines.some((line) => line.name === edit.name)) {
    return false;
  }
  const anchors = edit.after.map((name) => lines.findIndex((line) => line.name === name));
  const anchor = anchors.find((at) => at >= 0) ?? lines.length - 2;
  const like = lines.find((line) => line.name !== undefined);
  const indent = like === undefined ? blockIndent + indentStep : leadingBlanks(like.text);
  const line = { text: `${indent}${edit.name} = ${edit.value}`, name: edit.name };
  lines.splice(anchor + 1, 0, line);
  return align(lines, anchor + 1);
}

function leadingBlanks(text: string): string {
  return /^[ \t]*/.exec(text)?.[0] ?? '';
}

/** Aligns the equals signs of the adjacent attribute lines around this one. */
function align(lines: Line[], at: number): boolean {
  const isAttribute = (index: number): boolean => lines[index]?.name !== undefined;
  if (!isAttribute(at)) {
    return true;
  }
  let first = at;
  let last = at;
  while (isAttribute(first - 1)) {
    first--;
  }
  while (isAttribute(last + 1)) {
    last++;
  }
  const group = lines.slice(first, last + 1);
  const width = Math.max(...group.map(({ name = '' }) => name.length));
  for (const line of group) {
    const name = line.name ?? '';
    line.text = line.text.replace(
      new RegExp(`^([ \\t]*)${name}[ \\t]*=[ \\t]*`),
      (_all, indent: string) => `${indent}${name.padEnd(width)} = `,
    );
  }
  return true;
}
