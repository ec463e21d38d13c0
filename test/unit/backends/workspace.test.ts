import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readWorkspace } from '../../../src/backends/workspace';
import { LockFailure } from '../../../src/core/lockError';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

describe('the workspace of a module', () => {
  let folder: TempFolder;
  const select = (name: string, data = '.terraform'): void => {
    mkdirSync(path.join(folder.path, data), { recursive: true });
    writeFileSync(path.join(folder.path, data, 'environment'), name);
  };
  const read = (environment: Record<string, string> = {}): Promise<string> =>
    readWorkspace(environment, { dirPath: folder.path });

  beforeEach(() => {
    folder = createTempFolder('workspace');
  });
  afterEach(() => folder.remove());

  it('is default where nothing was selected', async () => {
    assert.equal(await read(), 'default');
    assert.equal(await readWorkspace({}, {}), 'default');
  });

  for (const [written, expected] of [
    ['dev', 'dev'],
    [' \tdev\r\n', 'dev'],
    ['\u0085dev\u3000', 'dev'],
    ['', 'default'],
    ['\n', 'default'],
    ['a.b-c_d~e$f&g+h:i=j@k', 'a.b-c_d~e$f&g+h:i=j@k'],
    ['...', '...'],
  ] as const) {
    it(`is ${expected} where ${JSON.stringify(written)} was selected`, async () => {
      select(written);
      assert.equal(await read(), expected);
    });
  }

  it('is that of TF_WORKSPACE before the selected one, unless it is empty', async () => {
    select('dev');
    assert.equal(await read({ TF_WORKSPACE: 'prod' }), 'prod');
    assert.equal(await read({ TF_WORKSPACE: '' }), 'dev');
  });

  it('is the one that is asked for, whatever is selected', async () => {
    select('dev');
    const ask = (workspace: string): Promise<string> =>
      readWorkspace({ TF_WORKSPACE: 'prod' }, { dirPath: folder.path, workspace });
    assert.equal(await ask('stage'), 'stage');
    assert.equal(await ask('default'), 'default');
    for (const refused of ['', '..', '.', 'a/b', 'a b']) {
      await assert.rejects(ask(refused), (error) => LockFailure.is(error, 'unresolved'));
    }
  });

  it('is looked for in TF_DATA_DIR, relative to the module', async () => {
    select('dev');
    select('other', 'data/of');
    assert.equal(await read({ TF_DATA_DIR: 'data/of' }), 'other');
    assert.equal(await read({ TF_DATA_DIR: path.join(folder.path, 'data', 'of') }), 'other');
  });

  for (const name of ['a b', 'a/b', 'é', '\ufeffdev', 'a%b', 'a\nb', '.', '..', 'a,b', "a'b"]) {
    it(`is none where it would be ${JSON.stringify(name)}`, async () => {
      select(name);
      for (const environment of [{}, { TF_WORKSPACE: name }]) {
        await assert.rejects(read(environment), (error) => LockFailure.is(error, 'unresolved'));
      }
    });
  }

  it('is none where the file cannot be read', async () => {
    mkdirSync(path.join(folder.path, '.terraform', 'environment'), { recursive: true });
    await assert.rejects(read(), /EISDIR/);
  });
});
