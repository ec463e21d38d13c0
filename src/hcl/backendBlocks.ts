import type { Attribute, BackendBlock, TextRange } from '../core/backendBlock';
import { scanBlocksInSlices } from './blockScanner';
import { LruCache } from './lruCache';
import { emptyScan, type ScannedAttribute, type ScannedBlock } from './scanResult';

const defaultCacheSize = 500;

/** The values of a backend block's attributes, or null if its text does not parse. */
export type Evaluate = (slice: string) => Promise<Record<string, unknown> | null>;

/** A `required_version` of the module. */
export interface RequiredVersion {
  readonly range: TextRange;
  /** The value as written, with its quotes. */
  readonly text: string;
}

/** What a text says about where its state is. Plain data. */
export interface ReadResult {
  readonly blocks: readonly BackendBlock[];
  /** The `cloud` blocks. */
  readonly cloud: readonly TextRange[];
  readonly requiredVersions: readonly RequiredVersion[];
  /** A later read of the same document has ended before this one. */
  readonly overtaken: boolean;
}

export interface BackendBlockReaderOptions {
  /** How many evaluated blocks are kept. */
  readonly cacheSize?: number;
  /** Scanning yields after so long. */
  readonly budgetMs?: number;
  /** Told when a block could not be evaluated for no fault of its own. */
  readonly onEvaluationError?: (error: unknown) => void;
}

/** What is remembered of a document. */
interface KnownDocument {
  startedReads: number;
  /** The number of the latest read that has ended. */
  latestRead: number;
  /** By type and by position among the blocks of that type. */
  readonly lastGood: Map<string, readonly Attribute[]>;
}

/** A block, with its text cut out of the document: ranges are relative to `start`. */
interface CutBlock {
  readonly block: ScannedBlock;
  readonly key: string;
  readonly type: string;
  readonly slice: string;
}

/** Reads documents: finds their backend blocks, has them evaluated and remembers what was good. */
export class BackendBlockReader {
  private readonly documents = new Map<string, KnownDocument>();
  private readonly cache: LruCache<string, { values: Record<string, unknown> | null }>;

  constructor(
    private readonly evaluate: Evaluate,
    private readonly yieldNow: () => Promise<void>,
    private readonly options: BackendBlockReaderOptions = {},
  ) {
    this.cache = new LruCache(options.cacheSize ?? defaultCacheSize);
  }

  /** Reads the document's present text. Never rejects on account of the text. */
  async read(documentKey: string, text: string): Promise<ReadResult> {
    const document = this.documentFor(documentKey);
    const read = ++document.startedReads;
    const scan = await scanBlocksInSlices(text, this.yieldNow, this.options.budgetMs);
    const cuts = cutBlocks(text, scan.blocks);
    const values = await Promise.all(cuts.map((cut) => this.valuesOf(cut)));

    const overtaken = read < document.latestRead;
    document.latestRead = Math.max(read, document.latestRead);
    if (scan === emptyScan && !overtaken && this.documents.get(documentKey) === document) {
      // Not even the word is left: nobody is in the middle of typing a block.
      this.forget(documentKey);
    }
    const blocks = cuts.map((cut, index) => {
      const attributes = attributesOf(cut, values[index] ?? null);
      if (attributes !== undefined && !overtaken) {
        document.lastGood.set(cut.key, attributes);
      }
      return present(cut, attributes, document.lastGood.get(cut.key));
    });
    const cloud = scan.blocks.filter(({ kind }) => kind === 'cloud').map(({ range }) => range);
    const requiredVersions = scan.requiredVersions.map(({ range, valueRange }) => ({
      range,
      text: detached(text.slice(valueRange.start, valueRange.end)),
    }));
    return { blocks, cloud, requiredVersions, overtaken };
  }

  /** The document is gone: its last good values are, too. */
  forget(documentKey: string): void {
    this.documents.delete(documentKey);
  }

  private documentFor(key: string): KnownDocument {
    const known = this.documents.get(key);
    if (known !== undefined) {
      return known;
    }
    const document = { startedReads: 0, latestRead: 0, lastGood: new Map() };
    this.documents.set(key, document);
    return document;
  }

  private async valuesOf({ block, slice }: CutBlock): Promise<Record<string, unknown> | null> {
    if (!block.closed) {
      return null;
    }
    const cached = this.cache.get(slice);
    if (cached !== undefined) {
      return cached.values;
    }
    try {
      const values = await this.evaluate(slice);
      this.cache.set(slice, { values });
      return values;
    } catch (error) {
      // Not cached: the evaluator failed, not the block, and may do better next time.
      this.options.onEvaluationError?.(error);
      return null;
    }
  }
}

function cutBlocks(text: string, blocks: readonly ScannedBlock[]): CutBlock[] {
  const seen = new Map<string, number>();
  return blocks
    .filter(({ kind }) => kind === 'backend')
    .map((block) => {
      const index = seen.get(block.type) ?? 0;
      seen.set(block.type, index + 1);
      const slice = detached(text.slice(block.range.start, block.range.end));
      const type = detached(block.type);
      return { block, key: `${type}#${index}`, type, slice };
    });
}

function attributesOf(
  cut: CutBlock,
  values: Record<string, unknown> | null,
): readonly Attribute[] | undefined {
  return values === null
    ? undefined
    : cut.block.attributes.map((attribute) => attributeOf(cut, attribute, values));
}

function attributeOf(
  { block, slice }: CutBlock,
  { range, nameRange, valueRange, plain }: ScannedAttribute,
  values: Record<string, unknown>,
): Attribute {
  const cut = ({ start, end }: TextRange): string =>
    slice.slice(start - block.range.start, end - block.range.start);
  const name = cut(nameRange);
  return plain && Object.hasOwn(values, name)
    ? { name, range, value: { kind: 'literal', value: values[name] } }
    : { name, range, value: { kind: 'expression', text: cut(valueRange) } };
}

function present(
  { block, type }: CutBlock,
  current: readonly Attribute[] | undefined,
  lastGood: readonly Attribute[] | undefined,
): BackendBlock {
  const { range } = block;
  if (current !== undefined) {
    return { type, range, attributes: current, parse: 'current' };
  }
  return lastGood === undefined
    ? { type, range, attributes: [], parse: 'unparsed' }
    : { type, range, attributes: lastGood.map((old) => moved(old, block)), parse: 'lastGood' };
}

/** An attribute of an earlier text: where it is now, or else the block's first line. */
function moved(old: Attribute, block: ScannedBlock): Attribute {
  const now = block.attributes.find(({ name }) => name === old.name);
  const header = { start: block.range.start, end: block.bodyRange.start };
  return { ...old, range: now?.range ?? header };
}

/**
 * A copy that shares nothing with the text it was cut from. JavaScript engines keep the whole
 * document in memory for the sake of a slice, and slices are kept for long.
 */
function detached(slice: string): string {
  return ` ${slice}`.slice(1);
}
