import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answerOf, type Answer, type Called } from './consulAnswers';
import { ConsulStore } from './consulStore';

/** What goes wrong with a request. */
export type ConsulFault =
  /** Nothing is answered, ever; what was asked for is not done. */
  | { readonly kind: 'stall' }
  /** The connection ends and nothing was done. */
  | { readonly kind: 'dropped' }
  /** What was asked for is done; the connection ends before the answer. */
  | { readonly kind: 'lostAnswer' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'answer'; readonly status: number; readonly text: string };

/** Whether a token may do something; `unknown` where there is no such token. */
export type ConsulAcl = (
  token: string,
  action: 'key:read' | 'key:write' | 'session:read' | 'session:write',
  name: string,
) => boolean | 'unknown';

/** How much sooner a session that is not renewed is looked at than Consul would. */
const expiryCheckMs = 20;

/** A Consul server on loopback: sessions, keys, transactions, blocking queries, access rules, and faults. */
export class TestConsul {
  readonly requests: Called[] = [];
  fault: (request: Called) => ConsulFault | undefined = () => undefined;
  acl: ConsulAcl | undefined;
  /** Whether it knows transactions that read what may be missing (Consul >= 1.14). */
  knowsGetOrEmpty = true;
  private server: http.Server | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly expiry: NodeJS.Timeout;
  private port = 0;

  private constructor(readonly store: ConsulStore) {
    this.expiry = setInterval(() => store.expire(), expiryCheckMs);
    this.expiry.unref();
  }

  static async start(now?: () => number): Promise<TestConsul> {
    const consul = new TestConsul(new ConsulStore(now));
    await consul.listen();
    return consul;
  }

  /** `127.0.0.1:PORT`. */
  get address(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  /** Listens; after `close` at the same address, with everything that was stored. */
  async listen(): Promise<void> {
    const server = http.createServer((request, response) => void this.serve(request, response));
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Ends every connection; nothing listens after this. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async stop(): Promise<void> {
    clearInterval(this.expiry);
    await this.close();
  }

  /** Requests whose method and path are like this. */
  count(like: RegExp): number {
    return this.requests.filter(({ method, path }) => like.test(`${method} ${path}`)).length;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(request, 'end');
    const url = new URL(request.url ?? '/', 'http://consul');
    const token = request.headers['x-consul-token'];
    const called: Called = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname.replace(/^\/v1\//, '')),
      query: url.searchParams,
      token: typeof token === 'string' ? token : '',
      authorization: request.headers.authorization ?? '',
      body: Buffer.concat(chunks),
      number: this.requests.length,
    };
    this.requests.push(called);
    const fault = this.fault(called);
    switch (fault?.kind) {
      case 'stall':
        return;
      case 'dropped':
        request.socket.destroy();
        return;
      case 'answer':
        send(response, { status: fault.status, text: fault.text });
        return;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        break;
      case 'lostAnswer':
      case undefined:
        break;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const answer = await answerOf(called, this, gone.signal);
    if (fault?.kind === 'lostAnswer') request.socket.destroy();
    else if (!gone.signal.aborted) send(response, answer);
  }
}

function send(response: ServerResponse, { status, text, index }: Answer): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'X-Consul-KnownLeader': 'true',
    'X-Consul-LastContact': '0',
    ...(index === undefined ? {} : { 'X-Consul-Index': String(index) }),
  });
  response.end(text);
}
