import { Metadata, status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { LockFailure } from '../../core/lockError';
import { onAbort } from '../onAbort';
import { addressOf, shownEndpoint, type EtcdAccess } from './etcdConfig';
import { EtcdRefusal } from './etcdErrors';
import { asIs, connects, openMember, whyNot, type Member } from './etcdMember';
import { decodeToken, encodeAuthenticate } from './etcdMessages';

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

type Stream = ClientDuplexStream<Buffer, Buffer>;

/** A cluster as one user sees it: one connection to whichever member answers first, and that user's token. */
export class EtcdConnection {
  private member: Promise<Member> | undefined;
  /** The endpoint that failed last: others are asked first. */
  private avoided: string | undefined;
  private token: Promise<string> | undefined;

  constructor(private readonly access: EtcdAccess) {}

  /**
   * Sends one request, once; a second time only where etcd has refused the first for its old token.
   * @throws {EtcdRefusal} what came instead of an answer; {@link LockFailure} where nothing was sent.
   */
  async call(method: string, request: Buffer, options: CallOptions): Promise<Buffer> {
    const token = await this.signIn(options);
    try {
      return await this.send(method, request, options, token);
    } catch (error) {
      if (token === undefined || !isOldToken(error)) {
        throw error;
      }
      this.token = undefined;
      return this.send(method, request, options, await this.signIn(options));
    }
  }

  /** Opens a stream of messages both ways. */
  async stream(method: string, options: CallOptions): Promise<Stream> {
    const metadata = metadataOf(await this.signIn(options));
    // Otherwise a member that is cut off from the others would go on watching what does not change there.
    metadata.set('hasleader', 'true');
    const { client } = await this.ready(options);
    return client.makeBidiStreamRequest(method, asIs, asIs, metadata);
  }

  /** The endpoint that answers. */
  async endpoint(options: CallOptions): Promise<string> {
    return shownEndpoint((await this.ready(options)).endpoint);
  }

  /** What was under way on this connection broke off: the next request looks for a member that answers. */
  async renew(): Promise<void> {
    const old = await this.member?.catch(() => undefined);
    this.member = undefined;
    this.token = undefined;
    this.avoided = old?.endpoint;
    old?.client.close();
  }

  private async send(
    method: string,
    request: Buffer,
    { timeoutMs, signal }: CallOptions,
    token?: string,
  ): Promise<Buffer> {
    const member = await this.ready({ timeoutMs, signal });
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        const call = member.client.makeUnaryRequest(
          method,
          asIs,
          asIs,
          request,
          metadataOf(token),
          { deadline: Date.now() + timeoutMs },
          (error, value) => {
            stopListening();
            if (error === null) {
              resolve(value ?? Buffer.alloc(0));
            } else {
              reject(refusalOf(error));
            }
          },
        );
        const stopListening = onAbort(signal, () => {
          call.cancel();
        });
      });
    } catch (error) {
      if (error instanceof EtcdRefusal && isGone(error)) {
        await this.renew();
      }
      throw error;
    }
  }

  /** The token of this user; undefined where the block names none. */
  private async signIn(options: CallOptions): Promise<string | undefined> {
    const { username, password = '' } = this.access;
    if (username === undefined) {
      return undefined;
    }
    const request = encodeAuthenticate(username, password);
    // Several requests wait for it, so none of them may cancel it.
    const shared = { ...options, signal: neverAborted };
    this.token ??= this.send('/etcdserverpb.Auth/Authenticate', request, shared).then(decodeToken);
    try {
      const token = await this.token;
      return token === '' ? undefined : token;
    } catch (error) {
      this.token = undefined;
      if (error instanceof EtcdRefusal && error.code === status.FAILED_PRECONDITION) {
        // "authentication is not enabled": as etcd's own client, go on without.
        return undefined;
      }
      throw error;
    }
  }

  /** A member with which there is a connection. */
  private async ready({ timeoutMs, signal }: CallOptions): Promise<Member> {
    if (signal.aborted) {
      throw new LockFailure({ reason: 'cancelled' });
    }
    const current = await this.member?.catch(() => undefined);
    if (current !== undefined && (await connects(current, timeoutMs))) {
      return current;
    }
    if (current !== undefined) {
      await this.renew();
    }
    this.member ??= this.connect(timeoutMs);
    try {
      return await this.member;
    } catch (error) {
      this.member = undefined;
      throw error;
    }
  }

  /** Whichever endpoint answers first; the one that failed last only if no other does. */
  private async connect(timeoutMs: number): Promise<Member> {
    const { endpoints } = this.access;
    const others = endpoints.filter((endpoint) => endpoint !== this.avoided);
    try {
      return await this.race(others.length > 0 ? others : endpoints, timeoutMs);
    } catch (error) {
      if (others.length === 0 || others.length === endpoints.length) {
        throw error;
      }
      this.avoided = undefined;
      return this.race(endpoints, timeoutMs);
    }
  }

  private async race(endpoints: readonly string[], timeoutMs: number): Promise<Member> {
    const addresses = endpoints.flatMap((endpoint) => {
      const address = addressOf(endpoint, this.access);
      return address === undefined ? [] : [{ endpoint, address }];
    });
    if (addresses.length === 0) {
      throw new LockFailure({ reason: 'network', detail: 'no endpoint is an address of etcd' });
    }
    const members = await Promise.all(
      addresses.map(async ({ endpoint, address }) => ({
        endpoint,
        client: await openMember(address, this.access),
      })),
    );
    let winner: Member | undefined;
    try {
      winner = await Promise.any(
        members.map(async (member) => {
          if (!(await connects(member, timeoutMs))) {
            throw new EtcdRefusal(status.UNAVAILABLE, await whyNot(member));
          }
          return member;
        }),
      );
      return winner;
    } catch (error) {
      const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
      const detail = first instanceof EtcdRefusal ? first.details : String(first ?? error);
      throw new LockFailure({ reason: 'network', detail }, error);
    } finally {
      members.filter((member) => member !== winner).forEach(({ client }) => client.close());
    }
  }
}

const neverAborted = new AbortController().signal;

function metadataOf(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) {
    metadata.set('token', token);
  }
  return metadata;
}

export function refusalOf(error: ServiceError): EtcdRefusal {
  return new EtcdRefusal(error.code, error.details);
}

/** Whether the connection, or the member behind it, is no good. */
function isGone({ code }: EtcdRefusal): boolean {
  return code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED;
}

/** etcd refuses tokens that are too old, or from before users were changed, without looking at the request. */
function isOldToken(error: unknown): boolean {
  return (
    error instanceof EtcdRefusal &&
    (error.code === status.UNAUTHENTICATED ||
      error.details === 'etcdserver: revision of auth store is old')
  );
}
