import type { LoggedRequest } from './awsDynalite';

/** What happens to a request instead of, or beside, being carried out. */
export type Fault =
  /** Answered so, and not carried out. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** Carried out that much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Carried out; then the connection breaks before the answer. */
  | { readonly kind: 'lostAnswer' }
  /** The connection breaks before anything is carried out. */
  | { readonly kind: 'dropped' }
  /** Neither carried out nor answered. */
  | { readonly kind: 'blackHole' }
  /** Of a batch, only so many keys are processed. */
  | { readonly kind: 'unprocessed'; readonly processed: number };

/** Decides what happens to a request; undefined lets it pass. */
export type Intercept = (request: LoggedRequest) => Fault | undefined;

/** The same fault for every request of these operations, or only for the first `times` of them. */
export function always(fault: Fault, operations: readonly string[] = []): Intercept {
  return times(Number.POSITIVE_INFINITY, fault, operations);
}

export function times(count: number, fault: Fault, operations: readonly string[] = []): Intercept {
  let left = count;
  return ({ operation }) => {
    if (operations.length > 0 && !operations.includes(operation)) return undefined;
    return left-- > 0 ? fault : undefined;
  };
}

/** An error in DynamoDB's form. `com.amazon.coral.service` and others stand before the name there. */
export function serviceError(name: string, message: string, status = 400): Fault {
  const type = `com.amazonaws.dynamodb.v20120810#${name}`;
  return { kind: 'answer', status, body: JSON.stringify({ __type: type, message }) };
}

export const tableArn = (table: string): string =>
  `arn:aws:dynamodb:eu-west-1:123456789012:table/${table}`;

/** A refusal in IAM's words; it spells `Message` with a capital. */
export function denied(action: string, table: string): Fault {
  const body = {
    __type: 'com.amazon.coral.service#AccessDeniedException',
    Message:
      `User: arn:aws:iam::123456789012:user/example is not authorized to perform: ${action} ` +
      `on resource: ${tableArn(table)} because no identity-based policy allows the ${action} action`,
  };
  return { kind: 'answer', status: 400, body: JSON.stringify(body) };
}

export const throttled = serviceError(
  'ProvisionedThroughputExceededException',
  'The level of configured provisioned throughput for the table was exceeded.',
);

export const expired = serviceError(
  'ExpiredTokenException',
  'The security token included in the request is expired',
);

/** What a server that is not DynamoDB at all may say. */
export const emptyObject: Fault = { kind: 'answer', status: 200, body: '{}' };
