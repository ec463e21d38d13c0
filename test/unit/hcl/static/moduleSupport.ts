import type { AttributeValue, BackendBlock } from '../../../../src/core/backendBlock';
import { BackendBlockReader } from '../../../../src/hcl/backendBlocks';
import { parseBackendBlock } from '../../../../src/hcl/hclParser';
import { ModuleValues } from '../../../../src/hcl/static/moduleValues';
import { only } from '../../../support/fakes';

/** A module directory in memory. */
export interface SampleModule {
  /** Texts by name; the backend block is in `backend.tf`. */
  readonly files: Readonly<Record<string, string | undefined>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workspace?: string;
}

const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The backend block of `backend.tf`, with values, as the extension comes by it. */
export async function completed(module: SampleModule): Promise<BackendBlock> {
  const reader = new BackendBlockReader((slice) => {
    const outcome = parseBackendBlock(slice);
    return Promise.resolve(outcome.kind === 'values' ? outcome.values : null);
  }, yieldNow);
  const { blocks } = await reader.read('backend.tf', module.files['backend.tf'] ?? '');
  return only(await valuesOf(module).complete(blocks, 'file:///infra/network', '/infra/network'));
}

/** How long evaluating `local.n1_7` worked between yields, in milliseconds of processor time. */
export async function stretchesOf(module: SampleModule): Promise<number[]> {
  const stretches: number[] = [];
  const spent = (): number => process.cpuUsage().user / 1_000;
  let started = spent();
  const yieldCounting = async (): Promise<void> => {
    stretches.push(spent() - started);
    await yieldNow();
    started = spent();
  };
  const range = { start: 0, end: 0 };
  const value = { kind: 'expression', text: 'local.n1_7' } as const;
  const attributes = [{ name: 'key', range, value }];
  await valuesOf(module, yieldCounting).complete(
    [{ type: 's3', range, attributes, parse: 'current' }],
    'file:///infra/network',
  );
  return stretches;
}

function valuesOf(module: SampleModule, yielding = yieldNow): ModuleValues {
  return new ModuleValues({
    files: {
      list: () => Promise.resolve(Object.keys(module.files)),
      readText: (_, name) => Promise.resolve(module.files[name]),
      workspace: () => Promise.resolve(module.workspace),
    },
    environment: module.environment ?? {},
    yieldNow: yielding,
  });
}

/** What `key = EXPRESSION` in a backend block comes to: its value, or why it has none. */
export async function keyOf(expression: string, module: SampleModule): Promise<unknown> {
  const range = { start: 0, end: expression.length };
  const value = { kind: 'expression', text: expression } as const;
  const attributes = [{ name: 'key', range, value }];
  const block: BackendBlock = { type: 's3', range, attributes, parse: 'current' };
  const [done] = await valuesOf(module).complete(
    [block],
    'file:///infra/network',
    '/infra/network',
  );
  return shown(only(done?.attributes ?? []).value);
}

export function shown(value: AttributeValue): unknown {
  return value.kind === 'literal' ? value.value : { why: value.why };
}
