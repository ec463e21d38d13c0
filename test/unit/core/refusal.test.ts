import assert from 'node:assert/strict';
import { lockIdIn, refusalIn } from '../../../src/core/refusal';

/** As terraform 1.11.4 wrote it to a terminal of 80 columns; `^[` stands for the escape character. */
const captured = `^[[31m╷^[[0m^[[0m
^[[31m│^[[0m ^[[0m^[[1m^[[31mError: ^[[0m^[[0m^[[1mError acquiring the state lock^[[0m
^[[31m│^[[0m ^[[0m
^[[31m│^[[0m ^[[0m^[[0mError message: resource temporarily unavailable
^[[31m│^[[0m ^[[0mLock Info:
^[[31m│^[[0m ^[[0m  ID:        a7f220c0-5d97-b58d-7c26-4ddf9b80a37e
^[[31m│^[[0m ^[[0m  Path:      acme/live/terraform.tfstate
^[[31m│^[[0m ^[[0m  Operation: OperationTypeApply
^[[31m│^[[0m ^[[0m  Who:       alice@build-07
^[[31m│^[[0m ^[[0m  Version:   1.11.4
^[[31m│^[[0m ^[[0m  Created:   2026-11-25 20:27:23.949160311 +0000 UTC
^[[31m│^[[0m ^[[0m  Info:      ` // A space at the end of a line, as it came.
  .replaceAll('^[', '\u001b')
  .replaceAll('\n', '\r\n')
  .concat('\r\n');
const plainOutput = captured.replaceAll(/\u001b\[\d+m/g, '').replaceAll('│ ', '');
const id = 'a7f220c0-5d97-b58d-7c26-4ddf9b80a37e';

describe('The lock ID in a line of a terminal', () => {
  const lines = [...captured.split('\r\n'), ...plainOutput.split('\r\n')];

  it('is found where Terraform prints it, with colours and without, and in no other line', () => {
    const found = lines.flatMap((line) => {
      const link = lockIdIn(line);
      return link === undefined ? [] : [line.slice(link.start, link.start + link.length)];
    });
    assert.deepEqual(found, [id, id]);
  });

  for (const shape of [id, '1732563143949160', '{"a b"}', 'x', 'ci-run 42/7', 'é🔒']) {
    it(`may be ${JSON.stringify(shape)}`, () => {
      const line = `│   ID:        ${shape}  `;
      const link = lockIdIn(line);
      assert.equal(link?.lockId, shape);
      assert.equal(line.slice(link.start, link.start + link.length), shape);
    });
  }

  for (const line of [
    ' ID: 7f2a9c', // docker info
    'ID:  7f2a9c',
    'Lock ID:        7f2a9c',
    '  ID:        ',
    '  Path:      acme/live/terraform.tfstate',
    `  ID:        ${'x'.repeat(300)}`,
    `${' '.repeat(5000)}ID:        7f2a9c`,
  ]) {
    it(`is not in ${JSON.stringify(line.slice(0, 40))}`, () =>
      assert.equal(lockIdIn(line), undefined));
  }

  it('is looked for in time that grows with the line, however it is made', () => {
    const started = performance.now();
    for (const part of ['\u001b[', '\u001b]', '│ ', 'ID:        ']) {
      lockIdIn(part.repeat(400).slice(0, 1000));
    }
    assert.ok(performance.now() - started < 100);
  });
});

describe('The refusal in the output of a command', () => {
  it('is read from the output as it came', () => {
    for (const output of [captured, `Acquiring state lock.\r\n${plainOutput}`]) {
      assert.deepEqual(refusalIn(output), { lockId: id, path: 'acme/live/terraform.tfstate' });
    }
  });

  it('is told only once the whole of it is there, however it is cut', () => {
    const ends = new Set<string | undefined>();
    for (let end = 0; end <= captured.length; end += 1) {
      ends.add(JSON.stringify(refusalIn(captured.slice(0, end))));
    }
    assert.deepEqual(
      [...ends],
      [undefined, JSON.stringify({ lockId: id, path: 'acme/live/terraform.tfstate' })],
    );
  });

  it('is not in other errors, or where the record could not be printed', () => {
    assert.equal(refusalIn('Error: Backend initialization required'), undefined);
    assert.equal(refusalIn(captured.replace('acquiring', 'releasing')), undefined);
    const line = /ID: .*\r\n/.exec(captured)?.[0] ?? '';
    assert.equal(refusalIn(captured.replace(line, '\r\n')), undefined);
  });

  it('may have an empty path', () => {
    const output = captured.replace('acme/live/terraform.tfstate', '');
    assert.deepEqual(refusalIn(output), { lockId: id, path: '' });
  });
});
