import assert from 'node:assert/strict';
import type { LockError } from '../../../src/core/lockError';
import { errorText, problemTexts } from '../../../src/present/wording';
import { allProblems, allReasons } from '../../support/samples';

const place = 'DynamoDB table tf-locks in eu-west-1';

/** Reasons that are about no place: the configuration, this editor, or the person. */
const placeless = new Set([
  'unresolved',
  'unsupported',
  'untrusted',
  'cancelled',
  'stale',
  'notReady',
  'auditFailed',
  'internal',
]);

const shapes: readonly [string, Omit<LockError, 'reason'>][] = [
  ['nothing else', {}],
  ['a place', { place }],
  ['a place and a detail', { place, detail: 'connection reset' }],
  ['an action and a resource', { place, action: 'dynamodb:GetItem', resource: 'arn:aws:x' }],
  ['empty texts', { place: '', detail: '', action: '', resource: '' }],
];

function sentenceOf(reason: LockError['reason']): string {
  const { message, nextStep } = errorText({ reason, place });
  return `${message} ${nextStep}`;
}

describe('the texts about errors', () => {
  for (const reason of allReasons) {
    for (const [what, rest] of shapes) {
      it(`${reason}, knowing ${what}, are whole sentences`, () => {
        const { short, message, nextStep } = errorText({ reason, ...rest });
        assert.match(short, /^[a-z][a-z ]{3,24}$/);
        for (const sentence of [message, nextStep]) {
          assert.match(sentence, /^(?:[A-Z"]|dynamodb:)[^]{10,}\.$/);
          assert.doesNotMatch(sentence, /undefined|null|\(\)| {2}| [,.:;]|\.\./);
          assert.doesNotMatch(sentence, /[a-z,] The lock/, 'a capital inside the sentence');
        }
      });
    }

    it(`${reason} ${placeless.has(reason) ? 'is about no place' : 'names the place'}`, () => {
      const { message } = errorText({ reason, place });
      assert.equal(message.includes(place), !placeless.has(reason));
    });
  }

  it('have a name of their own for each reason', () => {
    assert.equal(
      new Set(allReasons.map((reason) => errorText({ reason }).short)).size,
      allReasons.length,
    );
  });

  it('keep the details that the sentence is about', () => {
    const detail = 'the details';
    for (const reason of [
      'unresolved',
      'unsupported',
      'uncertain',
      'blocked',
      'wrongSchema',
    ] as const) {
      assert.ok(errorText({ reason, place, detail }).message.includes(detail), reason);
    }
    for (const reason of [
      'signedOut',
      'badCredentials',
      'throttled',
      'timeout',
      'network',
    ] as const) {
      assert.ok(errorText({ reason, place, detail }).message.includes(detail), reason);
    }
    for (const reason of ['malformed', 'auditFailed', 'internal'] as const) {
      assert.ok(errorText({ reason, place, detail }).message.includes(detail), reason);
    }
  });

  it('say which action on what is denied, and ask for it', () => {
    const resource = 'arn:aws:dynamodb:eu-west-1:123456789012:table/tf-locks';
    const action = 'dynamodb:BatchGetItem';
    const { message, nextStep } = errorText({ reason: 'denied', place, action, resource });
    assert.ok(message.startsWith(`${action} on ${resource} is not allowed`));
    assert.ok(nextStep.includes(action));
    assert.ok(errorText({ reason: 'denied', place }).message.includes(place));
  });

  it('never call a lock free', () => {
    for (const reason of allReasons) {
      assert.doesNotMatch(sentenceOf(reason), /\bfree\b(?! some disk)/);
    }
  });

  it('promise no second try of what a person has started', () => {
    for (const reason of allReasons) {
      assert.doesNotMatch(sentenceOf(reason), /(?:^|[^a-z])It is tried again/);
    }
  });
});

describe('the texts about unreadable records', () => {
  for (const problem of allProblems) {
    it(`${problem} is a whole sentence`, () => {
      assert.match(problemTexts[problem], /^The record [^]+\.$/);
    });
  }
});
