import { LockFailure } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { Fact } from '../../core/stateRef';
import type { BackendHost } from '../backend';
import { onAbort } from '../onAbort';
import { AccountGuard } from './accountGuard';
import { awsClientOptions, type AwsClientOptions, type AwsService } from './awsClientOptions';
import { awsError } from './awsErrors';
import {
  credentialRequest,
  credentialSource,
  type AwsKeys,
  type CredentialSource,
} from './awsCredentials';
import type { AwsAccess } from './s3Config';
import { ServerClock, type AnswerStack } from './serverClock';
import { SignInGate } from './signInGate';

/** What a session needs of an SDK client, whichever service it is for. */
interface AwsClient {
  readonly config: { credentials(): Promise<AwsKeys> };
  readonly middlewareStack: AnswerStack;
  destroy(): void;
}

/** Opens a client of one service. */
export type OpenAwsClient<C> = (
  options: AwsClientOptions & { readonly credentials: () => Promise<AwsKeys> },
) => C;

export type SendResult<T> =
  | { readonly ok: true; readonly value: T }
  /** `sent` is false where the request certainly never left: no credentials, gate closed, cancelled before. */
  | { readonly ok: false; readonly thrown: unknown; readonly sent: boolean };

type Send<C, T> = (client: C, signal: AbortSignal) => Promise<T>;

/** The SDK clients of one identity, its credentials, and the gate that keeps polls from asking in vain. */
export class AwsSession<C extends AwsClient> {
  private readonly gate: SignInGate;
  private readonly accounts: AccountGuard;
  private source: CredentialSource;
  /** How far the service's clock is from this machine's. */
  readonly clock = new ServerClock();
  private clients: { readonly read: C; readonly write: C } | undefined;

  constructor(
    private readonly access: AwsAccess,
    private readonly host: BackendHost,
    private readonly service: AwsService,
    private readonly openClient: OpenAwsClient<C>,
  ) {
    this.gate = new SignInGate(host.environment, access);
    this.accounts = new AccountGuard(access);
    this.source = credentialSource(access, host);
  }

  /** Sends a request that may be repeated. */
  read<T>(
    action: string,
    options: ReadOptions,
    signal: AbortSignal,
    send: Send<C, T>,
  ): Promise<SendResult<T>> {
    return this.send('read', action, options, signal, send);
  }

  /** Sends a request once, on a connection of its own: a kept one may die just as it is used. */
  write<T>(
    action: string,
    options: ReadOptions,
    signal: AbortSignal,
    send: Send<C, T>,
  ): Promise<SendResult<T>> {
    return this.send('write', action, options, signal, send);
  }

  /** Credential source and account, for people. Resolves the credentials, but asks the service nothing. */
  async identify(options: ReadOptions, signal: AbortSignal): Promise<readonly Fact[]> {
    const { source } = this;
    const keys = await credentialRequest.run(options, () =>
      withDeadline(options.timeoutMs, signal, () => source.provide()),
    );
    return [
      { label: 'Credentials', value: source.label },
      { label: 'Access key', value: `…${keys.accessKeyId.slice(-4)}` },
      { label: 'Account', value: keys.accountId ?? 'not told by these credentials' },
    ];
  }

  private async send<T>(
    use: 'read' | 'write',
    action: string,
    options: ReadOptions,
    signal: AbortSignal,
    send: Send<C, T>,
  ): Promise<SendResult<T>> {
    const refused = await this.gate.check(options.userStarted);
    if (refused !== undefined) {
      return { ok: false, thrown: new LockFailure(refused), sent: false };
    }
    const started = performance.now();
    let sent = false;
    try {
      const value = await credentialRequest.run(options, () =>
        withDeadline(options.timeoutMs, signal, async (deadline) => {
          const clients = this.open();
          // Credentials first, so that a failure here is known to have sent nothing.
          const keys = await clients[use].config.credentials();
          await this.accounts.check(keys, deadline);
          deadline.throwIfAborted();
          sent = true;
          return send(clients[use], deadline);
        }),
      );
      this.log(action, started, 'ok');
      return { ok: true, value };
    } catch (thrown) {
      await this.noteFailure(thrown, action, started);
      return { ok: false, thrown, sent };
    }
  }

  private async noteFailure(thrown: unknown, action: string, started: number): Promise<void> {
    const error = awsError(thrown, { action, place: '' });
    const name = thrown instanceof Error ? thrown.name : 'error';
    this.log(action, started, name === 'LockFailure' ? error.reason : name);
    if (error.reason === 'signedOut' || error.reason === 'badCredentials') {
      await this.gate.close(error);
      // The SDK keeps credentials; new ones must be looked up when the gate opens.
      this.clients?.read.destroy();
      this.clients?.write.destroy();
      this.clients = undefined;
      this.source = credentialSource(this.access, this.host);
    }
  }

  private log(action: string, started: number, outcome: string): void {
    const ms = Math.round(performance.now() - started);
    this.host.log(`${action} in ${this.access.region}: ${outcome}, ${String(ms)} ms`);
  }

  private open(): { readonly read: C; readonly write: C } {
    if (this.clients === undefined) {
      const { source, access, service } = this;
      const open = (use: 'read' | 'write'): C => {
        const client = this.openClient({
          ...awsClientOptions(access, service, use),
          credentials: () => source.provide(),
        });
        this.clock.listenTo(client.middlewareStack);
        return client;
      };
      this.clients = { read: open('read'), write: open('write') };
    }
    return this.clients;
  }
}

/** Runs `task` until the deadline or the caller's signal, whichever is first, and says which it was. */
async function withDeadline<T>(
  timeoutMs: number,
  signal: AbortSignal,
  task: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  // Not AbortSignal.any over AbortSignal.timeout: Node 20 may collect the timeout as garbage, and then a
  // request that is never answered would never end (nodejs/node#54614).
  const controller = new AbortController();
  let stop: (why: LockFailure) => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (why) => {
      reject(why);
      controller.abort(why);
    };
  });
  const cancel = (): void => {
    stop(new LockFailure({ reason: 'cancelled' }));
  };
  const timer = setTimeout(() => {
    const detail = `no answer within ${String(timeoutMs / 1000)} s`;
    stop(new LockFailure({ reason: 'timeout', detail }));
  }, timeoutMs);
  const stopListening = onAbort(signal, cancel);
  if (signal.aborted) {
    cancel();
  }
  try {
    // A credential provider knows no abort signal, so the race ends the wait whatever hangs.
    return await Promise.race([task(controller.signal), stopped]);
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}
