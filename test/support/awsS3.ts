import S3rver from '@20minutes/s3rver';
import {
  createServer,
  request as sendRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { preconditionError, xmlError } from './awsS3Faults';
import type { S3Fault } from './awsS3Faults';
import { createTempFolder, type TempFolder } from './tempFolder';

/** A request as it arrived. */
export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  /** Decoded; empty for requests about the bucket. */
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly accessKeyId: string;
}

/** What a PUT or DELETE did to an object. */
export interface S3Effect {
  readonly request: S3Request;
  readonly applied: boolean;
  readonly before: string | undefined;
}

interface StoredObject {
  readonly etag: string | undefined;
  readonly text: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * An embedded S3 on loopback. s3rver ignores `If-None-Match` and `If-Match`; unless told otherwise, what
 * stands before it keeps to them as S3 does: 412, 404 for a delete of nothing, one write to a key at a time.
 */
export class TestS3 {
  readonly requests: S3Request[] = [];
  /** What happens to requests instead of, or beside, being carried out. */
  intercept: (request: S3Request) => S3Fault | undefined = () => undefined;
  onArrival: (request: S3Request) => void = () => undefined;
  /** Called for each write in the exact order in which writes took effect on a key. */
  onEffect: (effect: S3Effect) => void = () => undefined;
  /** Whether conditions are kept to. Without, this is one of the stores that ignore them. */
  conditional = true;
  private readonly lastWrite = new Map<string, Promise<unknown>>();
  /** What is known to be at a key: every write passes here. */
  private readonly current = new Map<string, StoredObject | undefined>();

  private constructor(
    private readonly front: Server,
    private readonly store: Server,
    private readonly folder: TempFolder,
  ) {
    front.on('request', (request, response) => {
      void this.serve(request, response);
    });
  }

  static async start(bucket: string): Promise<TestS3> {
    const folder = createTempFolder('s3');
    const s3 = new S3rver({
      directory: folder.path,
      silent: true,
      // The signatures of current SDKs cover headers that s3rver does not know.
      allowMismatchedSignatures: true,
      configureBuckets: [{ name: bucket, configs: [] }],
    });
    await s3.configureBuckets();
    const store = createServer(s3.callback());
    const front = createServer();
    for (const server of [store, front]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    return new TestS3(front, store, folder);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.front.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    for (const server of [this.front, this.store]) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
    this.folder.remove();
  }

  /** How many requests arrived with this method, for keys that match. */
  count(method: string, key = /./): number {
    return this.requests.filter((request) => request.method === method && key.test(request.key))
      .length;
  }

  /** Forgets requests and faults; objects stay. */
  reset(): void {
    this.requests.length = 0;
    this.intercept = () => undefined;
    this.onArrival = () => undefined;
    this.onEffect = () => undefined;
    this.conditional = true;
  }

  async put(bucket: string, key: string, body: string | Buffer): Promise<void> {
    this.current.delete(`${bucket}/${key}`);
    await this.admin('PUT', bucket, key, Buffer.from(body));
  }

  async remove(bucket: string, key: string): Promise<void> {
    this.current.delete(`${bucket}/${key}`);
    await this.admin('DELETE', bucket, key);
  }

  /** An object's text, or undefined where there is none. */
  async get(bucket: string, key: string): Promise<string | undefined> {
    const { status, body } = await this.admin('GET', bucket, key);
    return status === 200 ? body.toString() : undefined;
  }

  private admin(method: string, bucket: string, key: string, body?: Buffer): Promise<Answer> {
    const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    return this.forward(method, path, {}, body);
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      // The client went away before its request was whole: nothing arrived.
      return;
    }
    const request = parsed(incoming, Buffer.concat(chunks));
    this.requests.push(request);
    this.onArrival(request);
    const fault = this.intercept(request);
    switch (fault?.kind) {
      case 'answer':
        reply(response, {
          ...fault,
          headers: fault.headers ?? {},
          body: Buffer.from(fault.body),
        });
        return;
      case 'blackHole':
        return;
      case 'dropped':
        response.destroy();
        return;
      case 'lostAnswer':
        await this.carryOut(request, incoming.url ?? '/');
        response.destroy();
        return;
      case 'delay':
        await sleep(fault.ms);
        break;
      case undefined:
        break;
    }
    reply(response, await this.carryOut(request, incoming.url ?? '/'));
  }

