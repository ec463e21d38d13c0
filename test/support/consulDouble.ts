import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsulFault } from './consulRecorder';
import { ConsulStore, TransactionError, type Operation, type StoredKey } from './consulStore';

/** A request as it arrived. */
export interface ConsulLogged {
  readonly method: string;
  /** Behind `/v1/`, decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  /** `Authorization`, as it came. */
  readonly authorization: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly index?: number;
}

/** What an agent answers a wait with at the latest, in ms. */
const defaultWaitMs = 5 * 60_000;

/**
 * An agent of Consul as its HTTP API documentation describes it, for tests that want what a real one cannot be
 * made to do: other versions, tokens and namespaces, and faults. `test/terraform/consulExclusion.test.ts` has a
 * real Terraform judge it beside a real agent.
 */
export class ConsulDouble {
  readonly requests: ConsulLogged[] = [];
  /** The only token that may read and write; anything goes where there is none. */
  token: string | undefined;
  /** Tokens of nobody may still read, where a token is set. */
  anonymousReads = false;
  /** What everybody may do beside that: Consul's access rules can differ from key to key. */
  rule: (what: 'read' | 'write', key: string) => boolean = () => true;
  /** Whether transactions may read what is not there (Consul 1.14 and later). */
  knowsGetOrEmpty = true;
  /** `stall`: requests are taken and not answered. `fail`: as a cluster without a leader. */
  fault: 'none' | 'stall' | 'fail' = 'none';
  /** What happens to a request; nothing unless a test sets it. */
  intercept: (request: ConsulLogged) => ConsulFault | undefined = () => undefined;
  private port = 0;
  private server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(readonly store: ConsulStore) {
    this.server = this.newServer();
  }

  static async start(): Promise<ConsulDouble> {
    const double = new ConsulDouble(new ConsulStore());
    await double.listen();
    return double;
  }

