import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeLockInfo,
  emptyLockInfo,
  maxDecodedChars,
  parseCreated,
  type LockInfo,
} from '../../../src/core/lockInfo';

// What terraform 1.11.4 wrote; captured on the wire.
const captured =
  '{"ID":"a7d40559-1145-efc8-e155-9d1a71046434","Operation":"OperationTypeApply","Info":"",' +
  '"Who":"root@vm","Version":"1.11.4","Created":"2026-11-22T20:30:02.70953159Z",' +
  '"Path":"my-bucket/prod/network/terraform.tfstate"}';

const problems: readonly (readonly [string, string | undefined, string])[] = [
  ['a missing Info', undefined, 'missing'],
  ['an empty Info', '', 'empty'],
  ['an Info of white space', ' \n\t', 'empty'],
  ['an Info cut off in the middle', captured.slice(0, 50), 'notJson'],
  ['an Info that is not JSON', 'locked by alice', 'notJson'],
  ['an array', '[{"ID":"1"}]', 'notAnObject'],
  ['a string', '"abc"', 'notAnObject'],
  ['a number', '12', 'notAnObject'],
  ['null', 'null', 'notAnObject'],
  ['an enormous Info', `{"ID":"${'x'.repeat(maxDecodedChars)}"}`, 'tooLarge'],
];

const readable: readonly (readonly [string, string, Partial<LockInfo>])[] = [
  [
    'attributes that Terraform does not know are ignored',
    '{"ID":"1","Extra":{"a":[1]},"Who":"a@b"}',
    { id: '1', who: 'a@b' },
  ],
  [
    'names match in any case',
    '{"id":"1","WHO":"a@b","cReAtEd":"x"}',
    { id: '1', who: 'a@b', created: 'x' },
  ],
  ['fields that are missing are empty', '{}', {}],
  [
    'fields of another type count as missing',
    '{"ID":7,"Who":null,"Info":{"a":1},"Version":[],"Path":true,"Operation":"plan"}',
    { operation: 'plan' },
  ],
  [
    'an object key that JavaScript knows is only a name',
    '{"__proto__":{"id":"2"},"ID":"1"}',
    { id: '1' },
  ],
  ['of a name written twice the last counts, as in Go', '{"ID":"1","id":"2"}', { id: '2' }],
  ['escaped characters are read', '{"Who":"ci\\u0026\\u003cx\\u003e@vm"}', { who: 'ci&<x>@vm' }],
  [
    'a record as large as is still read',
    `{"ID":"${'x'.repeat(maxDecodedChars - 9)}"}`,
    { id: 'x'.repeat(maxDecodedChars - 9) },
  ],
];

const times: readonly (readonly [string, string, string | undefined])[] = [
  ['nanoseconds', '2026-11-22T20:30:02.709531597Z', '2026-11-22T20:30:02.709Z'],
  ['trimmed zeros', '2026-11-22T20:30:02.7Z', '2026-11-22T20:30:02.700Z'],
  ['whole seconds', '2026-11-22T20:30:02Z', '2026-11-22T20:30:02.000Z'],
  ['a time in the future', '2999-01-01T00:00:00Z', '2999-01-01T00:00:00.000Z'],
  ['a zone east of Greenwich', '2026-11-22T22:30:02.5+02:00', '2026-11-22T20:30:02.500Z'],
  ['a zone west of Greenwich', '2026-11-22T15:00:02-05:30', '2026-11-22T20:30:02.000Z'],
  ['a time before 1970', '1969-12-31T23:59:59Z', '1969-12-31T23:59:59.000Z'],
  ["Go's zero time, which means not set", '0001-01-01T00:00:00Z', undefined],
  ['nothing', '', undefined],
  ['a date alone', '2026-11-22', undefined],
  ['a time without a zone', '2026-11-22T20:30:02', undefined],
  ["JavaScript's own way of printing", 'Sun Nov 22 2026 20:30:02 GMT', undefined],
  ['a month that does not exist', '2026-13-01T00:00:00Z', undefined],
  ['a number', '1795379402', undefined],
  ['a point without digits', '2026-11-22T20:30:02.Z', undefined],
];

describe('decoding a lock record', () => {
  it('reads what terraform 1.11.4 wrote', () => {
    assert.deepEqual(decodeLockInfo(captured), {
      info: {
        id: 'a7d40559-1145-efc8-e155-9d1a71046434',
        operation: 'OperationTypeApply',
        info: '',
        who: 'root@vm',
        version: '1.11.4',
        created: '2026-11-22T20:30:02.70953159Z',
        path: 'my-bucket/prod/network/terraform.tfstate',
      },
    });
  });

  for (const [what, raw, problem] of problems) {
    it(`reads ${what} as an empty record with the problem "${problem}"`, () => {
      assert.deepEqual(decodeLockInfo(raw), { info: emptyLockInfo, problem });
    });
  }

  for (const [what, raw, expected] of readable) {
    it(what, () => {
      assert.deepEqual(decodeLockInfo(raw), { info: { ...emptyLockInfo, ...expected } });
    });
  }

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (raw) => {
        const { info } = decodeLockInfo(raw);
        assert.ok(Object.values(info).every((value) => typeof value === 'string'));
      }),
    );
  });
});

describe('the time in a lock record', () => {
  for (const [what, text, expected] of times) {
    it(`${expected === undefined ? 'is not known from' : 'is read from'} ${what}`, () => {
      const read = parseCreated(text);
      assert.equal(read === undefined ? undefined : new Date(read).toISOString(), expected);
    });
  }

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseCreated(text);
        assert.ok(read === undefined || Number.isFinite(read));
      }),
    );
  });
});
