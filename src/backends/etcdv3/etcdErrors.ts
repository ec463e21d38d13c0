import { status } from '@grpc/grpc-js';
import {
  LockFailure,
  toLockError,
  type LockError,
  type LockErrorReason,
} from '../../core/lockError';

/** What etcd, or the way to it, answered instead of an answer. */
export class EtcdRefusal extends Error {
  override readonly name = 'EtcdRefusal';

  constructor(
    readonly code: status,
    /** etcd's own words. */
    readonly details: string,
  ) {
    super(details);
  }
}

/** What was being asked when an error came. */
export interface EtcdCall {
  readonly place: string;
  /** What a role must grant for it. */
  readonly needs: 'read' | 'readwrite';
  /** The keys that it was about, as `etcdctl` takes them. */
  readonly range: string;
}

const credentialsHelp =
  'Check username and password of the backend block, or ETCDV3_USERNAME and ETCDV3_PASSWORD where VS Code was started; then refresh.';

/** etcd's words where the code alone does not tell; they are constants of its API (rpctypes/error.go). */
const byWords: Readonly<Record<string, Pick<LockError, 'reason' | 'help'>>> = {
  'etcdserver: user name is empty': {
    reason: 'signedOut',
    help: 'etcd wants to know who asks: set username and password in the backend block, or ETCDV3_USERNAME and ETCDV3_PASSWORD where VS Code is started.',
  },
  'etcdserver: authentication failed, invalid user ID or password': {
    reason: 'badCredentials',
    help: credentialsHelp,
  },
  'etcdserver: user name not found': { reason: 'badCredentials', help: credentialsHelp },
  'etcdserver: mvcc: database space exceeded': {
    reason: 'throttled',
    help: "etcd's database is full, so it refuses every write: compact and defragment it, then disarm its alarm.",
  },
  'etcdserver: request is too large': {
    reason: 'throttled',
    help: 'The record is larger than etcd accepts: give a shorter reason, or raise --max-request-bytes of etcd.',
  },
  'etcdserver: no leader': {
    reason: 'network',
    help: 'This member of etcd is cut off from the others. The lock is read again by itself; name more endpoints in the backend block.',
  },
  'etcdserver: leader changed': {
    reason: 'network',
    help: 'The members of etcd have just chosen another leader. The lock is read again by itself.',
  },
  'etcdserver: mvcc: required revision has been compacted': {
    reason: 'network',
    help: 'etcd has forgotten the changes since the last reading. The lock is read again by itself.',
  },
};

const byCode: Partial<Record<status, LockErrorReason>> = {
  [status.CANCELLED]: 'cancelled',
  [status.DEADLINE_EXCEEDED]: 'timeout',
  [status.PERMISSION_DENIED]: 'denied',
  [status.RESOURCE_EXHAUSTED]: 'throttled',
  [status.UNAUTHENTICATED]: 'badCredentials',
  [status.UNAVAILABLE]: 'network',
  [status.OUT_OF_RANGE]: 'network',
  [status.UNIMPLEMENTED]: 'malformed',
  [status.INTERNAL]: 'malformed',
};

const networkHelp =
  'Check the network, the VPN, the endpoints and the TLS files of the backend block. The lock is read again by itself.';

/** Converts whatever a request to etcd threw. */
export function etcdError(thrown: unknown, call: EtcdCall): LockError {
  if (!(thrown instanceof EtcdRefusal)) {
    return { place: call.place, ...toLockError(thrown) };
  }
  const { code, details } = thrown;
  const known = byWords[details];
  const reason = known?.reason ?? byCode[code] ?? 'malformed';
  const help = known?.help ?? (reason === 'network' ? networkHelp : undefined);
  const error: LockError = {
    reason,
    place: call.place,
    detail: details,
    ...(help === undefined ? {} : { help }),
  };
  return reason === 'denied' ? { ...error, ...denied(call) } : error;
}

function denied({ needs, range }: EtcdCall): Partial<LockError> {
  return {
    action: needs === 'read' ? 'Reading' : 'Reading and writing',
    resource: `the keys ${range}`,
    help: `Ask for a role with: etcdctl role grant-permission ROLE ${needs} ${range}`,
  };
}

/** Refusals that say that a request was not carried out; any other failure of one leaves that open. */
const refusals: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
]);

/** As `etcdError`, of a write that was handed over to the connection. */
export function etcdWriteError(thrown: unknown, call: EtcdCall): LockError {
  const error = etcdError(thrown, call);
  if (LockFailure.is(thrown) && thrown.error.reason !== 'malformed') {
    // Not sent: the connection or the sign-in failed before.
    return error;
  }
  const refused =
    thrown instanceof EtcdRefusal &&
    // Too much for etcd; too much for our own receiver would be an answer.
    (refusals.has(thrown.code) || (thrown.details in byWords && error.reason === 'throttled'));
  return refused ? error : { ...error, reason: 'uncertain' };
}
