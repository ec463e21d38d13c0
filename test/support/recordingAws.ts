import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signerOf } from './awsDynalite';

/** A request to the S3 double, as it arrived. */
export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  /** Decoded once. */
  readonly key: string;
  readonly accessKeyId: string;
  readonly region: string;
}

/**
 * S3 and STS on loopback, as far as backends ask them. Unlike s3rver they take any access key, and write down whose
 * it was. An assumed role's access key is a digest of everything that was asked for, so that two requests for the
 * same role are known to be the same by what signs afterwards.
 */
export class RecordingAws {
  readonly requests: S3Request[] = [];
  /** What STS was asked: the parameters of each request. */
  readonly stsRequests: Readonly<Record<string, string>>[] = [];
  /** The account that STS names. */
  account = '123456789012';
  private readonly objects = new Map<string, Buffer>();

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.serve(request, response);
    });
  }

  static async start(): Promise<RecordingAws> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new RecordingAws(server);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  reset(): void {
    this.requests.length = 0;
    this.stsRequests.length = 0;
    this.objects.clear();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const [rawPath = '', query = ''] = (request.url ?? '').split('?');
    const signer = signerOf(request.headers.authorization);
    if (request.method === 'POST') {
      this.answerSts(body.toString(), signer.accessKeyId, response);
      return;
    }
    const [, bucket = '', ...rest] = rawPath.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    this.requests.push({ method: request.method ?? '', bucket, key, ...signer });
    const parameters = new URLSearchParams(query);
    if (key === '' && parameters.has('list-type')) {
      this.list(bucket, parameters.get('prefix') ?? '', response);
      return;
    }
    this.answerObject(request, `${bucket}/${key}`, body, response);
  }

  private answerObject(
    request: IncomingMessage,
    name: string,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const known = this.objects.get(name);
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && known !== undefined) {
        sendError(response, 412, 'PreconditionFailed');
        return;
      }
      this.objects.set(name, unchunked(request, body));
      response.writeHead(200, { etag: etagOf(body) }).end();
    } else if (request.method === 'DELETE') {
      this.objects.delete(name);
      response.writeHead(204).end();
    } else if (known === undefined) {
      sendError(response, 404, 'NoSuchKey');
    } else {
      const headers = { etag: etagOf(known), 'content-length': known.length };
      response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : known);
    }
  }

  private list(bucket: string, prefix: string, response: ServerResponse): void {
    const keys = [...this.objects.keys()]
      .filter((name) => name.startsWith(`${bucket}/${prefix}`))
      .map((name) => name.slice(bucket.length + 1));
    const contents = keys.map((key) => `<Contents><Key>${escapeXml(key)}</Key></Contents>`);
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<ListBucketResult><Name>${bucket}</Name><KeyCount>${String(keys.length)}</KeyCount><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
    );
  }

  private answerSts(body: string, caller: string, response: ServerResponse): void {
    const parameters = Object.fromEntries(new URLSearchParams(body));
    this.stsRequests.push({ ...parameters, caller });
    const action = parameters['Action'] ?? '';
    const result =
      action === 'GetCallerIdentity'
        ? `<Arn>arn:aws:iam::${this.account}:user/test</Arn><UserId>x</UserId><Account>${this.account}</Account>`
        : `<Credentials><AccessKeyId>${assumedKey(parameters, caller)}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::${this.account}:assumed-role/r/s</Arn><AssumedRoleId>x:s</AssumedRoleId></AssumedRoleUser>`;
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(
      `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`,
    );
  }
}

/** The same for the same request; a session name that a tool made up is no part of it. */
function assumedKey(parameters: Readonly<Record<string, string>>, caller: string): string {
  const asked = Object.entries(parameters)
    .filter(([name, value]) => name !== 'RoleSessionName' || !/\d{10,}$/.test(value))
    .map(([name, value]) => `${name}=${value}`)
    .sort();
  const digest = createHash('sha256')
    .update(JSON.stringify([caller, ...asked]))
    .digest('hex');
  return `ASIA${digest.slice(0, 16).toUpperCase()}`;
}

/** The body that a streaming signature is wrapped around. */
function unchunked(request: IncomingMessage, body: Buffer): Buffer {
  if (!(request.headers['content-encoding'] ?? '').includes('aws-chunked')) return body;
  const parts: Buffer[] = [];
  let rest = body;
  for (;;) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.subarray(0, end).toString(), 16);
    if (end < 0 || !(size > 0)) return Buffer.concat(parts);
    parts.push(rest.subarray(end + 2, end + 2 + size));
    rest = rest.subarray(end + 2 + size + 2);
  }
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

function sendError(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
