import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { BackupFiles } from '../../../src/storage/backupFiles';
import { hostileTexts } from '../../support/samples';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

describe('the files of backups', () => {
  let temp: TempFolder;
  beforeEach(() => (temp = createTempFolder('backups')));
  afterEach(() => temp.remove());

  const open = (): BackupFiles =>
    new BackupFiles(path.join(temp.path, 'a', 'backups'), () => Date.parse('2026-03-01T12:00:00Z'));

  it('are named by state and time, in a folder of their owner', async () => {
    const file = await open().newFile('live/network/terraform.tfstate');
    assert.equal(
      path.basename(file),
      'live-network-terraform.tfstate-2026-03-01T12-00-00-000Z.tfstate',
    );
    const folder = path.dirname(file);
    assert.deepEqual(readdirSync(folder), [], 'no file is written');
    if (process.platform !== 'win32') assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it('stay in their folder, whatever the key', async () => {
    const files = open();
    for (const key of ['../../x', '/etc/passwd', '..', '.', '', ...hostileTexts]) {
      const file = await files.newFile(key);
      assert.equal(path.dirname(file), path.join(temp.path, 'a', 'backups'), key);
      assert.match(path.basename(file), /^[A-Za-z0-9_][\w.-]{0,130}$/, key);
    }
  });
});
