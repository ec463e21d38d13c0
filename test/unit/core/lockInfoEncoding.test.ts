import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeLockInfo,
  encodeLockInfo,
  formatCreated,
  maxDecodedChars,
  parseCreated,
} from '../../../src/core/lockInfo';
import { infoOf } from '../../support/fakes';

const encodings: readonly (readonly [string, string, string])[] = [
  ['an ampersand', 'a&b', 'a\\u0026b'],
  ['angle brackets', '<ci>', '\\u003cci\\u003e'],
  ['the line separators', '\u2028\u2029', '\\u2028\\u2029'],
  ['a quote and a backslash', '"\\', '\\"\\\\'],
  ['a line break and a tab', '\n\t', '\\n\\t'],
  ['a control character', '\u0001', '\\u0001'],
  ['text that is not ASCII, raw', 'é日本🔒', 'é日本🔒'],
  ['half a surrogate pair as the replacement character', '\ud83d', '\ufffd'],
  ['an escape in the text itself', '\\u0026', '\\\\u0026'],
];

const fractions: readonly (readonly [string, string])[] = [
  ['2026-11-22T20:30:02.709Z', '2026-11-22T20:30:02.709Z'],
  ['2026-11-22T20:30:02.710Z', '2026-11-22T20:30:02.71Z'],
  ['2026-11-22T20:30:02.700Z', '2026-11-22T20:30:02.7Z'],
  ['2026-11-22T20:30:02.000Z', '2026-11-22T20:30:02Z'],
  ['2026-11-22T20:30:00.000Z', '2026-11-22T20:30:00Z'],
  ['2026-11-22T20:00:00.007Z', '2026-11-22T20:00:00.007Z'],
];

describe('encoding a lock record', () => {
  it('yields the bytes that terraform 1.11.4 wrote for the same record', () => {
    const captured =
      '{"ID":"a7d40559-1145-efc8-e155-9d1a71046434","Operation":"OperationTypeApply","Info":"",' +
      '"Who":"root@vm","Version":"1.11.4","Created":"2026-11-22T20:30:02.70953159Z",' +
      '"Path":"my-bucket/prod/network/terraform.tfstate"}';
    assert.equal(encodeLockInfo(decodeLockInfo(captured).info), captured);
  });

  it('yields the bytes that terraform wrote for a user named ci&<x> and a key with such characters', () => {
    const encoded = encodeLockInfo(
      infoOf({ who: 'ci&<x>@vm', path: 'my-bucket/a&b<c>é', created: '2026-11-22T20:30:25Z' }),
    );
    assert.equal(
      encoded,
      '{"ID":"a7d40559-1145-efc8-e155-9d1a71046434","Operation":"OperationTypeApply","Info":"",' +
        '"Who":"ci\\u0026\\u003cx\\u003e@vm","Version":"1.11.4","Created":"2026-11-22T20:30:25Z",' +
        '"Path":"my-bucket/a\\u0026b\\u003cc\\u003eé"}',
    );
  });

  it('writes all seven keys in their order even when they are empty', () => {
    const empty = infoOf({ id: '', operation: '', who: '', version: '', created: '', path: '' });
    assert.equal(
      encodeLockInfo(empty),
      '{"ID":"","Operation":"","Info":"","Who":"","Version":"","Created":"","Path":""}',
    );
  });

  for (const [what, info, expected] of encodings) {
    it(`writes ${what} as Go does`, () => {
      assert.ok(encodeLockInfo(infoOf({ info })).includes(`"Info":"${expected}"`));
    });
  }

  it('is read back as it was, whatever the fields hold', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 500 });
    const fields = {
      id: text,
      operation: text,
      info: text,
      who: text,
      version: text,
      created: text,
      path: text,
    };
    const record = fc.record(fields, { noNullPrototype: true });
    fc.assert(
      fc.property(record, (info) => {
        const encoded = encodeLockInfo(info);
        fc.pre(encoded.length <= maxDecodedChars);
        assert.deepEqual(decodeLockInfo(encoded), { info });
        assert.doesNotMatch(encoded, /[<>&\u2028\u2029]/);
      }),
    );
  });
});

describe('the time of an own lock', () => {
  for (const [instant, expected] of fractions) {
    it(`is written as ${expected}, without trailing zeros`, () => {
      assert.equal(formatCreated(Date.parse(instant)), expected);
    });
  }

  it('is read back to the millisecond', () => {
    const instants = fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:59Z') });
    fc.assert(
      fc.property(instants, (instant) => {
        const text = formatCreated(instant);
        assert.equal(parseCreated(text), instant);
        assert.doesNotMatch(text, /\.\d*0Z$|\.Z$/);
      }),
    );
  });
});
