import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AuditEntry } from '../../../src/core/audit';
import { AuditFile } from '../../../src/storage/auditFile';
import { MemoryLog, recordOf } from '../../support/fakes';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

const entryOf = (attempt: string, record = recordOf().raw): AuditEntry => ({
  at: '2026-03-01T12:00:00Z',
  attempt,
  action: 'forceUnlock',
  outcome: 'attempt',
  by: 'me@here',
  state: 'bucket/a.tfstate',
  workspace: 'default',
  place: 'DynamoDB table locks in eu-west-1',
  lockId: 'a',
  record,
});

describe('the audit file', () => {
  let folder: TempFolder;
  let file: string;
  let log: MemoryLog;
  const open = (): AuditFile => new AuditFile(file, log);
  const lines = (): AuditEntry[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditEntry);

  beforeEach(() => {
    folder = createTempFolder('audit');
    file = path.join(folder.path, 'not there yet', 'audit.jsonl');
    log = new MemoryLog();
  });
  afterEach(() => folder.remove());

  it('gets one line for each entry, with the record as it was', async () => {
    const audit = open();
    const record = '{"ID":"1"}\n\u2028 raw "text" \ud83d';
    await audit.append(entryOf('1', record));
    await audit.append(entryOf('2'));
    assert.deepEqual(
      lines().map((entry) => entry.attempt),
      ['1', '2'],
    );
    assert.equal(lines()[0]?.record, record);
  });

  it('is only ever appended to, also by another window and after a restart', async () => {
    await open().append(entryOf('1'));
    await open().append(entryOf('2'));
    await open().ensure();
    assert.equal(lines().length, 2);
  });

  it('keeps lines whole when two windows write at once, records of any size among them', async () => {
    const [one, two] = [open(), open()];
    const big = '"'.repeat(400 * 1024);
    const writes = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? one : two).append(
        entryOf(String(index), index % 4 < 2 ? big : recordOf().raw),
      ),
    );
    await Promise.all(writes);
    const attempts = lines().map((entry) => Number(entry.attempt));
    assert.deepEqual(
      attempts.sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, index) => index),
    );
  });

  it('says that an entry could not be written, to the caller and in the log', async () => {
    writeFileSync(path.join(folder.path, 'not there yet'), 'a file where a folder should be');
    await assert.rejects(open().append(entryOf('1')));
    assert.match(log.lines.join(), /^error The audit file could not be written: /);
  });

  it('is there to be opened before anything was written', async () => {
    await open().ensure();
    assert.equal(readFileSync(file, 'utf8'), '');
  });

  it('can be read only by whoever runs the editor', async () => {
    await open().append(entryOf('1'));
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('is no file where there is a folder of that name', async () => {
    mkdirSync(file, { recursive: true });
    await assert.rejects(open().append(entryOf('1')));
  });

  it('is read from its end, as much as is asked for, and is empty before anything was written', async () => {
    assert.equal(await open().tail(), '');
    await open().append(entryOf('1'));
    await open().append(entryOf('2'));
    const whole = await open().tail();
    assert.equal(whole, readFileSync(file, 'utf8'));
    assert.equal(await open().tail(100), whole.slice(-100));
  });
});