  private carryOut(request: S3Request, url: string): Promise<Answer> {
    const { method, headers, body } = request;
    const isWrite = (method === 'PUT' || method === 'DELETE') && request.key !== '';
    return isWrite
      ? this.write(request, url)
      : this.forward(method, url, knownToStore(headers), body);
  }

  /** Writes to one key run one after the other, as S3's do, so that their order is known. */
  private write(request: S3Request, url: string): Promise<Answer> {
    const { method, bucket, key, headers, body } = request;
    const previous = this.lastWrite.get(key) ?? Promise.resolve();
    const written = previous.then(async () => {
      const before = await this.stored(bucket, key);
      const refusal = this.conditional ? refused(method, headers, before?.etag) : undefined;
      const answer = refusal ?? (await this.forward(method, url, knownToStore(headers), body));
      const applied = answer.status < 300;
      if (applied) {
        this.note(request, answer);
      }
      this.onEffect({ request, applied, before: before?.text });
      return answer;
    });
    this.lastWrite.set(
      key,
      written.catch(() => undefined),
    );
    return written;
  }

  private async stored(bucket: string, key: string): Promise<StoredObject | undefined> {
    const name = `${bucket}/${key}`;
    if (!this.current.has(name)) {
      const { status, headers, body } = await this.admin('GET', bucket, key);
      const found = status === 200 ? { etag: headers.etag, text: body.toString() } : undefined;
      this.current.set(name, found);
    }
    return this.current.get(name);
  }

  private note({ bucket, key, method, headers, body }: S3Request, answer: Answer): void {
    const name = `${bucket}/${key}`;
    if (method === 'DELETE') {
      this.current.set(name, undefined);
    } else if (headers['x-amz-decoded-content-length'] === undefined) {
      this.current.set(name, { etag: answer.headers.etag, text: body.toString() });
    } else {
      // The body came in chunks with signatures in between: the store knows what it means.
      this.current.delete(name);
    }
  }

  private forward(
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    body?: Buffer,
  ): Promise<Answer> {
    const { port } = this.store.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const outgoing = sendRequest(
        {
          host: '127.0.0.1',
          port,
          method,
          path,
          headers: { ...headers, ...lengthOf(body) },
          // s3rver sends a body where there must be none, which spoils the connection for the next request.
          agent: false,
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 500,
              headers: answer.headers,
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

function lengthOf(body: Buffer | undefined): { 'content-length'?: string } {
  return body === undefined || body.length === 0 ? {} : { 'content-length': String(body.length) };
}

const ofOneHop: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
]);

/** s3rver knows one access key; every actor has their own. */
function knownToStore(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !ofOneHop.has(name));
  const { authorization } = headers;
  return {
    ...Object.fromEntries(kept),
    ...(authorization === undefined
      ? {}
      : { authorization: authorization.replace(/Credential=[^/]*/, 'Credential=S3RVER') }),
  };
}

/** S3's answer to a condition that is not met. */
function refused(
  method: string,
  headers: IncomingHttpHeaders,
  etag: string | undefined,
): Answer | undefined {
  if (method === 'PUT') {
    return headers['if-none-match'] === '*' && etag !== undefined ? preconditionError : undefined;
  }
  const ifMatch = headers['if-match'];
  if (ifMatch === undefined) {
    return undefined;
  }
  if (etag === undefined) {
    return xmlError(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  return ifMatch === etag ? undefined : preconditionError;
}

function parsed(incoming: IncomingMessage, body: Buffer): S3Request {
  const { pathname } = new URL(incoming.url ?? '/', 'http://s3');
  const [, bucket = '', ...key] = pathname.split('/').map(decodeURIComponent);
  const { headers, method = '' } = incoming;
  const accessKeyId = /Credential=([^/]*)/.exec(headers.authorization ?? '')?.[1] ?? 'unsigned';
  return { method, bucket, key: key.join('/'), headers, body, accessKeyId };
}

function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, headers);
  response.end(body);
}
