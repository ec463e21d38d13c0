import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { onProcessEnd } from '../support/cleanup';
import { eventually } from '../support/eventually';

/** A Consul to talk to. */
export interface RunningConsul {
  /** `host:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** `consul agent -dev`, of the real `consul` on PATH. */
export async function startRealConsul(): Promise<RunningConsul> {
  const [http, serf, wan, server] = await Promise.all([1, 2, 3, 4].map(freePort));
  const address = `127.0.0.1:${String(http)}`;
  const ports = {
    http,
    'serf-lan': serf,
    'serf-wan': wan,
    server,
    dns: -1,
    grpc: -1,
    'grpc-tls': -1,
  };
  const child = spawn(
    'consul',
    [
      ...['agent', '-dev', '-bind=127.0.0.1', '-log-level=warn'],
      ...Object.entries(ports).map(([name, port]) => `-${name}-port=${String(port)}`),
    ],
    { stdio: 'ignore' },
  );
  const takeBack = onProcessEnd(() => child.kill('SIGKILL'));
  await eventually(
    'the Consul agent to have a leader',
    async () => (await fetch(`http://${address}/v1/status/leader`)).text(),
    (leader) => leader.length > 4,
    { timeoutMs: 30_000 },
  );
  return {
    address,
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      takeBack();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
