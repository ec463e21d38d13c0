import type { AttributeReader } from '../attributes';
import type { Environment } from '../backend';
import { nonEmpty } from './environment';

/** URLs of the services that are not asked where AWS has them. What the SDK finds by itself is not among them. */
export interface AwsEndpoints {
  readonly dynamodb?: string;
  readonly s3?: string;
  readonly sts?: string;
  readonly iam?: string;
}

/** Of each service: the key in `endpoints`, the deprecated attribute, the variables in their order. */
const sources = {
  dynamodb: ['dynamodb_endpoint', 'AWS_ENDPOINT_URL_DYNAMODB', 'AWS_DYNAMODB_ENDPOINT'],
  s3: ['endpoint', 'AWS_ENDPOINT_URL_S3', 'AWS_S3_ENDPOINT'],
  sts: ['sts_endpoint', 'AWS_ENDPOINT_URL_STS', 'AWS_STS_ENDPOINT'],
  iam: ['iam_endpoint', 'AWS_ENDPOINT_URL_IAM', 'AWS_IAM_ENDPOINT'],
} as const;

/** Endpoints in Terraform's order (internal/backend/remote-state/s3/backend.go, `customEndpoints`). */
export function readEndpoints(attributes: AttributeReader, environment: Environment): AwsEndpoints {
  const entries = Object.entries(sources).map(([service, [old, ...variables]]) => {
    const written = attributes.stringIn('endpoints', service) ?? attributes.string(old);
    if (written === '') {
      // Terraform sends requests to it, which fail.
      attributes.report(`the endpoint of ${service} is empty`);
    }
    return [service, written ?? nonEmpty(environment, ...variables)] as const;
  });
  return Object.fromEntries(entries.filter(([, url]) => url));
}
