import { LockFailure, type LockError, type LockErrorReason } from '../../core/lockError';

/** What was being asked when an error came: completes messages that do not say it themselves. */
export interface AwsCall {
  /** The IAM action: `dynamodb:GetItem`. */
  readonly action: string;
  /** What people know the place by: `DynamoDB table tf-locks in eu-west-1`. */
  readonly place: string;
}

const reasonByName: Readonly<Record<string, LockErrorReason>> = {
  ResourceNotFoundException: 'notFound',
  AccessDeniedException: 'denied',
  AccessDenied: 'denied',
  ExpiredToken: 'signedOut',
  ExpiredTokenException: 'signedOut',
  TokenRefreshRequired: 'signedOut',
  CredentialsProviderError: 'signedOut',
  TokenProviderError: 'signedOut',
  ProviderError: 'signedOut',
  UnrecognizedClientException: 'badCredentials',
  InvalidClientTokenId: 'badCredentials',
  InvalidSignatureException: 'badCredentials',
  SignatureDoesNotMatch: 'badCredentials',
  IncompleteSignature: 'badCredentials',
  MissingAuthenticationTokenException: 'badCredentials',
  RequestTimeTooSkewed: 'badCredentials',
  ProvisionedThroughputExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  TransactionInProgressException: 'throttled',
  SlowDown: 'throttled',
  NoSuchBucket: 'notFound',
  InvalidAccessKeyId: 'badCredentials',
  InvalidToken: 'badCredentials',
  PermanentRedirect: 'wrongRegion',
  AuthorizationHeaderMalformed: 'wrongRegion',
  ConditionalRequestConflict: 'busy',
  OperationAborted: 'busy',
  NotImplemented: 'unsafeStore',
  InternalError: 'network',
  InternalServerError: 'network',
  ServiceUnavailable: 'network',
  ServiceUnavailableException: 'network',
};

interface ErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Converts whatever the SDK, its credential providers or the network threw. */
export function awsError(thrown: unknown, call: AwsCall): LockError {
  if (LockFailure.is(thrown)) {
    return { place: call.place, ...thrown.error };
  }
  const shape: ErrorShape = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const name = typeof shape.name === 'string' ? shape.name : '';
  const message = messageOf(shape);
  const reason =
    reasonByName[name] ?? reasonFromValidation(name, message) ?? reasonFromTransport(shape, name);
  const error: LockError = { reason, place: call.place, detail: message, ...helpFor(reason) };
  return reason === 'denied' ? { ...error, ...deniedBy(message, call) } : error;
}

/** What to do about credentials, in AWS's terms. */
const helpByReason: Partial<Record<LockErrorReason, string>> = {
  signedOut: 'Sign in (for example with "aws sso login"), then refresh.',
  badCredentials: "Check the keys or the profile, and this machine's clock; then refresh.",
};

export function helpFor(reason: LockErrorReason): Pick<LockError, 'help'> {
  const help = helpByReason[reason];
  return help === undefined ? {} : { help };
}

function messageOf(shape: ErrorShape): string {
  if (shape instanceof AggregateError) {
    return shape.errors.map((inner: unknown) => messageOf(inner as ErrorShape)).join('; ');
  }
  const text =
    typeof shape.message === 'string' && shape.message !== '' ? shape.message : undefined;
  const code = typeof shape.code === 'string' ? shape.code : undefined;
  return text ?? code ?? 'unknown error';
}

/** DynamoDB answers a table whose key is not `LockID` (S) with one of three messages, all naming a key. */
function reasonFromValidation(name: string, message: string): LockErrorReason | undefined {
  if (name !== 'ValidationException') {
    return undefined;
  }
  return /\bkey\b/i.test(message) ? 'wrongSchema' : 'malformed';
}

const unconnectedCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_INVALID_URL',
]);

/** Whether it failed before there was a connection, so that certainly nothing was sent. */
export function neverConnected(thrown: unknown): boolean {
  return unconnectedCodes.has((thrown as ErrorShape | null | undefined)?.code);
}

/** Answers, or none, that say neither yes nor no. */
const unanswering: ReadonlySet<LockErrorReason> = new Set([
  'timeout',
  'network',
  'cancelled',
  'malformed',
  'internal',
]);

/** The error of a write: one that may have arrived, and whose answer says neither yes nor no, is uncertain. */
export function writeError(
  error: LockError,
  { sent, thrown }: { readonly sent: boolean; readonly thrown: unknown },
): LockError {
  return sent && !neverConnected(thrown) && unanswering.has(error.reason)
    ? { ...error, reason: 'uncertain' }
    : error;
}

/** Codes of Node's sockets and TLS, and what is left over of the SDK. */
function reasonFromTransport(shape: ErrorShape, name: string): LockErrorReason {
  if (neverConnected(shape)) {
    return 'network';
  }
  if (name === 'SyntaxError' || name === 'TypeError') {
    // The SDK could not read the body, or found another shape: not the answer of this service.
    return 'malformed';
  }
  const status = shape.$metadata?.httpStatusCode;
  if (status !== undefined) {
    return status === 403 ? 'denied' : status >= 500 || status === 429 ? 'network' : 'malformed';
  }
  const code = typeof shape.code === 'string' ? shape.code : '';
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
    return 'timeout';
  }
  if (code !== '') {
    return 'network';
  }
  // The SDK also calls a reset connection a TimeoutError; that one has a code.
  return name === 'TimeoutError' ? 'timeout' : 'internal';
}

/** AWS: "User: ARN is not authorized to perform: ACTION on resource: ARN because …". */
function deniedBy(message: string, call: AwsCall): Pick<LockError, 'action' | 'resource'> {
  const match = /perform: ([\w-]+:\w+)(?: on resource: "?([^\s"]+))?/.exec(message);
  return { action: match?.[1] ?? call.action, resource: match?.[2] ?? call.place };
}
