import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type ObjectCannedACL,
} from '@aws-sdk/client-s3';
import type { ReadOptions } from '../../core/lockGateway';
import type { BackendHost } from '../backend';
import { AwsSession, type SendResult } from './awsSession';
import { customerKey } from './customerKey';
import { readText, type FileText } from './lockFileRecord';
import type { LockFilePlace } from './s3Backend';
import type { ServerClock } from './serverClock';
import type { LockFileSettings } from './s3Config';

/** A GET's answer, its body read. */
export interface GotFile {
  readonly etag: string | undefined;
  readonly content: FileText;
}

/** The condition of a write, and what it is written with. */
export interface PutOptions {
  readonly body: string;
  readonly onlyIfAbsent: boolean;
}

/** The requests about lock files of one bucket, as one identity sends them. */
export class LockFileBucket {
  private readonly session: AwsSession<S3Client>;
  private lastHost: string | undefined;

  constructor(
    private readonly bucket: string,
    private readonly settings: LockFileSettings,
    { access }: LockFilePlace,
    host: BackendHost,
  ) {
    this.session = new AwsSession(access, host, 's3', (options) => {
      const client = new S3Client({
        ...options,
        forcePathStyle: access.forcePathStyle,
        // As few requirements to other stores as possible; a wanted checksum is named with the request.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      });
      this.noteHosts(client);
      return client;
    });
  }

  /** Where the last request went, whichever of block, environment and profile decided it. */
  get host(): string | undefined {
    return this.lastHost;
  }

  get clock(): ServerClock {
    return this.session.clock;
  }

  identify: AwsSession<S3Client>['identify'] = (options, signal) =>
    this.session.identify(options, signal);

  /** `withKey`: with the configured SSE-C key. */
  get(
    key: string,
    withKey: boolean,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<SendResult<GotFile>> {
    const command = new GetObjectCommand({
      Bucket: this.bucket,
      Key: key,
      ...(withKey ? customerKey(this.settings) : {}),
    });
    return this.session.read('s3:GetObject', options, signal, async (client, abortSignal) => {
      const { Body, ETag } = await client.send(command, { abortSignal });
      // In Node the body is a stream; leaving it early closes its connection.
      const body = (Body ?? []) as unknown as AsyncIterable<Uint8Array>;
      return { etag: ETag, content: await readText(body) };
    });
  }

  /** The ETag of an object that cannot be read, from its bucket's list; undefined where it is not there. */
  listedEtag(
    key: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<SendResult<string | undefined>> {
    const command = new ListObjectsV2Command({ Bucket: this.bucket, Prefix: key, MaxKeys: 1 });
    return this.session.read('s3:ListBucket', options, signal, async (client, abortSignal) => {
      const { Contents: found = [] } = await client.send(command, { abortSignal });
      // Of all keys with this beginning, the key itself is the first.
      return found.find((entry) => entry.Key === key)?.ETag;
    });
  }

  /** Writes as Terraform writes lock files (s3/client.go `lockWithFile`). Resolves to the ETag, as S3 gave it. */
  put(
    key: string,
    { body, onlyIfAbsent }: PutOptions,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<SendResult<string | undefined>> {
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      Body: body,
      ContentType: 'application/json',
      ...(onlyIfAbsent ? { IfNoneMatch: '*' } : {}),
      ...writeHeaders(this.settings),
    });
    return this.session.write('s3:PutObject', options, signal, async (client, abortSignal) => {
      const { ETag } = await client.send(command, { abortSignal });
      return ETag;
    });
  }

  /** Resolves to the status: S3 answers 204. */
  delete(
    key: string,
    ifMatch: string | undefined,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<SendResult<number | undefined>> {
    const command = new DeleteObjectCommand({
      Bucket: this.bucket,
      Key: key,
      ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
    });
    return this.session.write('s3:DeleteObject', options, signal, async (client, abortSignal) => {
      const { $metadata } = await client.send(command, { abortSignal });
      return $metadata.httpStatusCode;
    });
  }

  private noteHosts(client: S3Client): void {
    client.middlewareStack.add(
      (next) => (args) => {
        const { hostname } = args.request as { readonly hostname?: string };
        this.lastHost = hostname ?? this.lastHost;
        return next(args);
      },
      { step: 'finalizeRequest', name: 'noteHost' },
    );
  }
}

/** Terraform's headers (lock-file and state alike): nothing without `encrypt`, whatever keys there are. */
function writeHeaders(settings: LockFileSettings): {
  ServerSideEncryption?: 'AES256' | 'aws:kms';
  SSEKMSKeyId?: string;
  SSECustomerAlgorithm?: string;
  SSECustomerKey?: string;
  ACL?: ObjectCannedACL;
  ChecksumAlgorithm?: 'SHA256';
} {
  const { encrypt, kmsKeyId, sseCustomerKey, acl, skipChecksum } = settings;
  return {
    ...(!encrypt
      ? {}
      : sseCustomerKey !== undefined
        ? customerKey(settings)
        : kmsKeyId !== undefined
          ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId }
          : { ServerSideEncryption: 'AES256' }),
    ...(acl === undefined ? {} : { ACL: acl as ObjectCannedACL }),
    ...(skipChecksum ? {} : { ChecksumAlgorithm: 'SHA256' }),
  };
}
