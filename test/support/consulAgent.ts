import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onProcessEnd } from './cleanup';
import { eventually } from './eventually';
import { freePort } from './freePort';

/** A Consul to run tests at: the protocol double, or a real agent. */
export interface ConsulServer {
  /** `127.0.0.1:8500`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** A real `consul agent -dev` on free ports of loopback, with its data in memory. */
export async function startConsulAgent(binary: string): Promise<ConsulServer> {
  const [http, serf, server] = [await freePort(), await freePort(), await freePort()];
  const off = ['-dns-port=-1', '-grpc-port=-1', '-grpc-tls-port=-1', '-serf-wan-port=-1'];
  const ports = [
    `-http-port=${String(http)}`,
    `-serf-lan-port=${String(serf)}`,
    `-server-port=${String(server)}`,
  ];
  const args = ['agent', '-dev', '-bind=127.0.0.1', '-client=127.0.0.1', ...ports, ...off];
  const child = spawn(binary, args, { stdio: 'ignore' });
  onProcessEnd(() => child.kill('SIGKILL'));
  const address = `127.0.0.1:${String(http)}`;
  await eventually(
    'Consul to have a leader',
    async () => {
      if (child.exitCode !== null) throw new Error(`consul ended with ${String(child.exitCode)}`);
      const answer = await fetch(`http://${address}/v1/status/leader`);
      return answer.ok && (await answer.text()) !== '""';
    },
    Boolean,
    { timeoutMs: 30_000 },
  );
  return {
    address,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The session that holds a key; undefined where there is no key. */
export async function sessionAt(address: string, key: string): Promise<string | undefined> {
  const answer = await fetch(`http://${address}/v1/kv/${key}`);
  if (answer.status === 404) return undefined;
  const [entry] = (await answer.json()) as { readonly Session?: string }[];
  return entry?.Session ?? '';
}
