import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { files, importsOf, impureUses, parsed, src, textOf, type Import } from './layeringSources';

const imports = [...parsed].flatMap(([file, source]) => importsOf(file, source));
const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '');
const isOurs = ({ target }: Import): boolean =>
  existsSync(path.join(src, `${target}.ts`)) || existsSync(path.join(src, `${target}.d.ts`));
const show = ({ file, target, typeOnly }: Import): string =>
  `${file} imports ${typeOnly ? 'types of ' : ''}${target}`;
const violations = (of: (entry: Import) => boolean): string[] => imports.filter(of).map(show);

/** Which of our folders each folder may import, beside itself. `extension.ts` may import everything. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  present: ['core'],
  hcl: ['core'],
  backends: ['core'],
  storage: ['core'],
  system: ['core'],
  webview: ['core', 'present'],
  ui: ['core', 'present', 'hcl', 'storage'],
};

describe('the layers of src', () => {
  it('are looked at as a whole', () => {
    const folders = [...new Set(files.map(folderOf))].sort();
    assert.deepEqual(folders, ['', ...Object.keys(allowed).sort()]);
    assert.deepEqual(
      files.filter((file) => folderOf(file) === ''),
      ['api.ts', 'extension.ts'],
    );
    assert.ok(imports.length > 100);
  });

  for (const [folder, others] of Object.entries(allowed)) {
    it(`let ${folder} import only ${[folder, ...others].join(', ')} of our own`, () => {
      assert.deepEqual(
        violations((entry) => {
          if (folderOf(entry.file) !== folder || !isOurs(entry)) return false;
          const target = folderOf(entry.target);
          const typesForUi =
            folder === 'ui' && entry.typeOnly && (target === 'backends' || entry.target === 'api');
          return target !== folder && !others.includes(target) && !typesForUi;
        }),
        [],
      );
    });
  }

  it('resolve: a relative import is a file of src, never one of the tests', () => {
    assert.deepEqual(
      violations((entry) => entry.target.startsWith('..')),
      [],
    );
    const relative = imports.filter(({ target }) => folderOf(target) in allowed);
    assert.deepEqual(relative.filter((entry) => !isOurs(entry)).map(show), []);
  });

  it('keep the public API a matter of types alone', () => {
    assert.deepEqual(
      violations(({ file, typeOnly }) => file === 'api.ts' && !typeOnly),
      [],
    );
    assert.doesNotMatch(textOf('api.ts'), /^export (?!interface|type)/m);
  });

  it('keep vscode in ui and extension.ts', () => {
    const mayUse = (file: string): boolean => folderOf(file) === 'ui' || file === 'extension.ts';
    assert.deepEqual(
      violations(({ file, target }) => target === 'vscode' && !mayUse(file)),
      [],
    );
  });

  it('keep node: and packages out of core and present', () => {
    const pure = ['core', 'present'];
    assert.deepEqual(
      violations((entry) => pure.includes(folderOf(entry.file)) && !isOurs(entry)),
      [],
    );
  });

  it('keep time, chance, timers, console and process out of core and present', () => {
    const uses = [...parsed]
      .filter(([file]) => ['core', 'present'].includes(folderOf(file)))
      .flatMap(([file, source]) => impureUses(source).map((use) => `${file} uses ${use}`));
    assert.deepEqual(uses, []);
  });

  it('keep storage and system to core and node:', () => {
    const folders = ['storage', 'system'];
    assert.deepEqual(
      violations(
        ({ file, ...entry }) =>
          folders.includes(folderOf(file)) &&
          !isOurs({ file, ...entry }) &&
          !entry.target.startsWith('node:'),
      ),
      [],
    );
  });

  it('keep the AWS SDK in backends/s3', () => {
    assert.deepEqual(
      violations(
        ({ file, target }) =>
          /^@(aws-sdk|smithy)\//.test(target) && !file.startsWith('backends/s3/'),
      ),
      [],
    );
  });

  it('keep charts in webview, and everything else of packages and of Node.js out of it', () => {
    assert.deepEqual(
      violations((entry) =>
        folderOf(entry.file) === 'webview'
          ? !isOurs(entry) && entry.target !== 'chart.js'
          : entry.target === 'chart.js',
      ),
      [],
    );
  });

  it('keep hcl2-parser in hcl/hclParser.ts', () => {
    assert.deepEqual(
      violations(
        ({ file, target, typeOnly }) =>
          target === 'hcl2-parser' && file !== 'hcl/hclParser.ts' && !typeOnly,
      ),
      [],
    );
  });

  it('keep threads in the files that are made for them', () => {
    const threads =
      /^(hcl\/hclWorker|hcl\/hclWorkerClient|backends\/worker|backends\/networkThread|storage\/holdHistoryStore|storage\/holdHistoryWorker)\.ts$/;
    assert.deepEqual(
      violations(({ file, target }) => target === 'node:worker_threads' && !threads.test(file)),
      [],
    );
  });

  it('keep backends apart: one never imports another', () => {
    const backendOf = (file: string): string | undefined => /^backends\/([^/]+)\//.exec(file)?.[1];
    assert.deepEqual(
      violations((entry) => {
        const [from, to] = [backendOf(entry.file), backendOf(entry.target)];
        return from !== undefined && to !== undefined && from !== to;
      }),
      [],
    );
  });

  it('let only the registry know which backends there are', () => {
    assert.deepEqual(
      violations(({ file, target }) => {
        const backend = /^backends\/([^/]+)\//.exec(target)?.[1];
        return (
          backend !== undefined &&
          file !== 'backends/registry.ts' &&
          !file.startsWith(`backends/${backend}/`)
        );
      }),
      [],
    );
  });

  it('keep the backends off the extension host: only their thread imports the registry', () => {
    assert.deepEqual(
      violations(
        ({ file, target }) => target === 'backends/registry' && file !== 'backends/worker.ts',
      ),
      [],
    );
  });

  it('have no cycles of values', () => {
    const graph = new Map<string, string[]>();
    for (const entry of imports) {
      if (entry.typeOnly || !isOurs(entry)) continue;
      graph.set(entry.file, [...(graph.get(entry.file) ?? []), `${entry.target}.ts`]);
    }
    const cycles: string[] = [];
    const walk = (file: string, above: readonly string[]): void => {
      if (above.includes(file)) cycles.push([...above, file].join(' -> '));
      else for (const next of graph.get(file) ?? []) walk(next, [...above, file]);
    };
    for (const file of graph.keys()) walk(file, []);
    assert.deepEqual(cycles, []);
  });

  it('have no default exports and no barrels', () => {
    const found = files.filter(
      (file) => /^export (default|=)/m.test(textOf(file)) || /(^|\/)index\.ts$/.test(file),
    );
    assert.deepEqual(
      found.filter((file) => !file.endsWith('.d.ts')),
      [],
    );
  });

  it('have no file of 250 lines or more', () => {
    const long = files.filter((file) => textOf(file).split('\n').length > 250);
    assert.deepEqual(long, []);
  });
});
