import { readFile } from 'node:fs/promises';
import {
  Client,
  Metadata,
  connectivityState,
  credentials,
  type ChannelCredentials,
} from '@grpc/grpc-js';
import { LockFailure } from '../../core/lockError';
import type { EtcdAccess, EtcdAddress } from './etcdConfig';

/** A member of the cluster that answers. */
export interface Member {
  readonly endpoint: string;
  readonly client: Client;
}

const channelOptions = {
  // A dead network is noticed within 15 s while anything is under way, and a watch always is.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // A request is sent once: what is to be tried again is decided by who knows what it does.
  'grpc.enable_retries': 0,
  // As etcd's own client: no proxy of the environment, no configuration from DNS.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.client_idle_timeout_ms': 60_000,
} as const;

/** A client of the member at this address; it connects when it is first used. */
export async function openMember(address: EtcdAddress, access: EtcdAccess): Promise<Client> {
  const { maxRequestBytes } = access;
  return new Client(address.target, await credentialsFor(address, access), {
    ...channelOptions,
    ...(maxRequestBytes === undefined ? {} : { 'grpc.max_send_message_length': maxRequestBytes }),
  });
}

async function credentialsFor(
  { encrypted }: EtcdAddress,
  access: EtcdAccess,
): Promise<ChannelCredentials> {
  if (!encrypted) {
    return credentials.createInsecure();
  }
  const { caCertPath, certPath, keyPath } = access;
  const [ca, cert, key] = await Promise.all([
    readPem('cacert_path', caCertPath),
    readPem('cert_path', certPath),
    readPem('key_path', keyPath),
  ]);
  try {
    return credentials.createSsl(ca, key, cert);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw unusable(`cacert_path, cert_path and key_path do not go together: ${detail}`);
  }
}

/** Waits until there is a connection; false where it failed, or took too long. */
export async function connects({ client }: Member, timeoutMs: number): Promise<boolean> {
  const channel = client.getChannel();
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) {
      return true;
    }
    if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) {
      return false;
    }
    const error = await new Promise<Error | undefined>((resolve) => {
      channel.watchConnectivityState(state, deadline, resolve);
    });
    if (error !== undefined) {
      return false;
    }
  }
}

/** The library tells why there is no connection only to who wants to send something. */
export function whyNot({ client }: Member): Promise<string> {
  return new Promise((resolve) => {
    const nothing = Buffer.alloc(0);
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      asIs,
      asIs,
      nothing,
      new Metadata(),
      { deadline: Date.now() + 50 },
      (error) => {
        const [, reason] =
          /Last error: (?:Error: )?(.*?)\.? Resolution note/.exec(error?.details ?? '') ?? [];
        resolve(reason ?? 'no answer in time');
      },
    );
  });
}

async function readPem(attribute: string, file: string | undefined): Promise<Buffer | null> {
  if (file === undefined) {
    return null;
  }
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw unusable(`${attribute} ${file}: ${code}`);
  }
}

function unusable(detail: string): LockFailure {
  const help = 'Correct the TLS files of the backend block, then refresh.';
  return new LockFailure({ reason: 'badCredentials', detail, help });
}

export function asIs(bytes: Buffer): Buffer {
  return bytes;
}
