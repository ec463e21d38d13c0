import assert from 'node:assert/strict';
import { ScanMachine } from '../../../src/hcl/scanMachine';
import { CountingText } from './countingText';
import { sampleFile } from './sampleFile';

describe('blockScanner: how much it does', () => {
  // Texts that would make a careless scanner begin again and again.
  const repeated: readonly [name: string, unit: string][] = [
    ['a real file', sampleFile],
    ['open interpolations', 'a = "${\n'],
    ['open interpolations before attributes', 'a = "${ [\n b = 1\n'],
    ['open heredocs', 'a = <<EOT\n'],
    ['open heredocs in interpolations', '"${<<A\n'],
    ['open comments', '/* '],
    ['open comments in lists', 'a = [ /* \nb = 1\n'],
    ['headers in open brackets', 'resource "a" {\n x = [\n'],
    ['headers in open strings', '"${\nresource "a" {\n'],
    ['terraform headers', 'terraform {\n'],
    ['terraform headers in one line', 'terraform {} '],
    ['the word terraform', 'terraform.'],
    ['open braces', '{'],
    ['closing braces', '}'],
    ['blanks', ' '],
    ['indented lines', `[\n${' '.repeat(2000)}\n`],
    ['letters', 'x'],
    ['heredocs with long lines', `<<E\n${' '.repeat(2000)}E \n`],
    ['blocks that are not closed', 'terraform {\n backend "s3" {\n a = {\n'],
    ['long values', 'a = [[[[ "x", \n'],
    ['quotes', '"'],
    ['backslashes', '"\\'],
  ];
  const openings = ['', 'terraform {\n backend "s3" {\n', 'a = <<EOT\n${\n', 'a = "${[\n'];

  for (const [name, unit] of repeated) {
    it(`takes work in proportion to the text: ${name}`, () => {
      for (const opening of openings) {
        const text = opening + unit.repeat(Math.ceil(40_000 / unit.length));
        const counting = new CountingText(text);
        const machine = new ScanMachine(counting.asString);
        let steps = 0;
        while (!machine.step(1000)) {
          steps++;
        }
        assert.ok(
          counting.looks < 20 * text.length + 5000,
          `${counting.looks} looks for ${text.length} characters behind ${JSON.stringify(opening)}`,
        );
        assert.ok(steps <= 3 * text.length, `${steps} steps`);
      }
    });

    it(`does little at a time: ${name}`, () => {
      const counting = new CountingText(unit.repeat(Math.ceil(200_000 / unit.length)));
      const machine = new ScanMachine(counting.asString);
      let most = 0;
      for (let done = false; !done;) {
        const before = counting.looks;
        done = machine.step(1000);
        most = Math.max(most, counting.looks - before);
      }
      // Finding the end of a line or the next header may take one native search of the whole text.
      assert.ok(most < 2 * counting.length + 100_000, `${most} looks in one step`);
    });
  }
});
