import { Agent, createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock key and the record beside it, as the store has them. */
export interface StoredLock {
  readonly session?: string;
  readonly record?: string;
}

/** By lock key: `tf/network/.lock`. */
export type StoredLocks = ReadonlyMap<string, StoredLock>;

/** A write by one client, and what the locks were before and after it. */
export interface ConsulWrite {
  /** Whose token the request carried. */
  readonly token: string;
  readonly before: StoredLocks;
  readonly after: StoredLocks;
}

export type ConsulFault =
  { readonly kind: 'dropped' | 'lostAnswer' } | { readonly kind: 'delay'; readonly ms: number };

type Headers = IncomingMessage['headers'];

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/**
 * Stands before a Consul and records what every write does to the locks under a prefix. Writes are let through
 * one at a time, and the locks are read after each: Consul applies them one after the other anyway, so nothing
 * that clients can do to one another is lost. Reads pass as they come.
 */
export class ConsulRecorder {
  onWrite: (write: ConsulWrite) => void = () => undefined;
  /** What happens to a transaction; nothing unless a test sets it. */
  faultOf: () => ConsulFault | undefined = () => undefined;
  /** How many requests came. */
  requests = 0;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server: Server;
  private turn: Promise<unknown> = Promise.resolve();
  private locks: StoredLocks = new Map();

  private constructor(
    private readonly upstream: string,
    private readonly prefix: string,
  ) {
    this.server = createServer((request, response) => {
      this.serve(request).then(
        (answer) => {
          if (answer === undefined) {
            request.socket.destroy();
          } else {
            response.writeHead(answer.status, answer.headers).end(answer.body);
          }
        },
        () => request.socket.destroy(),
      );
    });
  }

  /** @param upstream `127.0.0.1:8500` @param prefix `tf/` */
  static async before(upstream: string, prefix: string): Promise<ConsulRecorder> {
    const recorder = new ConsulRecorder(upstream, prefix);
    await new Promise<void>((resolve) => recorder.server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get address(): string {
    return `127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** The locks as they are after the last write. */
  atEnd(): StoredLocks {
    return this.locks;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.agent.destroy();
  }

  /** `undefined`: the client gets no answer. */
  private async serve(request: IncomingMessage): Promise<Answer | undefined> {
    this.requests += 1;
    const body = await buffer(request);
    if (request.method === 'GET') return this.forward(request, body);
    const fault = request.url?.startsWith('/v1/txn') === true ? this.faultOf() : undefined;
    if (fault?.kind === 'dropped') return undefined;
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const written = this.turn.then(() => this.write(request, body));
    this.turn = written.catch(() => undefined);
    const answer = await written;
    return fault?.kind === 'lostAnswer' ? undefined : answer;
  }

  private async write(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const answer = await this.forward(request, lasting(request, body));
    const before = this.locks;
    this.locks = await this.readLocks();
    const token = request.headers['x-consul-token'];
    this.onWrite({ token: typeof token === 'string' ? token : '', before, after: this.locks });
    return answer;
  }

  private async readLocks(): Promise<StoredLocks> {
    const url = `/v1/kv/${this.prefix}?recurse=true&consistent=true`;
    const { status, body } = await this.ask('GET', url, {}, Buffer.alloc(0));
    const entries =
      status === 404
        ? []
        : (JSON.parse(body.toString()) as {
            Key: string;
            Value: string | null;
            Session?: string;
          }[]);
    const locks = new Map<string, StoredLock>();
    for (const { Key: key, Value: value, Session: session } of entries) {
      const lockKey = key.replace(/info$/, '');
      const part =
        lockKey === key
          ? session === undefined
            ? {}
            : { session }
          : { record: Buffer.from(value ?? '', 'base64').toString() };
      locks.set(lockKey, { ...locks.get(lockKey), ...part });
    }
    return locks;
  }

  private forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    return this.ask(method ?? '', url ?? '', pick(headers, ['x-consul-token']), body);
  }

  private ask(method: string, path: string, headers: Headers, body: Buffer): Promise<Answer> {
    const [host, port] = this.upstream.split(':');
    return new Promise((resolve, reject) => {
      const length = { 'content-length': String(body.length) };
      const options = { host, port, method, path, agent: this.agent };
      const sent = send({ ...options, headers: { ...headers, ...length } }, (answer) => {
        const status = answer.statusCode ?? 0;
        const kept = pick(answer.headers, ['content-type', 'x-consul-index']);
        buffer(answer).then((received) => {
          resolve({ status, headers: kept, body: received });
        }, reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function pick(headers: Headers, names: readonly string[]): Headers {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

/** Nobody renews while many actors compete: their sessions must outlive the test. */
function lasting(request: IncomingMessage, body: Buffer): Buffer {
  return request.url?.startsWith('/v1/session/create') === true
    ? Buffer.from(body.toString().replace(/"TTL":"[^"]*"/, '"TTL":"24h"'))
    : body;
}
