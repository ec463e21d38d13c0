import type { ServiceError } from '@grpc/grpc-js';
import { LockFailure } from '../../core/lockError';
import { onAbort } from '../onAbort';
import { refusalOf, type CallOptions, type EtcdConnection } from './etcdConnection';
import { decodeLease, encodeLeaseGrant, encodeLeaseId } from './etcdMessages';

/** Makes a lease that ends this long after it was last renewed. */
export async function grantLease(
  connection: EtcdConnection,
  ttlSeconds: number,
  options: CallOptions,
): Promise<bigint> {
  const request = encodeLeaseGrant(ttlSeconds);
  return decodeLease(await connection.call('/etcdserverpb.Lease/LeaseGrant', request, options))
    .lease;
}

/** Ends a lease nobody needs any more. What fails here ends by itself. */
export async function revokeLease(
  connection: EtcdConnection,
  lease: bigint,
  timeoutMs: number,
): Promise<void> {
  // Not the caller's signal: somebody who cancelled wants nothing to be left behind.
  const options = { timeoutMs, signal: AbortSignal.timeout(timeoutMs) };
  await connection
    .call('/etcdserverpb.Lease/LeaseRevoke', encodeLeaseId(lease), options)
    .catch(() => undefined);
}

/** How long a lease lasts if it is not renewed; undefined where it has ended. */
export async function timeToLive(
  connection: EtcdConnection,
  lease: bigint,
  options: CallOptions,
): Promise<{ readonly leftMs: number; readonly grantedMs: number } | undefined> {
  const request = encodeLeaseId(lease);
  const answer = await connection.call('/etcdserverpb.Lease/LeaseTimeToLive', request, options);
  const { ttlSeconds, grantedSeconds } = decodeLease(answer);
  return ttlSeconds < 0
    ? undefined
    : { leftMs: ttlSeconds * 1000, grantedMs: grantedSeconds * 1000 };
}

/** Renews a lease once; false where it has ended. */
export async function keepAlive(
  connection: EtcdConnection,
  lease: bigint,
  options: CallOptions,
): Promise<boolean> {
  const stream = await connection.stream('/etcdserverpb.Lease/LeaseKeepAlive', options);
  return new Promise<boolean>((resolve, reject) => {
    const cancel = (): void => {
      stream.cancel();
    };
    const due = setTimeout(cancel, options.timeoutMs);
    const settle = (how: () => void): void => {
      clearTimeout(due);
      stopListening();
      how();
    };
    const stopListening = onAbort(options.signal, cancel);
    stream.on('data', (bytes: Buffer) => {
      settle(() => {
        try {
          resolve(decodeLease(bytes).ttlSeconds > 0);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        stream.end();
      });
    });
    stream.on('error', (error: ServiceError) => {
      settle(() => {
        reject(refusalOf(error));
      });
    });
    stream.on('end', () => {
      settle(() => {
        reject(new LockFailure({ reason: 'network', detail: 'no answer to the renewal' }));
      });
    });
    stream.write(encodeLeaseId(lease));
  });
}
