import type { ObjectSettings } from './s3Config';

/** The headers of the configured SSE-C key, if there is one. The SDK adds its digest by itself. */
export function customerKey({ sseCustomerKey }: ObjectSettings): {
  SSECustomerAlgorithm?: string;
  SSECustomerKey?: string;
} {
  return sseCustomerKey === undefined
    ? {}
    : { SSECustomerAlgorithm: 'AES256', SSECustomerKey: sseCustomerKey };
}

/**
 * Whether to send that key when an object is read: first the way in which Terraform writes with these settings,
 * then the other, because the object may be from before they were changed.
 */
export function keyWays({ encrypt, sseCustomerKey }: ObjectSettings): readonly boolean[] {
  return sseCustomerKey === undefined ? [false] : encrypt ? [true, false] : [false, true];
}
