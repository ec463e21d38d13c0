import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { LockFailure, type LockError } from '../../core/lockError';
import { onAbort } from '../onAbort';
import { addressText } from './consulAddress';
import type { ConsulAccess, ConsulTls } from './consulConfig';
import { connectionError } from './consulErrors';

export interface ConsulRequest {
  readonly method: 'GET' | 'PUT';
  /** Behind `/v1/`, each part of it encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface ConsulAnswer {
  readonly status: number;
  /** `X-Consul-Index`. */
  readonly index: string | undefined;
  readonly text: string;
}

/** A request that got no answer. `sent`: it may have arrived. */
export class ConsulUnanswered extends LockFailure {
  constructor(
    error: LockError,
    readonly sent: boolean,
  ) {
    super(error);
  }
}

/** Nothing that is asked for here comes near it. */
const maxAnswerBytes = 16 * 1024 * 1024;
/** The system asks a silent connection for a sign of life after this long, so that a dead one ends. */
const keepAliveMs = 15_000;

/**
 * One request on a connection of its own: an idle one that is used again may just have been closed by the
 * other side, and then nobody could say whether a write arrived. Redirects are not followed: a token is meant for
 * one address.
 */
export async function sendToConsul(
  access: ConsulAccess,
  request: ConsulRequest,
  signal: AbortSignal,
): Promise<ConsulAnswer> {
  if (signal.aborted) {
    throw new ConsulUnanswered({ reason: 'cancelled' }, false);
  }
  const options = requestOptions(access, request);
  return new Promise((resolve, reject) => {
    let connected = false;
    const fail = (error: LockError): void => {
      clearTimeout(timer);
      stopListening();
      sending.destroy();
      reject(new ConsulUnanswered(error, connected));
    };
    const sending = (access.scheme === 'https' ? https : http).request(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxAnswerBytes) {
          fail({ reason: 'malformed', detail: 'the answer is too large' });
        }
      });
      response.on('error', (error) => fail(connectionError(error, access)));
      response.on('end', () => {
        clearTimeout(timer);
        stopListening();
        const index = response.headers['x-consul-index'];
        resolve({
          status: response.statusCode ?? 0,
          index: typeof index === 'string' && /^\d+$/.test(index) ? index : undefined,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    const timer = setTimeout(() => {
      fail({ reason: 'timeout', place: `Consul at ${addressText(access)}` });
    }, request.timeoutMs);
    const stopListening = onAbort(signal, () => {
      fail({ reason: 'cancelled' });
    });
    sending.on('socket', (socket) => {
      socket.setKeepAlive(true, keepAliveMs);
      socket.once(access.scheme === 'https' ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    sending.on('error', (error) => fail(connectionError(error, access)));
    sending.end(request.body);
  });
}

function requestOptions(access: ConsulAccess, request: ConsulRequest): https.RequestOptions {
  const query = new URLSearchParams(request.query);
  for (const [name, value] of [
    ['dc', access.datacenter],
    ['ns', access.namespace],
    ['partition', access.partition],
  ] as const) {
    if (value !== undefined) query.set(name, value);
  }
  const suffix = query.size === 0 ? '' : `?${query.toString()}`;
  const token = tokenOf(access);
  const { hostname, port } = new URL(`http://${access.host}`);
  const explicit = port !== '' ? port : access.host.endsWith(':80') ? '80' : undefined;
  return {
    ...(access.socket === undefined
      ? { hostname: hostname.replace(/^\[|\]$/g, ''), ...(explicit ? { port: explicit } : {}) }
      : { socketPath: access.socket }),
    method: request.method,
    path: `/v1/${request.path}${suffix}`,
    agent: false,
    headers: {
      ...(token === undefined ? {} : { 'X-Consul-Token': token }),
      ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      'Content-Length': Buffer.byteLength(request.body ?? ''),
    },
    ...(access.httpAuth === undefined ? {} : { auth: withColon(access.httpAuth) }),
    ...(access.scheme === 'https' ? tlsOptions(access.tls) : {}),
  };
}

/** A user without a password has an empty one. */
function withColon(auth: string): string {
  return auth.includes(':') ? auth : `${auth}:`;
}

/** The token as it is now: the file of `CONSUL_HTTP_TOKEN_FILE` may be rewritten at any time. */
function tokenOf(access: ConsulAccess): string | undefined {
  if (access.tokenFile === undefined) {
    return access.token;
  }
  const { tokenFile } = access;
  const what = 'the token of CONSUL_HTTP_TOKEN_FILE';
  const text = orFail(() => readFileSync(tokenFile), what, 'signedOut');
  return text.toString().trim() || access.token;
}

function tlsOptions(tls: ConsulTls): https.RequestOptions {
  const read = (file: string): Buffer =>
    orFail(() => readFileSync(file), `the certificate ${file}`, 'network');
  const { caFile, caPath } = tls;
  const authorities =
    caFile !== undefined
      ? [read(caFile)]
      : caPath === undefined
        ? undefined
        : orFail(() => readdirSync(caPath), `the folder ${caPath}`, 'network').map((name) =>
            read(path.join(caPath, name)),
          );
  return {
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(tls.certFile === undefined ? {} : { cert: read(tls.certFile) }),
    ...(tls.keyFile === undefined ? {} : { key: read(tls.keyFile) }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.insecure === true ? { rejectUnauthorized: false } : {}),
  };
}

/** @throws ConsulUnanswered where it cannot be read: then nothing was sent. */
function orFail<T>(read: () => T, what: string, reason: LockError['reason']): T {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ConsulUnanswered({ reason, detail: `${what} cannot be read (${code})` }, false);
  }
}
