import assert from 'node:assert/strict';
import fc from 'fast-check';
import { VersionConstraints } from '../../../src/core/versionConstraints';

type Row = readonly [
  constraints: string | readonly string[],
  version: string,
  from: boolean,
  below: boolean,
];

/** Whether some allowed version is at least, and whether some is below the version. */
const table: readonly Row[] = [
  [[], '1.10', true, true],
  ['>= 1.3', '1.10', true, true],
  ['>= 1.10', '1.10', true, false],
  ['>= 1.10.0', '1.10', true, false],
  ['>=1.9.9', '1.10', true, true],
  ['> 1.9', '1.10', true, true],
  ['> 1.10', '1.10', true, false],
  ['> 1.10', '1.10.1', true, false],
  ['< 1.10', '1.10', false, true],
  ['< 1.10.1', '1.10', true, true],
  ['<= 1.10', '1.10', true, true],
  ['<= 1.9.8', '1.10', false, true],
  ['= 1.10.2', '1.10', true, false],
  ['1.5.7', '1.10', false, true],
  ['1.11', '1.11', true, false],
  ['v1.11.4', '1.11', true, false],
  ['!= 1.10', '1.10', true, true],
  ['~> 1', '2.0', true, true],
  ['~> 1.5', '1.10', true, true],
  ['~> 1.5', '2.0', false, true],
  ['~> 1.5.0', '1.10', false, true],
  ['~> 1.10.0', '1.11', false, true],
  ['~> 1.11', '1.11', true, false],
  ['~> 1.11.2', '1.11', true, false],
  ['>= 1.5, < 2.0', '1.10', true, true],
  ['>= 1.5, < 2.0', '2.0', false, true],
  ['>= 1.5,<1.10', '1.10', false, true],
  ['>= 1.9, != 1.9.0', '1.9.1', true, false],
  ['>= 1.9, != 1.9.0', '1.10', true, true],
  [['>= 1.5', '< 1.6'], '1.10', false, true],
  [['>= 1.11', '~> 1.0'], '1.11', true, false],
  ['>= 1.11.0-beta1', '1.11', true, false],
  ['= 1.12.0-rc2', '1.11', true, false],
  ['< 2.0.0', '1.11', true, true],
  ['>= 2.0.0', '1.11', true, false],
  // What cannot be read, and what nothing satisfies, constrains nothing.
  ['', '1.10', true, true],
  ['latest', '1.10', true, true],
  ['=> 1.10', '1.10', true, true],
  ['>= 1.10, latest', '1.10', true, true],
  ['>= 2.0, < 1.0', '1.10', true, true],
];

describe('VersionConstraints', () => {
  for (const [written, version, from, below] of table) {
    const texts = typeof written === 'string' ? [written] : written;
    it(`${JSON.stringify(written)} and ${version}`, () => {
      const constraints = VersionConstraints.parse(texts);
      assert.deepEqual(
        [constraints.allowsFrom(version), constraints.allowsBelow(version)],
        [from, below],
      );
    });
  }

  it('agrees with trying every version in turn', () => {
    const all: string[] = [];
    for (let major = 0; major < 4; major++)
      for (let minor = 0; minor < 6; minor++)
        for (let patch = 0; patch < 6; patch++) all.push(`${major}.${minor}.${patch}`);
    const number = fc.integer({ min: 1, max: 2 });
    const version = fc.tuple(number, number, number).map((parts) => parts.join('.'));
    const operator = fc.constantFrom('=', '!=', '>', '>=', '<', '<=', '~>');
    const constraint = fc.tuple(operator, version).map(([sign, of]) => `${sign} ${of}`);
    fc.assert(
      fc.property(fc.array(constraint, { maxLength: 4 }), version, (parts, asked) => {
        const constraints = VersionConstraints.parse(parts);
        const order = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
        const allowed = all.filter((one) => parts.every((part) => naively(one, part, order)));
        if (allowed.length === 0) return;
        const from = allowed.some((one) => order(one, asked) >= 0);
        const below = allowed.some((one) => order(one, asked) < 0);
        assert.deepEqual(
          [constraints.allowsFrom(asked), constraints.allowsBelow(asked)],
          [from, below],
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever is written', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const constraints = VersionConstraints.parse(texts);
        assert.ok(constraints.allowsFrom('1.10') || constraints.allowsBelow('1.10'));
      }),
    );
  });
});

function naively(one: string, part: string, order: (a: string, b: string) => number): boolean {
  const [sign = '', of = ''] = part.split(' ');
  const by = order(one, of);
  const series = of.split('.').slice(0, 2).join('.');
  switch (sign) {
    case '=':
      return by === 0;
    case '!=':
      return by !== 0;
    case '>':
      return by > 0;
    case '>=':
      return by >= 0;
    case '<':
      return by < 0;
    case '<=':
      return by <= 0;
    default:
      return by >= 0 && one.startsWith(`${series}.`);
  }
}
