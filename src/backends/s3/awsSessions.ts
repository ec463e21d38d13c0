import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { BackendHost } from '../backend';
import { AwsSession } from './awsSession';
import { accessId } from './digests';
import type { AwsAccess } from './s3Config';

/** The sessions of whoever looks at whole tables, buckets and states: one of each service for each access. */
export class AwsSessions {
  private readonly tables = new Map<string, AwsSession<DynamoDBClient>>();
  private readonly buckets = new Map<string, AwsSession<S3Client>>();

  constructor(private readonly host: BackendHost) {}

  table(access: AwsAccess): AwsSession<DynamoDBClient> {
    return kept(
      this.tables,
      access,
      () => new AwsSession(access, this.host, 'dynamodb', (options) => new DynamoDBClient(options)),
    );
  }

  bucket(access: AwsAccess): AwsSession<S3Client> {
    const { forcePathStyle } = access;
    return kept(
      this.buckets,
      access,
      () =>
        new AwsSession(
          access,
          this.host,
          's3',
          (options) =>
            new S3Client({
              ...options,
              forcePathStyle,
              // As few requirements to other stores as possible: everything here only reads.
              requestChecksumCalculation: 'WHEN_REQUIRED',
              responseChecksumValidation: 'WHEN_REQUIRED',
            }),
        ),
    );
  }
}

/** The session of this access, opened once. */
function kept<T>(sessions: Map<string, T>, access: AwsAccess, open: () => T): T {
  const id = accessId(access);
  const session = sessions.get(id) ?? open();
  sessions.set(id, session);
  return session;
}
