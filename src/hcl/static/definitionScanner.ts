import { topBody } from '../frameStack';
import { ScanMachine } from '../scanMachine';
import { ScanRecorder } from '../scanRecorder';
import type { ScannedAttribute, ScannedBlock } from '../scanResult';

const charsPerStep = 8_192;
const budgetMs = 4;

/** What a scan is for: the top-level blocks of interest, by name, and how many labels each may have. */
export type BlocksOfInterest = Readonly<
  Record<string, { readonly kind: ScannedBlock['kind']; readonly labels: readonly number[] }>
>;

const definitions: BlocksOfInterest = {
  variable: { kind: 'variable', labels: [1] },
  locals: { kind: 'locals', labels: [0] },
};

/**
 * Finds top-level blocks and their attributes: `variable` and `locals`, unless others are asked for. Never
 * throws on account of the text; awaits `yieldNow` whenever it has worked for some milliseconds.
 */
export async function scanDefinitions(
  text: string,
  yieldNow: () => Promise<void>,
  wanted: BlocksOfInterest = definitions,
): Promise<readonly ScannedBlock[]> {
  return (await scanTopLevel(text, yieldNow, wanted)).blocks;
}

/** As `scanDefinitions`, with the attributes of those names that stand outside of all blocks. */
export async function scanTopLevel(
  text: string,
  yieldNow: () => Promise<void>,
  wanted: BlocksOfInterest,
  attributeNames: readonly string[] = [],
): Promise<{
  readonly blocks: readonly ScannedBlock[];
  readonly attributes: readonly ScannedAttribute[];
}> {
  const words = [...new Set([...Object.keys(wanted), ...attributeNames])];
  if (!words.some((word) => text.includes(word))) {
    return { blocks: [], attributes: [] };
  }
  const recorder = new DefinitionRecorder(text, wanted);
  const machine = new ScanMachine(text, { recorder, headers: new LineFinder(text, words) });
  let started = performance.now();
  while (!machine.step(charsPerStep)) {
    if (performance.now() - started >= budgetMs) {
      await yieldNow();
      started = performance.now();
    }
  }
  await yieldNow();
  return {
    blocks: recorder.result.blocks,
    attributes: recorder.topAttributes.filter(({ name }) => attributeNames.includes(name)),
  };
}

/**
 * The attributes of a text that is nothing but attributes, such as a `.tfvars` file. Undefined where there
 * is anything else in it.
 */
export async function scanAttributes(
  text: string,
  yieldNow: () => Promise<void>,
): Promise<{ readonly text: string; readonly block: ScannedBlock } | undefined> {
  const wrapped = `locals {\n${text.replace(/^\ufeff/, '')}\n}`;
  const [block, ...others] = await scanDefinitions(wrapped, yieldNow);
  const isWhole =
    block !== undefined &&
    others.length === 0 &&
    block.closed &&
    block.range.start === 0 &&
    block.range.end === wrapped.length;
  return isWhole ? { text: wrapped, block } : undefined;
}

class DefinitionRecorder extends ScanRecorder {
  constructor(
    text: string,
    private readonly wanted: BlocksOfInterest,
  ) {
    super(text, true);
  }

  protected override opensContainer(): boolean {
    return false;
  }

  protected override blockKind(parent: number): ScannedBlock['kind'] | undefined {
    if (parent !== topBody) {
      return undefined;
    }
    const found = Object.entries(this.wanted).find(([name, { labels }]) =>
      labels.some((count) => this.headerIs(name, count)),
    );
    return found?.[1].kind;
  }
}

/** Finds the lines that begin with one of some words. */
class LineFinder {
  private readonly pattern: RegExp;
  private askedFrom = -1;
  private answer = -1;

  constructor(
    private readonly text: string,
    words: readonly string[],
  ) {
    this.pattern = new RegExp(`^[ \\t\\ufeff]*(?:${words.join('|')})(?![\\w-])`, 'gm');
  }

  /** The start of the first such line at or behind `pos`, or the text's length. */
  nextLine(pos: number): number {
    if (this.askedFrom <= pos && pos <= this.answer) {
      return this.answer;
    }
    this.pattern.lastIndex = pos;
    this.askedFrom = pos;
    this.answer = this.pattern.exec(this.text)?.index ?? this.text.length;
    return this.answer;
  }
}
