import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readWorkspace } from '../../../src/backends/workspace';
import type { Environment } from '../../../src/backends/backend';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

describe('the workspace of a module', () => {
  let folder: TempFolder;
  beforeEach(() => {
    folder = createTempFolder('workspace');
  });
  afterEach(() => folder.remove());

  const select = (name: string, dataDir = '.terraform'): void => {
    const directory = path.resolve(folder.path, dataDir);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'environment'), name);
  };
  const read = (environment: Environment = {}): Promise<string> =>
    readWorkspace(environment, { dirPath: folder.path });

  it('is default where none was ever selected', async () => {
    assert.equal(await read(), 'default');
  });

  for (const [content, expected] of [
    ['dev', 'dev'],
    ['dev\n', 'dev'],
    [' dev \r\n', 'dev'],
    ['', 'default'],
    ['\n', 'default'],
    ['..', '..'],
  ] as const) {
    it(`is ${expected} where .terraform/environment holds ${JSON.stringify(content)}`, async () => {
      select(content);
      assert.equal(await read(), expected);
    });
  }

  it('is TF_WORKSPACE where that is set, and not where it is empty', async () => {
    select('dev');
    assert.equal(await read({ TF_WORKSPACE: 'prod' }), 'prod');
    assert.equal(await read({ TF_WORKSPACE: '' }), 'dev');
  });

  it('is looked for where TF_DATA_DIR says, relative to the module or absolute', async () => {
    select('dev');
    select('near', 'data');
    const far = path.join(folder.path, 'far', 'away');
    select('far', far);
    assert.equal(await read({ TF_DATA_DIR: 'data' }), 'near');
    assert.equal(await read({ TF_DATA_DIR: far }), 'far');
    assert.equal(await read({ TF_DATA_DIR: '' }), 'dev');
    assert.equal(await read({ TF_DATA_DIR: 'nowhere' }), 'default');
  });

  it('is default where .terraform is a file', async () => {
    writeFileSync(path.join(folder.path, '.terraform'), '');
    assert.equal(await read(), 'default');
  });

  it('is an error, not a guess, where it cannot be read', async () => {
    mkdirSync(path.join(folder.path, '.terraform', 'environment'), { recursive: true });
    await assert.rejects(read());
  });

  it('is default for a module that is not on disk', async () => {
    assert.equal(await readWorkspace({}, {}), 'default');
    assert.equal(await readWorkspace({ TF_WORKSPACE: 'prod' }, {}), 'prod');
  });
});
