import type { Attribute } from '../../src/core/backendBlock';
import type { Backend } from '../../src/backends/backend';

/** Whether a resolution failed only because lock files cannot be read yet. */
export function lacksLockFiles(detail: string | undefined): boolean {
  return detail?.startsWith('S3 lock files') ?? false;
}

/**
 * As long as lock files are not read, an item of a table stands in for each: what signs the request for it would
 * sign the one for the file. `asked` says for which configurations it did.
 */
export function withStandIn(backend: Backend, asked: { table: boolean; file: boolean }): Backend {
  return {
    ...backend,
    resolve: (block, context, host) => {
      const has = (name: string): boolean =>
        block.attributes.some((attribute) => attribute.name === name && isSet(attribute));
      asked.table = has('dynamodb_table');
      asked.file = has('use_lockfile');
      const others = block.attributes.filter(({ name }) => name !== 'use_lockfile');
      const table: Attribute = {
        name: 'dynamodb_table',
        range: block.range,
        value: { kind: 'literal', value: 'locks' },
      };
      const attributes = asked.table
        ? others
        : [...others.filter(({ name }) => name !== 'dynamodb_table'), table];
      return backend.resolve({ ...block, attributes }, context, host);
    },
  };
}

function isSet({ value }: Attribute): boolean {
  return value.kind === 'literal' && value.value !== null && value.value !== '';
}
