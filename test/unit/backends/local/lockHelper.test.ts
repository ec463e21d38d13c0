import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { infoPath } from '../../../../src/backends/local/localBackend';
import {
  findInterpreter,
  LockHelper,
  type Interpreter,
} from '../../../../src/backends/local/lockHelper';
import { noSignal } from '../../../support/awsBlocks';
import { OtherHolder } from '../../../support/localState';
import { skipTest } from '../../../support/mochaRun';
import { createTempFolder, type TempFolder } from '../../../support/tempFolder';

const interpreters: readonly Interpreter[] = [
  { name: 'python3', file: '/usr/bin/python3' },
  { name: 'perl', file: '/usr/bin/perl' },
];
const timeoutMs = 10_000;

for (const interpreter of interpreters) {
  describe(`the lock program in ${interpreter.name}`, () => {
    let folder: TempFolder;
    let state: string;
    let info: string;
    let helper: LockHelper;

    before(function () {
      if (process.platform !== 'linux') skipTest(this, 'the other holder is written for Linux');
      if (!existsSync(interpreter.file)) skipTest(this, `${interpreter.file} is not there`);
    });
    beforeEach(() => {
      folder = createTempFolder('lock helper');
      // Spaces, quotes and letters beyond ASCII must reach it as they are.
      state = path.join(folder.path, 'état "1" $HOME.tfstate');
      info = infoPath(state);
      helper = new LockHelper(interpreter, { stateFile: state, infoFile: info });
    });
    afterEach(() => {
      folder.remove();
    });

    it('takes the lock, writes the record, and undoes both when its input ends', async () => {
      const record = '{"ID":"ä\\u003c"}';
      const { answer, hold } = await helper.hold(record, timeoutMs, noSignal);
      assert.deepEqual(answer, { kind: 'locked' });
      assert.equal(readFileSync(info, 'utf8'), record);
      assert.equal(readFileSync(state, 'utf8'), '');
      assert.deepEqual(await helper.probe(timeoutMs), { kind: 'held', pid: hold.pid });
      const second = await helper.hold('{"ID":"second"}', timeoutMs, noSignal);
      assert.deepEqual(second.answer, { kind: 'held', pid: hold.pid });
      assert.equal(readFileSync(info, 'utf8'), record);
      assert.deepEqual(await helper.clean(record, timeoutMs), { kind: 'held', pid: hold.pid });
      assert.equal(hold.isAlive(), true);
      await hold.end();
      assert.equal(hold.isAlive(), false);
      assert.equal(existsSync(info), false);
      assert.deepEqual(await helper.probe(timeoutMs), { kind: 'free' });
    });

    it('leaves a record that is not the one it wrote', async () => {
      const { hold } = await helper.hold('{"ID":"mine"}', timeoutMs, noSignal);
      writeFileSync(info, '{"ID":"another"}');
      await hold.end();
      assert.equal(readFileSync(info, 'utf8'), '{"ID":"another"}');
    });

    it('sees the lock of another process, and takes none to see it', async () => {
      const other = await OtherHolder.start(state);
      assert.deepEqual(await helper.probe(timeoutMs), { kind: 'held', pid: other.pid });
      await other.kill();
      assert.deepEqual(await helper.probe(timeoutMs), { kind: 'free' });
    });

    it('removes a record byte for byte, or not at all', async () => {
      assert.deepEqual(await helper.clean('{}', timeoutMs), { kind: 'gone' });
      writeFileSync(info, '{}\n');
      assert.deepEqual(await helper.clean('{}', timeoutMs), { kind: 'changed' });
      assert.deepEqual(await helper.clean('{}\n', timeoutMs), { kind: 'removed' });
      writeFileSync(info, '');
      assert.deepEqual(await helper.clean('', timeoutMs), { kind: 'removed' });
      assert.equal(existsSync(info), false);
    });

    it('says what went wrong', async () => {
      const nowhere = { stateFile: path.join(folder.path, 'no', 'x'), infoFile: info };
      const answer = await new LockHelper(interpreter, nowhere).probe(timeoutMs);
      assert.deepEqual(answer, { kind: 'failed', error: { reason: 'internal', detail: 'ENOENT' } });
    });

    it('has none of our environment', async () => {
      const { hold } = await helper.hold('{"ID":"mine"}', timeoutMs, noSignal);
      const environment = readFileSync(`/proc/${String(hold.pid)}/environ`, 'utf8');
      assert.equal(environment, 'LC_ALL=C.UTF-8\0');
      await hold.end();
    });
  });
}

describe('the lock program', () => {
  it('is run by an interpreter of the system, wherever PATH leads', function () {
    const found = findInterpreter();
    if (found === undefined) skipTest(this, 'there is neither python3 nor perl');
    assert.match(found.file, /^\/(usr|opt)\//);
  });

  it('that cannot be started says so', async () => {
    const missing: Interpreter = { name: 'perl', file: '/nowhere/perl' };
    const answer = await new LockHelper(missing, { stateFile: '/x', infoFile: '/y' }).probe(1000);
    assert.equal(answer.kind, 'failed');
  });
});
