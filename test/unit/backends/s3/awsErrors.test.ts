import assert from 'node:assert/strict';
import { awsError, neverConnected } from '../../../../src/backends/s3/awsErrors';
import { LockFailure } from '../../../../src/core/lockError';

const call = { action: 'dynamodb:GetItem', place: 'DynamoDB table locks in eu-west-1' };
const named = (name: string, parts: object = {}, message = 'words'): Error =>
  Object.assign(new Error(message), { name, ...parts });
const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), {
  code: 'ECONNREFUSED',
});
const aggregate = Object.assign(new AggregateError([refused, refused]), { code: 'ECONNREFUSED' });

const table: readonly (readonly [string, unknown, string, string])[] = [
  ['an error of ours', new LockFailure({ reason: 'timeout', detail: 'late' }), 'timeout', 'late'],
  ['no profile', named('CredentialsProviderError'), 'signedOut', 'words'],
  ['an expired log-in', named('TokenProviderError'), 'signedOut', 'words'],
  [
    'a connection that was reset, which the SDK calls a timeout',
    named('TimeoutError', { code: 'ECONNRESET' }),
    'network',
    'words',
  ],
  ["the SDK's own timeout", named('TimeoutError'), 'timeout', 'words'],
  ['a socket that timed out', named('TimeoutError', { code: 'ETIMEDOUT' }), 'timeout', 'words'],
  [
    'two addresses that both refuse',
    aggregate,
    'network',
    'connect ECONNREFUSED 127.0.0.1:9; connect ECONNREFUSED 127.0.0.1:9',
  ],
  [
    'a certificate that is not trusted',
    named('Error', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    'network',
    'words',
  ],
  ['a host that does not exist', named('Error', { code: 'ENOTFOUND' }), 'network', 'words'],
  ['an address that is none', named('TypeError', { code: 'ERR_INVALID_URL' }), 'network', 'words'],
  ['a body that cannot be read', named('SyntaxError'), 'malformed', 'words'],
  ['a body of another shape', named('TypeError'), 'malformed', 'words'],
  ['an unknown answer', named('Odd', { $metadata: { httpStatusCode: 400 } }), 'malformed', 'words'],
  ['an unknown refusal', named('Odd', { $metadata: { httpStatusCode: 403 } }), 'denied', 'words'],
  ['too many requests', named('Odd', { $metadata: { httpStatusCode: 429 } }), 'network', 'words'],
  ['a bad gateway', named('Odd', { $metadata: { httpStatusCode: 502 } }), 'network', 'words'],
  [
    'another key schema',
    named('ValidationException', {}, 'The provided key element does not match the schema'),
    'wrongSchema',
    'The provided key element does not match the schema',
  ],
  [
    'another refusal to understand',
    named('ValidationException', {}, 'Invalid table name'),
    'malformed',
    'Invalid table name',
  ],
  ['an error without words', named('Odd', { code: 'EODD' }, ''), 'network', 'EODD'],
  ['a fault of ours', named('Odd'), 'internal', 'words'],
  ['something that is no error', 'oops', 'internal', 'unknown error'],
  ['nothing', undefined, 'internal', 'unknown error'],
];

describe('what is thrown by the SDK and the network', () => {
  for (const [what, thrown, reason, detail] of table) {
    it(`is "${reason}" for ${what}`, () => {
      const error = awsError(thrown, call);
      assert.deepEqual([error.reason, error.detail, error.place], [reason, detail, call.place]);
    });
  }

  it('says what was refused on what, where the service says so', () => {
    const words =
      'User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: ' +
      'dynamodb:BatchGetItem on resource: arn:aws:dynamodb:eu-west-1:123456789012:table/locks with an explicit deny';
    const error = awsError(named('AccessDeniedException', {}, words), call);
    assert.deepEqual(
      [error.action, error.resource],
      ['dynamodb:BatchGetItem', 'arn:aws:dynamodb:eu-west-1:123456789012:table/locks'],
    );
  });

  for (const [code, never] of [
    ['ECONNREFUSED', true],
    ['ENOTFOUND', true],
    ['EAI_AGAIN', true],
    ['ENETUNREACH', true],
    ['EHOSTUNREACH', true],
    ['ERR_INVALID_URL', true],
    ['ECONNRESET', false],
    ['EPIPE', false],
    ['ETIMEDOUT', false],
    [undefined, false],
  ] as const) {
    it(`tells that ${never ? 'nothing' : 'something may have been'} sent, for the code ${String(code)}`, () => {
      assert.equal(neverConnected(Object.assign(new Error(), { code })), never);
    });
  }

  it('takes nothing for a proof that nothing was sent', () => {
    assert.deepEqual([neverConnected(undefined), neverConnected(null)], [false, false]);
  });
});
