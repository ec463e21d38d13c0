import assert from 'node:assert/strict';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import {
  deleteCondition,
  readItem,
  recordOfText,
} from '../../../../src/backends/s3/dynamoDbRecord';

const { value: attributeValue } = fc.letrec<{ value: AttributeValue }>((tie) => {
  const binary = fc.uint8Array({ maxLength: 8 });
  const name = fc.oneof(fc.string({ maxLength: 5 }), fc.constant('$binary'));
  const entries = fc.array(fc.tuple(name, tie('value')), { maxLength: 3 });
  return {
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.string({ unit: 'grapheme' }).map((S) => ({ S })),
      fc.integer().map((N) => ({ N: String(N) })),
      fc.boolean().map((BOOL) => ({ BOOL })),
      fc.constant({ NULL: true as const }),
      binary.map((B) => ({ B })),
      fc.array(fc.string(), { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
      fc.array(binary, { minLength: 1, maxLength: 3 }).map((BS) => ({ BS })),
      fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
      entries.map((list) => ({ M: Object.fromEntries(list) })),
    ),
  };
});

const guardOf = (info: AttributeValue | undefined): string => {
  const meaning = readItem({ LockID: { S: 'b/k' }, ...(info && { Info: info }) });
  assert.ok(meaning.kind === 'lock');
  return meaning.record.guard;
};

describe('the guard of a record', () => {
  it('gives back the very value that was read, whatever its type', () => {
    fc.assert(
      fc.property(attributeValue, (info) => {
        const condition = deleteCondition(guardOf(info));
        assert.equal(condition.ConditionExpression, '#i = :i');
        assert.deepEqual(condition.ExpressionAttributeValues, { ':i': info });
      }),
    );
  });

  it('is equal only for equal values', () => {
    fc.assert(
      fc.property(attributeValue, attributeValue, (one, other) => {
        let equal = true;
        try {
          assert.deepEqual(one, other);
        } catch {
          equal = false;
        }
        assert.equal(guardOf(one) === guardOf(other), equal);
      }),
    );
  });

  it('is the same for a map in whatever order its keys came', () => {
    assert.equal(
      guardOf({ M: { a: { S: '1' }, b: { S: '2' } } }),
      guardOf({ M: { b: { S: '2' }, a: { S: '1' } } }),
    );
  });

  it('tells text from anything that looks like it, and from nothing', () => {
    const values: (AttributeValue | undefined)[] = [
      undefined,
      { S: '' },
      { S: 'absent' },
      { S: '7' },
      { N: '7' },
      { SS: ['7'] },
      { B: new Uint8Array([55]) },
      { S: '{"S":"7"}' },
      { M: { $binary: { S: 'Nw==' } } },
      { NULL: true },
    ];
    assert.equal(new Set(values.map(guardOf)).size, values.length);
  });

  it('of a record that we write is that of the same record read back', () => {
    fc.assert(
      fc.property(fc.string(), (raw) => {
        assert.equal(recordOfText(raw).guard, guardOf({ S: raw }));
      }),
    );
  });

  it('of a lock without Info deletes neither a lock with Info nor a digest', () => {
    assert.deepEqual(deleteCondition(guardOf(undefined)), {
      ConditionExpression:
        'attribute_exists(LockID) AND attribute_not_exists(#i) AND attribute_not_exists(#d)',
      ExpressionAttributeNames: { '#i': 'Info', '#d': 'Digest' },
    });
  });
});

describe('an item of a lock table', () => {
  const Digest = { S: '0'.repeat(32) };
  for (const [what, item, kind] of [
    ['a digest', { LockID: { S: 'b/k-md5' }, Digest }, 'digest'],
    ['a digest with Info', { LockID: { S: 'b/k-md5' }, Digest, Info: { S: '' } }, 'lock'],
    ['a digest at the LockID of no digest', { LockID: { S: 'b/k' }, Digest }, 'lock'],
    ['nothing but a LockID that ends in -md5', { LockID: { S: 'b/k-md5' } }, 'lock'],
    ['an item without even a LockID', {}, 'lock'],
  ] as const) {
    it(`that is ${what} means: ${kind}`, () => {
      assert.equal(readItem(item).kind, kind);
    });
  }
});
