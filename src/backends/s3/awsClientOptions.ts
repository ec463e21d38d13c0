import { requestAgents, type AgentSettings } from './requestAgents';
import type { AwsAccess } from './s3Config';

/** The services whose clients we open. */
export type AwsService = 'dynamodb' | 's3' | 'sts';

/** How a client of the SDK is to be opened; the same shape for every service. */
export interface AwsClientOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly maxAttempts: number;
  readonly retryMode?: 'standard' | 'adaptive';
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  readonly requestHandler?: ReturnType<typeof requestAgents>;
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
  const { retryMode } = access;
  const common = {
    region: access.region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(access.useFips === true ? { useFipsEndpoint: true } : {}),
    ...(access.useDualstack === true ? { useDualstackEndpoint: true } : {}),
  };
  if (use === 'read') {
    return {
      ...common,
      maxAttempts: access.maxAttempts ?? readAttempts,
      ...(retryMode === undefined ? {} : { retryMode }),
      ...(access.transport === undefined ? {} : requestHandlerOptions(access, { keepAlive: true })),
    };
  }
  // A connection of its own for each write: a kept one may die just as it is used.
  return { ...common, maxAttempts: 1, ...requestHandlerOptions(access, { keepAlive: false }) };
}

/** The option that sends requests through the proxies and with the certificates of an identity. */
export function requestHandlerOptions(
  access: AwsAccess,
  settings: AgentSettings,
): { readonly requestHandler: ReturnType<typeof requestAgents> } {
  return { requestHandler: requestAgents(access.transport, settings) };
}
