import type { Attribute, AttributeValue, BackendBlock, TextRange } from '../core/backendBlock';
import { isTofuFile } from '../core/moduleFiles';
import { mentionsBackend } from './blockScanner';
import type { ReadResult } from './backendBlocks';
import { JsonScanner, type JsonMember } from './jsonScanner';

/** Reads documents in JSON syntax, as `BackendBlockReader` reads those in HCL's own. */
export class JsonBlockReader {
  private readonly lastGood = new Map<string, readonly Attribute[]>();

  /** Reads the document's present text. Takes time in proportion to its length, and does not yield. */
  read(documentKey: string, text: string): Promise<ReadResult> {
    const found = mentionsBackend(text) ? findJsonBlocks(text, isTofuFile(documentKey)) : nothing;
    const blocks = found.blocks.map((block, index): BackendBlock => {
      const key = `${documentKey}\n${block.type}#${String(index)}`;
      if (block.attributes !== undefined) {
        this.lastGood.set(key, block.attributes);
      }
      const known = block.attributes ?? this.lastGood.get(key);
      return {
        type: block.type,
        range: block.range,
        attributes: known ?? [],
        parse: block.attributes ? 'current' : known ? 'lastGood' : 'unparsed',
      };
    });
    return Promise.resolve({
      blocks,
      cloud: found.cloud,
      requiredVersions: found.requiredVersions,
      overtaken: false,
    });
  }

  /** The document is gone: its last good values are, too. */
  forget(documentKey: string): void {
    for (const key of this.lastGood.keys()) {
      if (key.startsWith(`${documentKey}\n`)) {
        this.lastGood.delete(key);
      }
    }
  }
}

interface JsonBlock {
  readonly type: string;
  /** From the block's type to the end of its body. */
  readonly range: TextRange;
  /** Undefined where the body is not JSON just now. */
  readonly attributes: readonly Attribute[] | undefined;
}

interface JsonBlocks {
  readonly blocks: readonly JsonBlock[];
  readonly cloud: readonly TextRange[];
  readonly requiredVersions: readonly { readonly range: TextRange; readonly text: string }[];
}

const nothing: JsonBlocks = { blocks: [], cloud: [], requiredVersions: [] };

/**
 * The backend blocks of a JSON document: `{"terraform": {"backend": {"s3": {…}}}}`, where each object may also be
 * an array of objects (hcl/json/structure.go).
 * @param templates whether `${…}` in a string is one. Not in Terraform, which evaluates a backend without a scope
 *   and then takes strings literally; in OpenTofu they are.
 */
export function findJsonBlocks(text: string, templates: boolean): JsonBlocks {
  const scanner = new JsonScanner(text);
  const start = scanner.skipBlanks(0);
  const root = { start, end: scanner.valueEnd(start) ?? start };
  const settings = within(scanner, [root], 'terraform');
  const bodies = settings.flatMap((member) => [...scanner.objects(member.value)]);
  const backends = within(scanner, bodies, 'backend');
  const types = backends.flatMap((member) =>
    [...scanner.objects(member.value)].flatMap((types) => [...scanner.members(types.start)]),
  );
  return {
    blocks: types.flatMap((type) =>
      [...scanner.objects(type.value)].map((body, index) => ({
        type: type.key,
        range: { start: index === 0 ? type.start : body.start, end: body.end },
        attributes: attributesOf(text, scanner, body, templates),
      })),
    ),
    cloud: within(scanner, bodies, 'cloud').map(({ start: from, value }) => ({
      start: from,
      end: value.end,
    })),
    requiredVersions: within(scanner, bodies, 'required_version').map(({ start: from, value }) => ({
      range: { start: from, end: value.end },
      text: text.slice(value.start, value.end),
    })),
  };
}

function within(
  scanner: JsonScanner,
  ranges: readonly TextRange[],
  name: string,
): readonly JsonMember[] {
  return ranges
    .flatMap((range) => [...scanner.objects(range)])
    .flatMap((object) => [...scanner.members(object.start)])
    .filter(({ key }) => key === name);
}

function attributesOf(
  text: string,
  scanner: JsonScanner,
  body: TextRange,
  templates: boolean,
): readonly Attribute[] | undefined {
  if (parsed(text.slice(body.start, body.end)) === undefined) {
    return undefined;
  }
  const members = [...scanner.members(body.start)].filter(({ key }) => key !== '//');
  const names = new Set(members.map(({ key }) => key));
  // An attribute given twice is an error in Terraform.
  return names.size < members.length
    ? undefined
    : members.map(({ key, start, value }) => ({
        name: key,
        range: { start, end: value.end },
        value: valueOf(text.slice(value.start, value.end), templates),
      }));
}

function valueOf(written: string, templates: boolean): AttributeValue {
  const value = parsed(written)?.value;
  const isTemplate = templates && /[$%]\{/.test(JSON.stringify(value));
  // A number that JavaScript cannot hold exactly, or would print differently.
  const isInexact = typeof value === 'number' && String(value) !== written;
  return isTemplate || isInexact
    ? { kind: 'expression', text: written }
    : { kind: 'literal', value: normalized(value) };
}

/** Strings as Terraform holds them: in Unicode's form C. */
function normalized(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.normalize('NFC');
  }
  if (Array.isArray(value)) {
    return value.map(normalized);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, normalized(inner)]))
    : value;
}

function parsed(json: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(json) };
  } catch {
    // Somebody is typing.
    return undefined;
  }
}
