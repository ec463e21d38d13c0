import type { AwsAccess } from './s3Config';

/** The services whose clients we open. */
export type AwsService = 'dynamodb' | 's3';

/** How a client of the SDK is to be opened; the same shape for every service. */
export interface AwsClientOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly maxAttempts: number;
  readonly requestHandler?: {
    readonly httpAgent: { readonly keepAlive: boolean };
    readonly httpsAgent: { readonly keepAlive: boolean };
  };
}

/** How many times the SDK tries a read before it is reported; writes are sent once. */
const readAttempts = 3;

/** Region, endpoint and transport of one service for one identity. */
export function awsClientOptions(
  access: AwsAccess,
  service: AwsService,
  use: 'read' | 'write',
): AwsClientOptions {
  const endpoint = access.endpoints[service];
  const common = { region: access.region, ...(endpoint === undefined ? {} : { endpoint }) };
  if (use === 'read') {
    return { ...common, maxAttempts: readAttempts };
  }
  return {
    ...common,
    maxAttempts: 1,
    // A connection of its own for each write: a kept one may die just as it is used.
    requestHandler: { httpAgent: { keepAlive: false }, httpsAgent: { keepAlive: false } },
  };
}
