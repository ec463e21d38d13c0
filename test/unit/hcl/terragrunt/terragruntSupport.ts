import type { AttributeValue, BackendBlock } from '../../../../src/core/backendBlock';
import { LruCache } from '../../../../src/hcl/lruCache';
import {
  readTerragruntUnit,
  type TerragruntUnit,
} from '../../../../src/hcl/terragrunt/terragruntUnit';

/** A repository in memory: texts by path below `/repo`. */
export interface SampleRepository {
  readonly files: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What is made of one `terragrunt.hcl`, by its path below `/repo`. */
export function unitIn(
  { files, environment }: SampleRepository,
  unit: string,
): Promise<TerragruntUnit> {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`/repo/${name}`, text]));
  return readTerragruntUnit(`/repo/${unit}`, {
    port: {
      readText: (path) => Promise.resolve(texts.get(path)),
      exists: (path) =>
        Promise.resolve(
          texts.has(path) || [...texts.keys()].some((file) => file.startsWith(`${path}/`)),
        ),
      list: (folder) =>
        Promise.resolve(
          [...texts.keys()]
            .filter((file) => file.slice(0, file.lastIndexOf('/')) === folder)
            .map((file) => file.slice(folder.length + 1)),
        ),
    },
    environment: environment ?? {},
    yieldNow,
    parsed: new LruCache(10),
  });
}

/** The attributes by name: their values, or why they have none. */
export function valuesOf(block: BackendBlock | undefined): Record<string, unknown> {
  if (block === undefined) {
    return {};
  }
  return block.unknown === undefined
    ? Object.fromEntries(block.attributes.map(({ name, value }) => [name, shown(value)]))
    : { unknown: `${block.unknown.text}: ${block.unknown.why}` };
}

function shown(value: AttributeValue): unknown {
  return value.kind === 'literal' ? value.value : { text: value.text, why: value.why };
}