  /** `127.0.0.1:8500`. */
  get address(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  count(match: (request: ConsulLogged) => boolean = () => true): number {
    return this.requests.filter(match).length;
  }

  /** The agent ends, its data stays. */
  async kill(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** On the same port, with the same data. */
  async restart(): Promise<void> {
    this.server = this.newServer();
    await this.listen();
  }

  async stop(): Promise<void> {
    this.store.stop();
    if (this.server.listening) await this.kill();
  }

  private newServer(): Server {
    const server = createServer((request, response) => {
      void this.serve(request, response);
    });
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    return server;
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '', 'http://consul');
    const token = request.headers['x-consul-token'];
    const logged = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname.replace(/^\/v1\//, '')),
      query: url.searchParams,
      token: typeof token === 'string' ? token : '',
      authorization: request.headers.authorization ?? '',
    };
    this.requests.push(logged);
    if (this.fault === 'stall') return;
    const closed = new AbortController();
    response.on('close', () => {
      closed.abort();
    });
    const fault = this.intercept(logged);
    if (fault?.kind === 'dropped') {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const answer =
      this.fault === 'fail'
        ? { status: 500, body: 'No cluster leader' }
        : await this.answer(logged, Buffer.concat(chunks), closed.signal);
    if (fault?.kind === 'lostAnswer') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, {
      'Content-Type': 'application/json',
      ...(answer.index === undefined ? {} : { 'X-Consul-Index': String(answer.index) }),
    });
    response.end(answer.body);
  }

  private async answer(request: ConsulLogged, body: Buffer, closed: AbortSignal): Promise<Answer> {
    const { method, path } = request;
    if (path === 'txn') return this.transact(request, body);
    if (path.startsWith('session/')) return this.session(request, body);
    if (!path.startsWith('kv/')) return { status: 404, body: '' };
    const key = path.slice('kv/'.length);
    const what = method === 'GET' ? 'read' : 'write';
    if (!this.may(request, what)) return denied();
    if (!this.rule(what, key)) return { status: 403, body: denial(what, key) };
    switch (method) {
      case 'GET':
        return this.read(key, request.query, closed);
      case 'PUT':
        return this.write(key, request.query, body);
      case 'DELETE':
        return this.remove(key, request.query);
      default:
        return { status: 405, body: '' };
    }
  }

  private may({ token }: ConsulLogged, what: 'read' | 'write'): boolean {
    return (
      this.token === undefined || token === this.token || (what === 'read' && this.anonymousReads)
    );
  }

  /** A read, or a blocking query: waits until the answer's index is greater than the one that is known. */
  private async read(key: string, query: URLSearchParams, closed: AbortSignal): Promise<Answer> {
    const known = Number(query.get('index') ?? 0);
    const until = Date.now() + waitMs(query.get('wait'));
    for (;;) {
      const answer = this.readNow(key, query);
      const left = until - Date.now();
      if (known === 0 || (answer.index ?? 0) > known || left <= 0 || closed.aborted) return answer;
      await this.store.changed(left, closed);
    }
  }

  private readNow(key: string, query: URLSearchParams): Answer {
    const { store } = this;
    if (query.has('keys')) {
      const separator = query.get('separator') ?? '';
      const names = store.under(key).map((entry) => {
        const end = separator === '' ? -1 : entry.key.indexOf(separator, key.length);
        return end < 0 ? entry.key : entry.key.slice(0, end + separator.length);
      });
      const found = [...new Set(names)];
      return found.length === 0
        ? { status: 404, body: '', index: store.index }
        : { status: 200, body: JSON.stringify(found), index: store.index };
    }
    if (query.has('recurse')) {
      const found = store.under(key);
      const index = Math.max(store.index, 1);
      return found.length === 0
        ? { status: 404, body: '', index }
        : { status: 200, body: listJson(found), index };
    }
    const entry = store.get(key);
    // A key that is not there changes with whatever is near it: here, with everything.
    return entry === undefined
      ? { status: 404, body: '', index: store.index }
      : { status: 200, body: listJson([entry]), index: entry.modifyIndex };
  }

  private write(key: string, query: URLSearchParams, body: Buffer): Answer {
    const flags = BigInt(query.get('flags') ?? 0);
    const [acquire, release, cas] = ['acquire', 'release', 'cas'].map((name) => query.get(name));
    if (acquire) {
      const locked = this.store.lock(key, body, flags, acquire);
      return locked === undefined
        ? { status: 500, body: `invalid session "${acquire}"` }
        : { status: 200, body: String(locked === true) };
    }
    if (release) {
      return { status: 200, body: String(this.store.unlock(key, body, flags, release)) };
    }
    if (cas && (this.store.get(key)?.modifyIndex ?? 0) !== Number(cas)) {
      return { status: 200, body: 'false' };
    }
    this.store.set(key, body, flags);
    return { status: 200, body: 'true' };
  }

  private remove(key: string, query: URLSearchParams): Answer {
    const cas = query.get('cas');
    if (cas && (this.store.get(key)?.modifyIndex ?? 0) !== Number(cas)) {
      return { status: 200, body: 'false' };
    }
    const keys = query.has('recurse') ? this.store.under(key).map((entry) => entry.key) : [key];
    for (const one of keys) this.store.delete(one);
    return { status: 200, body: 'true' };
  }

  private transact(request: ConsulLogged, body: Buffer): Answer {
    const operations = operationsOf(body.toString());
    const reads = ['get', 'get-tree', 'get-or-empty'];
    const visible = operations.filter(
      ({ verb, key }) =>
        !reads.includes(verb) || (this.may(request, 'read') && this.rule('read', key)),
    );
    const verbs = operations.map(({ verb }) => verb);
    if (!this.knowsGetOrEmpty && verbs.includes('get-or-empty')) {
      return conflict(0, 'unknown KV verb "get-or-empty"');
    }
    const refused = operations.findIndex(
      ({ verb, key }) =>
        !reads.includes(verb) && !this.rule(verb.startsWith('check-') ? 'read' : 'write', key),
    );
    if (refused >= 0) return conflict(refused, denial('write', operations[refused]?.key ?? ''));
    if (operations.some(({ verb }) => !reads.includes(verb)) && !this.may(request, 'write')) {
      return conflict(0, 'Permission denied');
    }
    try {
      const results = this.store.transact(visible);
      const plain = new Set(reads);
      const isRead = operations.every(({ verb }) => plain.has(verb));
      const entries = results.map((entry) => `{"KV":${entryJson(entry, isRead)}}`);
      return { status: 200, body: `{"Results":[${entries.join(',')}],"Errors":null}` };
    } catch (error) {
      if (error instanceof TransactionError) return conflict(error.index, error.what);
      throw error;
    }
  }

  private session(request: ConsulLogged, body: Buffer): Answer {
    const [, action = '', id = ''] = request.path.split('/');
    const json = (value: unknown): Answer => ({
      status: 200,
      body: JSON.stringify(value),
      index: this.store.index,
    });
    if (action !== 'info' && !this.may(request, 'write')) return denied();
    switch (action) {
      case 'create': {
        const wanted = JSON.parse(body.toString() || '{}') as Record<string, unknown>;
        const text = (name: string): string =>
          typeof wanted[name] === 'string' ? wanted[name] : '';
        const session = this.store.createSession({
          name: text('Name'),
          ttlMs: durationMs(text('TTL') || '0s'),
          lockDelayMs: durationMs(text('LockDelay') || '15s'),
          behavior: text('Behavior') === 'delete' ? 'delete' : 'release',
        });
        return json({ ID: session.id });
      }
      case 'destroy':
        this.store.endSession(id);
        return json(true);
      case 'renew': {
        const session = this.store.renewSession(id);
        return session === undefined
          ? { status: 404, body: `Session id '${id}' not found` }
          : json([this.sessionJson(id)]);
      }
      case 'info':
        return json(
          this.store.session(id) === undefined || !this.may(request, 'read')
            ? []
            : [this.sessionJson(id)],
        );
      default:
        return { status: 404, body: '' };
    }
  }

  private sessionJson(id: string): unknown {
    const session = this.store.session(id);
    return {
      ID: id,
      Name: session?.name ?? '',
      Node: 'node-1',
      LockDelay: (session?.lockDelayMs ?? 0) * 1e6,
      Behavior: session?.behavior ?? 'release',
      TTL: session?.ttlMs ? `${String(session.ttlMs / 1000)}s` : '',
      NodeChecks: ['serfHealth'],
      CreateIndex: session?.createIndex ?? 0,
      ModifyIndex: session?.createIndex ?? 0,
    };
  }
}

function denied(): Answer {
  return { status: 403, body: 'Permission denied' };
}

/** As Consul words it since 1.13. */
function denial(what: 'read' | 'write', key: string): string {
  return `Permission denied: token with AccessorID 'a1' lacks permission 'key:${what}' on "${key}"`;
}

function conflict(index: number, what: string): Answer {
  const errors = [{ OpIndex: index, What: what }];
  return { status: 409, body: JSON.stringify({ Results: null, Errors: errors }) };
}

function listJson(entries: readonly StoredKey[]): string {
  return `[${entries.map((entry) => entryJson(entry, true)).join(',')}]`;
}

/** Written by hand: `Flags` is more than a number of JavaScript. */
function entryJson(entry: StoredKey, withValue: boolean): string {
  const value =
    withValue && entry.value.length > 0 ? `"${entry.value.toString('base64')}"` : 'null';
  return (
    `{"LockIndex":${String(entry.lockIndex)},"Key":${JSON.stringify(entry.key)},` +
    `"Flags":${String(entry.flags)},"Value":${value},` +
    (entry.session === undefined ? '' : `"Session":${JSON.stringify(entry.session)},`) +
    `"CreateIndex":${String(entry.createIndex)},"ModifyIndex":${String(entry.modifyIndex)}}`
  );
}

function operationsOf(text: string): readonly Operation[] {
  // 64-bit numbers become text before they are parsed.
  const safe = text.replace(/"(Flags|Index)"\s*:\s*(\d+)/g, '"$1":"$2"');
  const list = JSON.parse(safe) as readonly { readonly KV: Record<string, string | null> }[];
  return list.map(({ KV: wanted }) => ({
    verb: wanted['Verb'] ?? '',
    key: wanted['Key'] ?? '',
    value: Buffer.from(wanted['Value'] ?? '', 'base64'),
    flags: BigInt(wanted['Flags'] ?? 0),
    index: Number(wanted['Index'] ?? 0),
    session: wanted['Session'] ?? '',
  }));
}

/** Go's durations, as far as they are used here: `15s`, `5000ms`, `1m0s`. */
function durationMs(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  );
}

/** How long a blocking query waits; Consul adds up to a sixteenth, so that not everybody asks in step. */
function waitMs(text: string | null): number {
  const wanted = text === null ? defaultWaitMs : durationMs(text);
  return wanted + (wanted / 16) * Math.random();
}
