import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OwnLock } from '../../../src/core/ownLocks';
import { OwnLockFiles } from '../../../src/storage/ownLockFiles';
import { MemoryLog } from '../../support/fakes';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

const lockOf = (lockId: string): OwnLock => ({
  lockId,
  path: `bucket/${lockId}.tfstate`,
  takenAt: '2026-03-01T12:00:00Z',
});
const hasLock = (store: OwnLockFiles, lockId: string): boolean =>
  store.has(lockId, lockOf(lockId).path);

describe('own locks in files', () => {
  let folder: TempFolder;
  let directory: string;
  let log: MemoryLog;
  const open = (): OwnLockFiles => new OwnLockFiles(directory, log);

  beforeEach(() => {
    folder = createTempFolder('own-locks');
    directory = path.join(folder.path, 'not', 'there', 'yet');
    log = new MemoryLog();
  });
  afterEach(() => folder.remove());

  it('are none where nothing was ever taken', async () => {
    const store = open();
    assert.equal(await store.reload(), false);
    assert.equal(hasLock(store, 'a'), false);
  });

  it('are known at once, and after a restart', async () => {
    const store = open();
    await store.remember(lockOf('a'));
    assert.ok(hasLock(store, 'a'));
    const restarted = open();
    assert.equal(await restarted.reload(), true);
    assert.ok(hasLock(restarted, 'a'));
    assert.equal(await restarted.reload(), false);
  });

  it('belong to the state that was locked, and to no other', async () => {
    const store = open();
    await store.remember(lockOf('a'));
    assert.equal(store.has('a', 'bucket/other.tfstate'), false);
  });

  it('are shared by two windows', async () => {
    const [one, two] = [open(), open()];
    await Promise.all([one.remember(lockOf('a')), two.remember(lockOf('b'))]);
    assert.deepEqual([hasLock(one, 'b'), hasLock(two, 'a')], [false, false]);
    await Promise.all([one.reload(), two.reload()]);
    assert.deepEqual([hasLock(one, 'b'), hasLock(two, 'a')], [true, true]);
    await two.forget('a');
    assert.equal(await one.reload(), true);
    assert.deepEqual([hasLock(one, 'a'), hasLock(one, 'b')], [false, true]);
  });

  it('are forgotten for good, and forgetting what is not there does nothing', async () => {
    const store = open();
    await store.remember(lockOf('a'));
    await store.forget('a');
    await store.forget('never there');
    assert.equal(hasLock(store, 'a'), false);
    assert.deepEqual(readdirSync(directory), []);
  });

  it('are written whole: no draft is left over, and nobody else may read them', async () => {
    const store = open();
    await store.remember(lockOf('a'));
    assert.deepEqual(readdirSync(directory), ['a.json']);
    if (process.platform !== 'win32') {
      assert.equal(statSync(path.join(directory, 'a.json')).mode & 0o777, 0o600);
    }
  });

  it('stay in their folder, whatever the ID', async () => {
    const store = open();
    for (const id of ['../../escape', '..', 'a/b', 'c\\d', '', 'x\u0000y']) {
      await store.remember({ ...lockOf('any'), lockId: id });
    }
    assert.deepEqual(readdirSync(folder.path), ['not']);
    assert.equal(readdirSync(directory).length, 6);
    const restarted = open();
    await restarted.reload();
    assert.ok(restarted.has('../../escape', lockOf('any').path));
  });

  for (const [what, content] of [
    ['is cut off', '{"lockId":"b"'],
    ['is empty', ''],
    ['is not an object', '[]'],
    ['is null', 'null'],
    ['misses a field', '{"lockId":"b","path":"p"}'],
    ['has a field of another type', '{"lockId":"b","path":7,"takenAt":"t"}'],
  ] as const) {
    it(`are read though one file ${what}`, async () => {
      await open().remember(lockOf('a'));
      writeFileSync(path.join(directory, 'b.json'), content);
      const store = open();
      await store.reload();
      assert.deepEqual([hasLock(store, 'a'), store.has('b', 'p')], [true, false]);
      assert.equal(log.lines.length, 1);
    });
  }

  it('are read though there is a folder among them', async () => {
    await open().remember(lockOf('a'));
    mkdirSync(path.join(directory, 'b.json'));
    const store = open();
    await store.reload();
    assert.ok(hasLock(store, 'a'));
  });

  it('taken while the files are looked at are not lost, and released ones do not come back', async () => {
    const store = open();
    for (let count = 0; count < 50; count++) {
      await store.remember(lockOf(`old-${String(count)}`));
    }
    const reloads = [store.reload(), store.reload()];
    await store.remember(lockOf('new'));
    await store.forget('old-49');
    await Promise.all(reloads);
    assert.deepEqual([hasLock(store, 'new'), hasLock(store, 'old-49')], [true, false]);
    assert.ok(hasLock(store, 'old-0'));
  });
});
